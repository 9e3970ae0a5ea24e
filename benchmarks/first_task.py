"""How long a click waits for its first finished task, in a real browser on this machine, and where the time goes.

    python benchmarks/first_task.py              nine clicks on each demo of the Start page: three minutes on 2 cores
    python benchmarks/first_task.py --clicks 3

The app runs as `streamlit run app.py` starts it, the demo data exist, and each click is made in a fresh Chromium tab.
Nothing looks at the run meanwhile but its own page: all is read afterwards from what was stored. The stages are

    stored       from the click until the run is in the database
    begun        until the orchestrator has its turn (a process that waits for it; the browser draws the page)
    ready        until the trial's process is started, which waits for the demo shops
    interpreter, start-up, first task      as the trial measured them

The first click of a new server is shown apart. Medians; exit code 1 when one is over 1.5 s.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.served import ARGUMENTS, app
from engine.config import Settings
from engine.model import Run
from engine.runs import jobs
from engine.store import Store
from engine.workloads.shop.photos import sample_photos
from start import find_browser

MOST_S = 1.5
DEMOS = {"scrape": "Scrape the demo shops", "resize": "Resize the sample photos"}
STAGES = ("stored", "begun", "ready", "interpreter", "start-up", "first task")
DRAWN_MS = 2000


def clicked(store: Store, browser: Any, url: str, button: str) -> dict[str, float]:
    """The stages of one click, in seconds."""
    known = {run.id for run in store.runs()}
    tab = browser.new_page()
    tab.goto(url)
    tab.get_by_role("button", name=button).wait_for()
    tab.wait_for_timeout(DRAWN_MS)
    at_s = time.time()
    tab.get_by_role("button", name=button).click(no_wait_after=True)
    tab.wait_for_timeout(DRAWN_MS)
    (run,) = (run for run in store.runs() if run.id not in known)
    run = jobs.wait(store, run, lambda _: tab.wait_for_timeout(500), poll_s=0)
    tab.close()
    return stages(store, run, at_s)


def stages(store: Store, run: Run, at_s: float) -> dict[str, float]:
    """How long each stage took, for a click at `at_s` (seconds since the epoch)."""
    (trial,) = store.trials(run)
    measured, specification = trial.measurement, store.folder(run).trial(trial.order) / "trial.json"
    created_s, begun_s = _epoch_s(run.created_at), _epoch_s(run.started_at)
    first_s = min(record.finished_s for record in store.records.of_trial(trial) if record.finished_s is not None)
    return {
        "stored": created_s - at_s,
        "begun": begun_s - created_s,
        "ready": specification.stat().st_mtime - begun_s,
        "interpreter": measured.interpreter_s or 0.0,
        "start-up": measured.startup_s or 0.0,
        "first task": first_s,
    }


def _epoch_s(moment: str | None) -> float:
    assert moment is not None
    return datetime.fromisoformat(moment).timestamp()


def told(name: str, clicks: list[dict[str, float]]) -> float:
    """Print the medians of some clicks; gives that of their sums, in seconds."""
    total_s = median(sum(one.values()) for one in clicks)
    parts = ", ".join(f"{stage} {median(one[stage] for one in clicks):.2f}" for stage in STAGES)
    print(f"{name:24} {total_s:.2f} s   ({parts})")
    return total_s


def main() -> None:
    """Measure, print, and fail when a click waits too long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clicks", type=int, default=9)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    missing = [name for name in ("streamlit", "playwright") if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(f"This benchmark needs {' and '.join(missing)}: install the development packages.")
    from playwright.sync_api import sync_playwright

    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="overlap-first-task-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home")
        sample_photos(settings.home)
        store = Store.open(settings)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            for name, button in DEMOS.items():
                with app(settings.home) as (url, _):
                    found[name] = [clicked(store, browser, url, button) for _ in range(given.clicks + 1)]
            browser.close()
        store.close()
    for name, clicks in found.items():
        told(f"{name}, a new server's", clicks[:1])
    medians = [told(f"{name}, {len(clicks) - 1} clicks", clicks[1:]) for name, clicks in found.items()]
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))
    sys.exit(1 if max(medians) > MOST_S else 0)


if __name__ == "__main__":
    main()
