"""The stories of newcomers: demo shops, demo photos, and their own photos from upload to ZIP."""

from __future__ import annotations

import re
import zipfile
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PATIENCE_MS, THEMES, Tab, paused_after_its_first_task

CORNER = """(canvas) => `rgb(${[...canvas.getContext("2d").getImageData(1, 1, 1, 1).data].slice(0, 3).join(", ")})`"""
"""The colour of a canvas's first pixels."""


def is_painted(canvas: Locator, background: str) -> bool:
    """Whether the canvas has the page's colour."""
    return bool(canvas.evaluate(CORNER) == background)


def test_a_newcomer_scrapes_the_demo_shops_with_one_click(tab: Tab) -> None:
    tab.open()
    tab.in_both_themes(lambda: expect(tab.button("Scrape the demo shops")).to_be_visible())
    tab.button("Scrape the demo shops").click()
    token = tab.token()
    tab.ended()
    assert tab.figure("Done") == "95 of 97"
    run = tab.server.store.run(token)
    assert run.ok > 85 and run.failed == 97 - run.ok
    tab.in_both_themes(lambda: expect(tab.page.locator("[data-testid='stDataFrame']")).to_be_visible())
    tab.choose("look", "Prices by shop")
    tab.in_both_themes(lambda: expect(tab.page.locator(".js-plotly-plot")).to_be_visible())
    tab.section("Failures")
    tab.in_both_themes(lambda: expect(tab.button("Try all again")).to_be_visible())
    tab.section("How it ran")
    expect(tab.page.get_by_text(re.compile(r"tasks at once on .* cores"))).to_be_visible()
    plots = tab.page.locator(".st-key-pictures canvas")
    tab.in_both_themes(lambda: expect(plots).to_have_count(4))
    for theme, background in reversed(THEMES.items()):  # what a canvas shows follows the system as well
        tab.turn(theme)
        tab.until(partial(is_painted, plots.first, background))
    plots.nth(1).hover(position={"x": 300, "y": 100})
    expect(tab.page.locator(".st-key-pictures .tip:visible")).to_contain_text(re.compile(r"\d+ done after \d\.\d{3} s"))


@pytest.mark.usefixtures("sample_photos")
def test_a_newcomer_resizes_the_demo_photos_and_looks_at_them(tab: Tab) -> None:
    tab.open().button("Resize the sample photos").click()
    tab.token()
    tab.ended(4 * PATIENCE_MS)  # painting them takes ten seconds of CPU time, whatever else is going on
    assert tab.figure("Done") == "24 of 24"
    assert "MB" in tab.figure("Saved")
    images = tab.page.locator("[data-testid='stImage'] img")
    tab.in_both_themes(lambda: expect(images).to_have_count(24))
    tab.page.wait_for_function(
        "[...document.querySelectorAll(\"[data-testid='stImage'] img\")].every(one => one.complete && one.naturalWidth)"
    )
    tab.choose("gallery_look", "Before and after")
    tab.in_both_themes(lambda: expect(tab.page.get_by_text("% saved")).to_be_visible())
    tab.page.set_viewport_size({"width": 390, "height": 844})
    tab.settled()
    before, after = tab.page.locator("img.before"), tab.page.locator("img.after")
    expect(after).to_have_js_property("naturalWidth", 400)  # it comes by itself, after the page
    tab.button("100%").click()
    assert after.evaluate("one => [one.clientWidth, one.naturalWidth]") == [400, 400], "a pixel is a pixel"
    size = "one => [one.clientWidth, one.clientHeight]"
    assert before.evaluate(size) == after.evaluate(size), "both at one scale"
    tab.button("Fit the page").click()
    assert after.evaluate("one => one.clientWidth") <= 390
    line = tab.page.get_by_role("slider", name="How much of the original is shown, in percent")
    line.press("ArrowRight")
    assert before.evaluate("one => one.style.clipPath") == "inset(0px 49% 0px 0px)"


def photos(folder: Path, count: int) -> list[Path]:
    """Photos of 12 megapixels, and a last one that is none."""
    paths = [folder / f"holiday {number}.jpg" for number in range(count - 1)]
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(paths[0], "JPEG", quality=50)
    for path in paths[1:]:
        path.write_bytes(paths[0].read_bytes())
    (folder / "broken.jpg").write_bytes(b"not a picture")
    return [*paths, folder / "broken.jpg"]


def test_a_newcomer_uploads_photos_cancels_resumes_retries_and_takes_the_zip_home(tab: Tab, tmp_path: Path) -> None:
    tab.open("resize")
    tab.choose("pictures_from", "Upload files")
    tab.page.locator("input[type=file]").set_input_files(photos(tmp_path, 30))
    tab.button("Resize 30 pictures").wait_for()
    tab.settled().page.get_by_text("How to run").click()
    tab.choose("executor-resize", "Sequential")
    store = tab.server.store
    with paused_after_its_first_task(tab.server):
        tab.button("Resize 30 pictures").click()
        token = tab.token()
        tab.page.wait_for_function("document.querySelectorAll(\"[data-testid='stImage'] img\").length > 0")
        tab.button("Cancel").click()
        tab.until(lambda: store.cancel_requested(store.run(token)))
    tab.button("Resume").wait_for()
    run = store.run(token)
    assert run.state == "cancelled" and 0 < run.done < 30
    tab.button("Resume").click()
    tab.button("Resume").wait_for(state="detached")
    tab.ended()
    assert tab.figure("Done") == "29 of 30" and tab.figure("Failed") == "1"
    tab.section("Failures")
    tab.in_both_themes(lambda: expect(tab.button("Try all again")).to_be_visible())
    tab.button("Try all again").click()
    tab.until(lambda: len(store.trials(run)) == 3)
    tab.ended()
    expect(tab.page.get_by_role("tab", name="Failures")).to_have_attribute("aria-selected", "true")
    expect(tab.page.get_by_text("1 task was tried again: 1 failed again.")).to_be_visible()
    expect(tab.page.get_by_text("Finished, 1 failed")).to_be_visible()
    tab.section("Downloads")
    zipped = tab.page.get_by_role("link", name="ZIP of the pictures")
    tab.in_both_themes(lambda: expect(zipped).to_be_visible())
    tab.download("ZIP of the pictures").save_as(tmp_path / "results.zip")
    with zipfile.ZipFile(tmp_path / "results.zip") as packed:
        assert packed.testzip() is None and len(packed.namelist()) == 29
        assert max(Image.open(packed.open(packed.namelist()[0])).size) == 400
