"""The stories by keyboard alone: no test here touches a pointer, each element is reached as the Tab key reaches it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.model import Configuration
from engine.runs import jobs
from engine.runs.plans import simple_plan
from tests.browser.conftest import Tab

FOCUSED = """() => { let one = document.activeElement
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
  const kind = one?.getAttribute("role") || one?.tagName.toLowerCase() || ""
  return [kind, (one?.getAttribute("aria-label") || one?.innerText || one?.value || "").trim()] }"""
MOST_STEPS = 80


def reach(tab: Tab, kind: str, name: str, key: str = "Tab") -> None:
    """Press a key until an element of this kind is focused whose name contains this one."""
    seen = []
    for _ in range(MOST_STEPS):
        focused, label = tab.page.evaluate(FOCUSED)
        if re.fullmatch(kind, focused) and name in label:
            return
        seen.append(f"{focused} {label[:30]!r}")
        tab.page.keyboard.press(key)
    raise AssertionError(f"{name!r} is not reached by {key}: {', '.join(seen)}")


def press(tab: Tab, name: str) -> None:
    """Reach a button and press it."""
    reach(tab, "button", name)
    tab.page.keyboard.press("Enter")


def test_the_demo_shops_are_scraped_and_what_failed_is_tried_again(tab: Tab) -> None:
    tab.open()
    press(tab, "Scrape the demo shops")
    token = tab.token()
    tab.ended()
    reach(tab, "tab", "Results")
    tab.page.keyboard.press("ArrowRight")
    expect(tab.page.get_by_role("tab", name="Failures")).to_have_attribute("aria-selected", "true")
    tab.settled()
    press(tab, "Try all again")
    store = tab.server.store
    tab.until(lambda: len(store.trials(store.run(token))) > 1)


@pytest.mark.usefixtures("sample_photos")
def test_photos_are_resized_for_another_use_and_laid_over_their_originals(tab: Tab) -> None:
    tab.open("resize")
    reach(tab, "radio", "Web page")
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Space")
    tab.settled()
    expect(tab.page.get_by_text("200 × 200 pixels, filled and cropped, JPEG.")).to_be_visible()
    press(tab, "Resize 24 pictures")
    tab.token()
    tab.ended()
    reach(tab, "radio", "Gallery")
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Space")
    tab.settled()
    reach(tab, "input", "How much of the original is shown")
    tab.page.keyboard.press("ArrowLeft")
    assert tab.page.locator("img.before").evaluate("one => one.style.clipPath") == "inset(0px 51% 0px 0px)"


@pytest.mark.usefixtures("sample_photos")
def test_a_comparison_and_an_experiment_start_and_the_comparison_is_cancelled(tab: Tab) -> None:
    tab.open()
    press(tab, "Compare on the photos")
    token = tab.token()
    press(tab.settled(), "Cancel")
    store = tab.server.store
    tab.until(lambda: store.run(token).state == "cancelled")
    before = len(store.runs(kind="experiment"))
    tab.open("sharing")
    press(tab, "Measure everything, quick")
    tab.until(lambda: len(store.runs(kind="experiment")) > before)
    jobs.cancel(store, store.runs(kind="experiment")[0])


def test_a_run_is_found_in_the_history_and_opened(tab: Tab) -> None:
    store = tab.server.store
    how = Configuration("threads", 2)
    run = jobs.wait(store, jobs.start(store, simple_plan("wait", 3, {"seconds": 0.01}, how, store.settings)))
    tab.open("history")
    reach(tab, "input", "Title")
    tab.page.keyboard.type("3 tasks of wait")
    tab.page.keyboard.press("Enter")
    tab.settled()
    reach(tab, "grid|canvas|table", "")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Shift+Space")
    tab.settled()
    press(tab, "Open")
    assert tab.token() == run.token
