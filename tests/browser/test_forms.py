"""Forms by hand: a number that is typed is the number that is added, and going back finds everything as it was."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Tab
from tests.engine.workloads.images.pictures import photo

CHIPS = "[class*='st-key-grid-compute-0-threads'] [data-tag]"


def numbers(tab: Tab) -> list[str]:
    """What stands in the box of workers."""
    return [str(chip.get_attribute("aria-label")) for chip in tab.page.locator(CHIPS).all()]


def told(tab: Tab, expected: list[str]) -> None:
    """Wait until the box holds these numbers, and until the page, drawn anew, has been told of each."""
    chips = tab.page.locator(CHIPS)
    for at, count in enumerate(expected):
        expect(chips.nth(at)).to_have_attribute("aria-label", count)
    expect(chips).to_have_count(len(expected))
    for count in expected:
        expect(tab.page.get_by_text(re.compile(rf"threads × {count}\b"))).to_be_visible()
    tab.settled()
    assert numbers(tab) == expected


def test_a_number_and_enter_adds_that_number_alone(tab: Tab) -> None:
    tab.open("compare").choose("compare-workload", "Compute")
    box = tab.page.get_by_role("combobox", name="Workers: threads")
    expect(tab.page.locator(CHIPS)).to_have_count(1)
    held = numbers(tab)

    def add(typed: str) -> None:
        box.click()
        tab.page.keyboard.type(typed)
        tab.page.keyboard.press("Enter")
        if typed not in held:
            held.append(typed)
        told(tab, held)

    for typed in ("4", "24", "9", "3"):
        add(typed)
    for _ in range(2):
        box.click()
        tab.page.keyboard.press("Backspace")
        held.pop()
        told(tab, held)
    for typed in ("5", "2"):  # not what is left of a removed one, nor another that begins so
        add(typed)


def test_going_back_after_a_run_finds_uploads_and_options_as_they_were(tab: Tab, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        photo(640, 480).save(tmp_path / name)
    tab.open("resize").choose("pictures_from", "Upload files")
    tab.page.locator("input[type=file]").set_input_files([tmp_path / "a.jpg", tmp_path / "b.jpg"])
    tab.button("Resize 2 pictures").wait_for()
    tab.settled().page.get_by_text("Size, format and names").click()
    tab.page.get_by_label("Size", exact=True).fill("300, 150")
    tab.page.keyboard.press("Enter")
    tab.settled().button("Resize 2 pictures").click()
    token = tab.token()
    tab.ended()
    run = tab.server.store.run(token)
    tab.page.go_back()
    tab.settled()
    expect(tab.button("Resize 2 pictures")).to_be_enabled()
    expect(tab.page.get_by_text(f"uploaded for run {run.id}")).to_be_visible()
    expect(tab.page.get_by_text("Each picture in 2 sizes")).to_be_visible()
    tab.button("Resize 2 pictures").click()
    tab.page.wait_for_url(lambda url: "run=" in url and token not in url)
    tab.ended()
    assert tab.figure("Done") == "2 of 2"
