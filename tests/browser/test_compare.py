"""A newcomer compares: one click, the verdict first, figures that can be read, and a script that runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from engine.model import Configuration, configuration_from
from engine.runs import jobs
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from tests.browser.conftest import Tab

THREADS = Configuration("threads", 4)
SCREEN: ViewportSize = {"width": 1400, "height": 900}
TELEPHONE: ViewportSize = {"width": 420, "height": 800}


def start(tab: Tab, repeats: int, tasks: int = 8) -> str:
    """A comparison of waiting tasks, whose verdict is sure also on a busy machine."""
    settings = tab.server.store.settings
    plan = simple_plan("wait", tasks, {"seconds": 0.05}, SEQUENTIAL, settings)
    return jobs.start(tab.server.store, comparison(plan, [THREADS], repeats=repeats)).token


def width_beyond(tab: Tab) -> int:
    """By how many pixels the page is wider than its window."""
    found = tab.page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth })()"
    )
    return int(found)


def everything_in_the_first(tab: Tab, height: int) -> None:
    """Who, how many times as fast, how sure, the button that follows and the whole chart end above this height."""
    for what in (".ov-who", ".ov-number", ".ov-strip .ov-ends", ".st-key-run_all button", ".ov-chart"):
        box = tab.page.locator(what).first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= height, (what, box)


@pytest.fixture(params=["light", pytest.param("dark", marks=pytest.mark.stress)])
def theme(request: pytest.FixtureRequest) -> str:
    """Light, and dark with the slow tests: a comparison takes its time, and the stories show both themes."""
    return str(request.param)


def test_a_newcomer_compares_takes_the_script_home_and_sees_it_on_a_telephone(tab: Tab, tmp_path: Path) -> None:
    tab.page.set_viewport_size(TELEPHONE)
    tab.open("compare")
    expect(tab.page.get_by_role("heading").first).to_be_visible()
    expect(tab.page).to_have_title("Compare executors · Overlap")
    assert width_beyond(tab) <= 0
    tab.page.set_viewport_size(SCREEN)
    tab.choose("compare-workload", "Wait")
    tab.key("compare-tasks-wait").get_by_role("spinbutton").fill("16")
    tab.page.get_by_role("spinbutton", name="How many").fill("2")  # one would be over at the second look
    tab.page.keyboard.press("Tab")
    tab.settled()
    tab.button("Measure a few tasks first").click()
    expect(tab.page.get_by_text("The tasks wait for all but")).to_be_visible()
    expect(tab.page.get_by_text("an estimate from the tasks measured")).to_be_visible()
    tab.button("Compare").click()
    token = tab.token()
    expect(tab.page).to_have_title(re.compile(r"Wait · run \d+ · Overlap"))
    expect(tab.page.get_by_text(re.compile(r"Block \d of 2, trial \d+ of \d+"))).to_be_visible()
    run = tab.server.store.run(token)
    asked = {one.label for one in run.configurations} | {configuration_from(run.terms["baseline"]).label}
    expect(tab.page.locator(".ov-chart .ov-name")).to_have_count(len(asked))
    expect(tab.page.locator(".ov-lane")).to_be_visible()
    expect(tab.page.locator(".js-plotly-plot")).to_have_count(0)
    tab.ended()
    run = tab.server.store.run(token)
    assert run.state == "finished" and run.verdict is not None
    expect(tab.key("verdict")).to_contain_text(run.verdict["sentences"][0][:40])
    everything_in_the_first(tab, 600)
    for name in ("Why", "Scaling", "Timelines", "Memory", "Trials"):
        tab.section(name)
        expect(tab.page.locator(".js-plotly-plot:visible")).to_have_count(1)
    tab.section("Take home")

    script = tmp_path / "script.py"
    tab.download("Script to take home").save_as(script)
    done = subprocess.run(
        [sys.executable, "-I", str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert len(done.stdout.splitlines()) == 16

    tab.page.set_viewport_size(TELEPHONE)
    tab.open(f"run?run={token}")
    expect(tab.page.locator(".js-plotly-plot")).to_have_count(1)
    assert width_beyond(tab) <= 0
    everything_in_the_first(tab, 600)


SHIFTS = """() => { window.shifted = 0; window.shifted_ms = performance.now();
new PerformanceObserver(list => list.getEntries().forEach(one => {
  window.shifted += one.value; if (one.value > 0.005) window.shifted_ms = performance.now(); }))
  .observe({type: "layout-shift"}); }"""


def test_while_blocks_come_in_nothing_changes_its_place(tab: Tab) -> None:
    token = start(tab, repeats=40)
    tab.open(f"run?run={token}")
    expect(tab.page.get_by_text(re.compile("No verdict yet|So far: "))).to_be_visible()
    expect(tab.page.locator(".ov-lane")).to_be_visible()
    tab.page.evaluate(SHIFTS)
    # Until the page itself is drawn: on a busy machine its parts come one by one.
    tab.page.wait_for_function("performance.now() - window.shifted_ms > 2000")
    tab.page.evaluate("window.shifted = 0")
    expect(tab.page.get_by_text(re.compile(r"Block ([3-9]|[1-4]\d) of"))).to_be_visible()
    expect(tab.page.locator(".ov-chart .ov-dot")).to_have_count(3)
    assert tab.page.evaluate("window.shifted") <= 0.02
    tab.button("Cancel").click()
    tab.ended()


@pytest.mark.stress  # the engine and the page test it too; here both in a browser
def test_cancel_in_the_middle_leaves_what_the_finished_trials_allow_to_be_said(tab: Tab) -> None:
    token = start(tab, repeats=40)
    tab.open(f"run?run={token}")
    expect(tab.page.get_by_text(re.compile(r"Block ([2-9]|[1-4]\d) of"))).to_be_visible()
    tab.button("Cancel").click()
    tab.ended()
    expect(tab.page.get_by_text(re.compile("Ended early, after"))).to_be_visible()
    run = tab.server.store.run(token)
    assert run.state == "cancelled" and run.verdict is not None
    expect(tab.key("verdict")).to_contain_text("threads × 4")
