"""How fast the app feels: what a visitor waits for in a real Chromium, beside the goals.

    python benchmarks/pages.py                 three times each, about two minutes on an idle machine of 2 cores
    python benchmarks/pages.py --times 5 --json FILE
    python benchmarks/pages.py --busy          beside a job that keeps every CPU busy: another page, and a Cancel
    python benchmarks/pages.py --photos            only: from a click on the demo's photographs to the first of them

The app runs as `streamlit run app.py` starts it, with an empty home, a finished job of the demo shops and a comparison
of nine configurations. Each wait ends when what was asked for can be seen and the page's script has come to its end.
Layout shift is the browser's own figure (Cumulative Layout Shift), summed from when a live run's page has been drawn
until the run is over. The medians are printed beside the goals; exit code 1 when one is missed, which on a machine that
does other work says little: the load is printed, too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil

from benchmarks.served import ARGUMENTS, app
from engine.config import Settings, usable_cpus
from engine.model import Configuration, Plan, Run
from engine.runs import jobs
from engine.runs.plans import comparison, demo_scrape_plan, grid, simple_plan
from engine.store import Store
from start import find_browser

PHOTOS = "first photograph of the demo"
GOALS_S = {
    PHOTOS: 1.0,
    "first page of a new browser": 1.5,
    "another page": 0.3,
    "another tab of a run": 0.3,
    "a comparison of nine configurations": 1.0,
}
MOST_SHIFT = 0.02
BUSY_S = 1.0
"""What another page and the answer to a Cancel may take while a run uses all CPUs."""
TOAST = "[data-testid='stToast']"
QUIET = "[data-testid='stApp'][data-test-connection-state='CONNECTED'][data-test-script-state='notRunning']"
SHOWN = """([quiet, shown, title, inside]) => document.querySelector(quiet) && document.title.startsWith(title)
  && [...document.querySelectorAll(shown)].some((one) => one.getClientRects().length && (!inside ||
    [...one.querySelectorAll("*")].some((each) => each.shadowRoot?.querySelector(inside)?.getClientRects().length)))"""
WATCH_SHIFT = """() => { window.shifted = 0; window.moved = []; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) {
    window.shifted += one.value
    const what = one.sources.map(({ node, previousRect, currentRect }) =>
      `${(node?.textContent ?? "").trim().slice(0, 40)} (${previousRect.y} to ${currentRect.y} px)`)
    if (one.value > 0.005) window.moved.push(`${one.value.toFixed(3)} after ${one.startTime.toFixed()} ms: ${what}`)
  }
}).observe({ type: "layout-shift", buffered: false }) }"""
A_PHOTO = "() => [...document.querySelectorAll('.st-key-tiles img')].some((one) => one.complete && one.naturalWidth)"
PLOTS = "[data-testid='stPlotlyChart'] .main-svg"


@dataclass(frozen=True, slots=True)
class Look:
    """A page of one browser and the app's address."""

    page: Any
    url: str

    def until(self, shown: str, title: str = "") -> None:
        """Wait until such an element can be seen, on the page of this title, and nothing is being drawn.

        After `>>>` comes what must be seen inside of a component of its own within that element.
        """
        outer, _, inside = shown.partition(" >>> ")
        self.page.wait_for_function(SHOWN, arg=[QUIET, outer, title, inside], polling="raf", timeout=60_000)

    def timed(self, act: Callable[[], object], shown: str, title: str = "") -> float:
        """Seconds from an act until then."""
        began_s = time.perf_counter()
        act()
        self.until(shown, title)
        return time.perf_counter() - began_s


def first_page(browser: Any, url: str) -> float:
    """A browser that was never here opens the start page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    look = Look(context.new_page(), url)
    taken_s = look.timed(lambda: look.page.goto(url), "h1")
    context.close()
    return taken_s


def other_pages(look: Look) -> dict[str, float]:
    """From one page to the next by the menu, each of them once: seconds by title."""
    found = {}
    links = look.page.locator("[data-testid='stSidebarNavLink']")
    for number in [*range(1, links.count()), 0]:
        title = links.nth(number).inner_text().strip().splitlines()[-1]  # its icon's name comes first
        found[title] = look.timed(links.nth(number).click, "h1", title)
    return found


def other_tabs(look: Look, run: Run) -> dict[str, float]:
    """The tabs of a finished job: seconds by name. What they load once is loaded by then, as when one has looked."""
    look.page.goto(f"{look.url}/run?run={run.token}")
    look.until("[data-testid='stDataFrame']")
    look.page.wait_for_timeout(3000)
    shown = {"Failures": "[data-testid='stDataFrame']", "How it ran": ".st-key-pictures >>> [data-drawn='4'] canvas",
             "Downloads": "[data-testid='stLinkButton']", "Results": "[data-testid='stDataFrame']"}  # fmt: skip
    return {name: look.timed(look.page.get_by_role("tab", name=name).click, element) for name, element in shown.items()}


def nine(look: Look, run: Run) -> float:
    """From the start page to a comparison of nine configurations, its table and its first chart."""
    look.page.goto(look.url)
    look.until("h1")
    look.page.wait_for_timeout(2000)
    link = look.page.locator(f"a[href*='{run.token}']").first
    return look.timed(link.click, PLOTS)


def first_photo(browser: Any, url: str, store: Store) -> float:
    """From a click on Start until the first of the demo's photographs can be seen; they are painted anew."""
    shutil.rmtree(store.settings.home / "samples", ignore_errors=True)
    look = Look(browser.new_page(viewport={"width": 1440, "height": 900}), url)
    look.page.goto(url)
    look.until("h1")
    look.page.wait_for_timeout(3000)
    button = look.page.get_by_role("button", name="Resize the sample photos")
    began_s = time.perf_counter()
    button.click(no_wait_after=True)
    look.page.wait_for_function(A_PHOTO, polling="raf", timeout=60_000)
    taken_s = time.perf_counter() - began_s
    look.page.get_by_role("button", name="Run again", exact=True).wait_for(timeout=60_000)
    look.page.close()
    return taken_s


def shift(look: Look, store: Store, plan: Plan) -> tuple[float, list[str]]:
    """How much of the page moved while a run was watched, and what moved most."""
    run = jobs.start(store, plan)
    look.page.goto(f"{look.url}/run?run={run.token}")
    look.page.wait_for_selector(QUIET)
    look.page.wait_for_timeout(1500)
    look.page.evaluate(WATCH_SHIFT)
    jobs.wait(store, run, lambda _: look.page.wait_for_timeout(300), poll_s=0)
    look.page.wait_for_timeout(1500)
    return look.page.evaluate("() => window.shifted"), look.page.evaluate("() => window.moved")


def photos(browser: Any, url: str, store: Store, times: int) -> list[tuple[str, float]]:
    """The waits for the first photograph."""
    return [("from Start", first_photo(browser, url, store)) for _ in range(times)]


def measured(browser: Any, url: str, store: Store, times: int) -> dict[str, list[tuple[str, float]]]:
    """Every wait by goal, with what it was for."""
    how = Configuration("threads", 8)
    job = jobs.wait(store, jobs.start(store, demo_scrape_plan(how, store.settings)))
    tasks = simple_plan("compute", 16, {"amount": 20_000}, how, store.settings)
    plan = comparison(tasks, grid(("threads", "processes"), (1, 2, 4, 8)), repeats=3)
    compared = jobs.wait(store, jobs.start(store, plan))
    found: dict[str, list[tuple[str, float]]] = {name: [] for name in GOALS_S}
    found[PHOTOS] = photos(browser, url, store, times)
    for _ in range(times):
        found["first page of a new browser"].append(("Start", first_page(browser, url)))
    look = Look(browser.new_page(viewport={"width": 1440, "height": 900}), url)
    look.page.goto(url)
    look.until("h1")
    other_pages(look)  # what each loads once is loaded by then
    for _ in range(times):
        found["another page"] += other_pages(look).items()
        found["another tab of a run"] += other_tabs(look, job).items()
        found["a comparison of nine configurations"].append(("from Start", nine(look, compared)))
    return found


def told(found: dict[str, list[tuple[str, float]]], goals_s: dict[str, float] = GOALS_S) -> list[dict[str, Any]]:
    """The medians beside the goals, printed and given as values; of several pages or tabs the slowest decides."""
    rows = []
    for goal, waits in found.items():
        names = dict.fromkeys(name for name, _ in waits)
        medians = {name: statistics.median(wait for one, wait in waits if one == name) for name in names}
        slowest = max(medians, key=medians.__getitem__)
        ok = medians[slowest] <= goals_s[goal]
        missed = "" if ok else ": MISSED"
        print(f"{goal}: {medians[slowest]:.2f} s ({slowest}); the goal is {goals_s[goal]:g} s{missed}")
        if len(medians) > 1:
            print("    " + ", ".join(f"{name} {median:.2f}" for name, median in medians.items()))
        rows.append({"goal": goal, "goal_s": goals_s[goal], "medians_s": medians, "met": ok})
    return rows


def shifts(browser: Any, url: str, store: Store) -> list[dict[str, Any]]:
    """The layout shift of a live job and a live comparison."""
    look = Look(browser.new_page(viewport={"width": 1440, "height": 900}), url)
    tasks = simple_plan("wait", 400, {"seconds": 0.1}, Configuration("threads", 4), store.settings)
    few = simple_plan("wait", 20, {"seconds": 0.1}, Configuration("threads", 4), store.settings)
    plans = {"job": tasks, "comparison": comparison(few, grid(("threads",), (2, 4)), repeats=3)}
    rows = []
    for kind, plan in plans.items():
        moved, what = shift(look, store, plan)
        ok = moved <= MOST_SHIFT
        print(f"layout shift of a live {kind}: {moved:.3f}; the goal is {MOST_SHIFT}{'' if ok else ': MISSED'}")
        for line in what:
            print(f"    {line}")
        rows.append({"goal": f"layout shift of a live {kind}", "shift": moved, "met": ok})
    return rows


def beside_a_run(browser: Any, url: str, store: Store, times: int) -> list[dict[str, Any]]:
    """What a visitor waits for while a job of pure Python runs on as many processes as there are CPUs."""
    look = Look(browser.new_page(viewport={"width": 1440, "height": 900}), url)
    look.page.goto(url)
    look.until("h1")
    other_pages(look)  # what each loads once is loaded by then
    found: dict[str, list[tuple[str, float]]] = {"another page beside a run": [], "the answer to a Cancel": []}
    for _ in range(times):
        tasks = simple_plan("compute", 20_000, {"amount": 300_000}, Configuration("processes", usable_cpus()),
                            store.settings)  # fmt: skip
        run = jobs.start(store, tasks)
        look.page.goto(f"{url}/run?run={run.token}")
        while not store.run(run.token).ok:
            look.page.wait_for_timeout(200)
        found["another page beside a run"] += other_pages(look).items()
        look.page.goto(f"{url}/run?run={run.token}")
        button = look.page.locator(".st-key-cancel button")
        button.wait_for()
        began_s = time.perf_counter()
        button.click()
        look.page.wait_for_selector(TOAST)
        found["the answer to a Cancel"].append(("Run", time.perf_counter() - began_s))
        jobs.wait(store, run)
    return told(found, dict.fromkeys(found, BUSY_S))


def main() -> None:
    """Measure, print, and fail when a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--photos", action="store_true", help="only the wait for the demo's first photograph")
    parser.add_argument("--busy", action="store_true", help="only what is waited for beside a run on all CPUs")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if importlib.util.find_spec("playwright") is None:
        raise SystemExit("This benchmark needs playwright: install the development packages.")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="overlap-pages-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home")
        store = Store.open(settings)
        with app(settings.home) as (url, _server), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            if given.photos:
                rows = told({PHOTOS: photos(browser, url, store, given.times)})
            elif given.busy:
                rows = beside_a_run(browser, url, store, given.times)
            else:
                rows = told(measured(browser, url, store, given.times)) + shifts(browser, url, store)
            browser.close()
        store.close()
    print(f"load of the machine in the last minute: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} CPUs")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    sys.exit(0 if all(row["met"] for row in rows) else 1)


if __name__ == "__main__":
    main()
