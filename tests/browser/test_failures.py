"""Failures by hand: groups are sorted, selected and tried again, by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from engine.model import Configuration, Run
from engine.runs import jobs
from engine.runs.plans import scrape_plan
from tests.browser.conftest import Tab

ROW = 35
"""Pixels of a row of the table, its header included."""
HOSTS = 100


@pytest.fixture(scope="module")
def made() -> dict[str, Run]:
    """What the module's tests have run."""
    return {}


@pytest.fixture
def run(tab: Tab, made: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Two hundred groups: of each host one private address, and of host h some that are no web pages."""
    store = tab.server.store
    monkeypatch.setenv("TMPDIR", str(store.settings.home.parent / "tmp"))  # its runs take turns with the server's
    hosts = [f"10.0.0.{number}" for number in range(1, HOSTS + 1)]
    urls = [f"http://{host}/" for host in hosts]
    urls += [f"ftp://{host}/{page}" for number, host in enumerate(hosts, 1) for page in range(1 + number)]
    if "run" not in made:
        plan = scrape_plan(urls, Configuration("threads", 2), store.settings)
        made["run"] = jobs.wait(store, jobs.start(store, plan), poll_s=0.05)
    return made["run"]


@pytest.fixture
def opened(tab: Tab, run: Run) -> Callable[[], Tab]:
    """Opens the run's failures."""

    def open_failures() -> Tab:
        tab.open(f"run?run={run.token}").section("Failures")
        expect(tab.page.get_by_text("All 200 groups")).to_be_visible()
        return tab

    return open_failures


def last_trial(tab: Tab, run: Run) -> list[str]:
    """The addresses that the run's last trial fetched, once it is over."""
    store = tab.server.store
    before = len(store.trials(run))
    tab.until(lambda: len(store.trials(run)) > before or store.run(run.token).state != "finished")
    tab.until(lambda: store.run(run.token).state == "finished")
    return sorted(label for (label,) in store.records.columns(store.trials(run)[-1:], "label"))


def fits_a_narrow_window(tab: Tab) -> None:
    """The table and the button are there on a telephone, too."""
    tab.page.set_viewport_size({"width": 390, "height": 900})
    tab.settled()
    table = tab.page.locator("[data-testid='stDataFrame']").first
    box = table.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["height"] <= 440
    expect(tab.button("Try all again")).to_be_visible()
    sideways = "(m => m.scrollWidth - m.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    assert tab.page.evaluate(sideways) == 0


@pytest.mark.stress  # the keyboard's way stays in the fast tests: what it needs, the mouse needs too
def test_a_group_chosen_by_mouse_in_a_sorted_table_is_the_one_tried_again(
    opened: Callable[[], Tab], run: Run
) -> None:
    tab = opened()
    table = tab.page.locator("[data-testid='stDataFrame']").first
    table.click(position={"x": 60, "y": ROW // 2})  # by host, upwards: 10.0.0.1 with its two groups comes first
    tab.page.wait_for_timeout(300)
    for row in (0, 1):
        table.click(position={"x": 15, "y": ROW * (row + 1) + ROW // 2})
        tab.settled()
    tab.button("Try these again (3)").click()
    assert last_trial(tab, run) == ["ftp://10.0.0.1/0", "ftp://10.0.0.1/1", "http://10.0.0.1/"]


def test_two_hundred_groups_fit_a_narrow_window_and_one_is_tried_again_by_keyboard_alone(
    opened: Callable[[], Tab], run: Run
) -> None:
    tab = opened()
    fits_a_narrow_window(tab)
    tab.page.set_viewport_size({"width": 1400, "height": 900})
    tab.settled()
    press = tab.page.keyboard.press
    expect(tab.page.locator("[data-testid='stDataFrame'] canvas").first).to_be_visible()
    tab.page.get_by_role("tab", name="Failures").focus()
    tab.until(lambda: press("Tab") or tab.page.evaluate("document.activeElement.tagName") == "CANVAS")
    press("ArrowDown")
    tab.page.wait_for_timeout(500)  # the table selects the row of the cell that it has drawn as current
    press("Shift+Space")
    expect(tab.page.get_by_text("1 of 200 groups selected")).to_be_visible()
    tab.settled()
    for _ in range(8):
        press("Tab")
        if "Try these again" in str(tab.page.evaluate("document.activeElement.innerText")):
            break
    label = tab.key("retry").inner_text()
    press("Enter")
    hosts = {url.partition("://")[2].partition("/")[0] for url in last_trial(tab, run)}
    assert len(hosts) == 1 and f"({1 + int(hosts.pop().rpartition('.')[2])})" in label
