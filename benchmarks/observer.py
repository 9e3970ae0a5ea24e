"""Does watching change what is watched? The same tasks with and without an open page that polls their run.

    python benchmarks/observer.py                  eight pairs of jobs and of comparisons: ten minutes on 2 cores
    python benchmarks/observer.py --pairs 2 --kinds job

The app runs as `streamlit run app.py` starts it, throughout. In one half of each pair a real Chromium, on this machine
too, has the run's page open; in the other half it shows an empty page. Which half comes first is random. Each run is
kept waiting for its turn until its page has been drawn, so that loading the page is not counted, only polling. The
tasks are pure Python on as many processes as there are CPUs, so whatever the page costs is taken from them. A job's
page looks every second until it has seen that the CPUs are busy, a measuring run's every four seconds
(pages/parts/shared/polling.py). The ratio of wall times is shown with its quartiles over the pairs, and beside it the
CPU time that the server and the browser used from the run's start to its end: that hardly changes when other programs
keep the machine busy. Exit code 1 when the median ratio is over 1.03.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from filelock import FileLock

from benchmarks.served import ARGUMENTS, app
from engine.config import Settings, usable_cpus
from engine.machine.private import temporary_folder
from engine.model import Configuration, Plan, plain
from engine.runs import jobs, plans
from engine.store import Store
from start import find_browser

MOST = 1.03
DRAWN_MS = 5000


@dataclass(frozen=True, slots=True)
class Look:
    """One half of a pair: mean wall time of its trials, and the CPUs that server and browser kept busy meanwhile."""

    wall_s: float
    server_cores: float
    browser_cores: float


def plan_of(kind: str, tasks: int, settings: Settings) -> Plan:
    """The tasks as a job, or as a comparison of one configuration with itself."""
    how = Configuration("processes", usable_cpus())
    job = plans.simple_plan("compute", tasks, {"amount": 100_000}, how, settings)
    if kind == "job":
        return job
    terms = {"baseline": plain(how), "repeats": 1, "precision": None, "budget_s": None, "all_tasks": None, "seed": 1}
    return replace(job, kind="comparison", terms=terms)


def cpu_s_of(process: psutil.Process) -> float:
    """CPU seconds of a process and all below it so far, the engine's own processes aside."""
    total_s = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            total_s += sum(one.cpu_times()[:2])
        except psutil.NoSuchProcess:  # a browser's helper that has just ended
            continue
    return total_s


def look(store: Store, plan: Plan, page: Any, address: str | None, watchers: Sequence[psutil.Process]) -> Look:
    """Run the plan to its end, with its page open at `address` or without."""
    with FileLock(temporary_folder() / "measuring.lock"):
        run = jobs.start(store, plan)
        if address:
            page.goto(f"{address}/run?run={run.token}")
        page.wait_for_timeout(DRAWN_MS)
        began_s, before = time.perf_counter(), [cpu_s_of(watcher) for watcher in watchers]
    # The browser must be let run: playwright's clock, not time.sleep.
    run = jobs.wait(store, run, lambda _: page.wait_for_timeout(500), poll_s=0)
    length_s = time.perf_counter() - began_s
    server, browser = ((cpu_s_of(one) - then) / length_s for one, then in zip(watchers, before, strict=True))
    page.goto("about:blank")
    trials = [trial for trial in store.trials(run) if trial.repeat >= 0]
    assert trials and all(trial.state == "finished" for trial in trials), run.message
    return Look(statistics.mean(trial.measurement.wall_s or 0.0 for trial in trials), server, browser)


def pairs_of(
    kind: str, count: int, tasks: int, store: Store, page: Any, url: str, watchers: Sequence[psutil.Process]
) -> list[dict[str, Look]]:
    """Pairs of the same run, seen and unseen, in random order."""
    found = []
    for _ in range(count):
        halves = random.sample([("seen", url), ("unseen", None)], 2)
        plan = plan_of(kind, tasks, store.settings)
        found.append({name: look(store, plan, page, address, watchers) for name, address in halves})
    return found


def told(kind: str, pairs: list[dict[str, Look]]) -> dict[str, Any]:
    """The pairs' figures, printed and given as values."""
    ratios = [pair["seen"].wall_s / pair["unseen"].wall_s for pair in pairs]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    spread = f"quartiles {low:.3f} to {high:.3f}, {len(pairs)} pairs"
    print(f"{kind}: wall time with the page ÷ without: {middle:.3f} ({spread})")
    cores = {}
    for name in ("seen", "unseen"):
        server = statistics.median(pair[name].server_cores for pair in pairs)
        browser = statistics.median(pair[name].browser_cores for pair in pairs)
        cores[name] = {"server": server, "browser": browser}
        print(f"    {name}: the server kept {server:.3f} cores busy, the browser {browser:.3f}")
    return {"kind": kind, "median": middle, "ratios": ratios, "cores": cores}


def main() -> None:
    """Measure, print, and fail when watching slows what is watched."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--tasks", type=int, default=2000, help="of about 5 ms each")
    parser.add_argument("--kinds", nargs="+", choices=["job", "comparison"], default=["job", "comparison"])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    missing = [name for name in ("streamlit", "playwright") if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(f"This benchmark needs {' and '.join(missing)}: install the development packages.")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="overlap-observer-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home")
        store = Store.open(settings)
        with app(settings.home) as (url, server), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            (driver,) = (child for child in psutil.Process().children() if child.pid != server.pid)
            watchers = [server, driver]  # the browser is below playwright's driver
            page = browser.new_page()
            page.goto(url)  # the server's first drawing imports what the later ones use
            page.wait_for_timeout(4000)
            rows = [
                told(kind, pairs_of(kind, given.pairs, given.tasks, store, page, url, watchers)) for kind in given.kinds
            ]
            browser.close()
        store.close()
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    sys.exit(1 if any(row["median"] > MOST for row in rows) else 0)


if __name__ == "__main__":
    main()
