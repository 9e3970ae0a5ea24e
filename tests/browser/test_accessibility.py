"""Everybody can use the app: axe-core finds nothing serious on any page, run, dialog or open section."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.machine.private import make_folder
from engine.model import Configuration
from engine.report.documents.document import import_document, read_document
from engine.runs import jobs
from engine.runs.plans import demo_scrape_plan
from engine.runs.resize_plans import resize_plan
from engine.workloads.images.making.options import Resizing
from pages.menu import PAGES
from tests.browser.conftest import Server, Tab, Theme

DOCUMENTS = Path(__file__).parents[1] / "pages" / "documents"
NOT_OURS = {"list": "stSidebarNav", "listitem": "stSidebarNav", "color-contrast": "stCode"}
"""Rule: where Streamlit itself breaks it. Its menu puts divisions between a list and its items, and its blocks of code
have colours of their own."""
RUN_AXE = """async ([rules, theirs]) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {}
  const found = await axe.run(document, { resultTypes: ["violations"], elementRef: true, ...only })
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact)).flatMap((one) =>
    one.nodes.filter((node) => !(theirs[one.id] && node.element?.closest(`[data-testid=${theirs[one.id]}]`)))
      .map((node) => [one.id, node.html.slice(0, 150), node.failureSummary.slice(0, 250)]))
}"""


def axe_source() -> str:
    """axe-core's own script, as the package of the tests brings it."""
    found = find_spec("axe_playwright_python")
    assert found is not None and found.submodule_search_locations is not None
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


RULES: dict[Theme, list[str] | None] = {"dark": ["color-contrast"], "light": None}
"""Theme: what is looked at in it; None is everything. Names, roles and order are the same in both."""
Check = Callable[[str], None]


@pytest.fixture
def theme() -> str:
    """Dark when a page is opened: all other tests open theirs in light."""
    return "dark"


@pytest.fixture
def checked(tab: Tab) -> Iterator[Check]:
    """Runs axe over the page as it stands, in both themes; at the end nothing serious may have been found anywhere."""
    source = axe_source()
    found: list[str] = []

    def check(where: str) -> None:
        if not tab.page.evaluate("() => !!window.axe"):
            tab.page.evaluate(source)
        for theme, rules in RULES.items():
            tab.turn(theme)
            tab.settled()
            faults: list[list[Any]] = tab.page.evaluate(RUN_AXE, [rules, NOT_OURS])
            found.extend(f"{where}, {theme}: {rule} {html} {why}" for rule, html, why in faults)

    yield check
    assert found == []


@pytest.fixture(scope="module")
def runs(server: Server) -> dict[str, str]:
    """The address of a run of each kind, one of them with failures."""
    store = server.store
    picture = store.settings.home / "samples" / "blue.png"
    make_folder(picture.parent)
    Image.new("RGB", (600, 400), "steelblue").save(picture)
    plans = {
        "scrape": demo_scrape_plan(Configuration("threads", 16), store.settings),
        "resize": resize_plan([picture], Resizing(("300", "150")), Configuration("sequential", 1), store.settings),
    }
    found = {name: jobs.wait(store, jobs.start(store, plan)) for name, plan in plans.items()}
    found["comparison"] = import_document(store, read_document(DOCUMENTS / "comparison.json"))
    return {name: f"run?run={run.token}" for name, run in found.items()}


def test_every_page_with_its_sections_open(tab: Tab, checked: Check) -> None:
    for entry in PAGES:
        tab.page.emulate_media(color_scheme="dark")
        tab.open("" if entry.address == "start" else entry.address)
        open_sections(tab)
        checked(entry.title)


def open_sections(tab: Tab) -> None:
    """Open whatever is folded."""
    closed = tab.page.locator("[data-testid='stMain'] details:not([open]) > summary:visible")
    while closed.count():  # what is opened may hold others
        closed.evaluate_all("all => all.forEach(one => one.click())")
        tab.settled()


@contextmanager
def going_on(server: Server, address: str) -> Iterator[None]:
    """A run that has ended, as it was while it went on: its state says so, and somebody holds its lock."""
    run = server.store.run(address.partition("run=")[2])
    with server.store.folder(run).lock().acquire(timeout=10):  # its orchestrator may be just leaving
        server.store.update_run(run, state="running", ended_at=None)
        yield
        server.store.update_run(run, state=run.state, ended_at=run.ended_at)


LOOKS = {"scrape": ("look", "Prices by shop"), "resize": ("gallery_look", "Before and after")}
"""Run: a look at its results that is another one than the first."""


@pytest.mark.parametrize("name", ["scrape", "resize", "comparison"])
def test_every_run_with_each_of_its_tabs_and_while_it_goes_on(
    tab: Tab, checked: Check, runs: dict[str, str], name: str
) -> None:
    tab.open(runs[name])
    for number in range(tab.page.get_by_role("tab").count()):
        tab.page.get_by_role("tab").nth(number).click()
        tab.settled()
        open_sections(tab)
        checked(f"{name}, tab {number}")
    if name in LOOKS:
        tab.open(runs[name]).choose(*LOOKS[name])
        checked(f"{name}, {LOOKS[name][1]}")
    with going_on(tab.server, runs[name]):
        tab.open(runs[name]).button("Cancel").wait_for()
        tab.page.locator(".ov-chart, .lanes canvas").first.wait_for()
        checked(f"{name}, while it goes on")


def test_every_dialog(tab: Tab, checked: Check, runs: dict[str, str]) -> None:
    tab.open("history").button("More filters").click()
    tab.settled()
    checked("more filters")
    tab.page.keyboard.press("Escape")
    tab.page.locator("[data-testid='stDataFrame']").first.click(position={"x": 15, "y": 52})
    for name in ("Label", "Delete"):
        tab.settled().button(name).click()
        tab.page.get_by_role("dialog").wait_for()
        tab.settled()
        checked(f"the dialog of {name}")
        tab.page.keyboard.press("Escape")
        tab.page.get_by_role("dialog").wait_for(state="detached")
