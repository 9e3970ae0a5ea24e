"""Five thousand pictures in one ZIP, through the browser: finished, looked at, taken home; the server stays small."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from pages.parts.run.gallery import A_PAGE
from tests.browser.conftest import Tab
from tests.engine.support import alive_with
from tests.engine.workloads.images.pictures import photo

COUNT, DISTINCT = 5_000, 100
BESIDE_UPLOAD_MB = 250


def archive(folder: Path) -> Path:
    """A ZIP of COUNT photo-like JPEGs of 320 × 240 pixels in ten folders."""
    contents = []
    for number in range(DISTINCT):
        photo(320, 240, number).save(folder / "one.jpg", quality=92)
        contents.append((folder / "one.jpg").read_bytes())
    with zipfile.ZipFile(folder / "five thousand.zip", "w") as packed:
        for number in range(COUNT):
            packed.writestr(f"{number % 10}/picture {number:04}.jpg", contents[number % DISTINCT])
    return folder / "five thousand.zip"


def server_process(tab: Tab) -> psutil.Process:
    """The process of the Streamlit server behind this tab."""
    home = tab.server.store.settings.home
    (found,) = [process for process in alive_with(home) if "streamlit" in process.cmdline()]
    return found


@pytest.mark.stress
@pytest.mark.timeout(600)
def test_five_thousand_pictures_from_one_zip(tab: Tab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = archive(tmp_path)
    upload_mb = path.stat().st_size / 1e6
    server, store = server_process(tab), tab.server.store
    tab.open("resize").choose("pictures_from", "Upload a ZIP")
    held = [server.memory_info().rss / 1e6]
    began = time.perf_counter()
    tab.page.locator("input[type=file]").set_input_files(path)
    tab.page.get_by_text("checked and unpacked when the run starts").wait_for(timeout=120_000)
    held.append(server.memory_info().rss / 1e6)
    tab.settled().button("Resize pictures").click()
    tab.page.wait_for_url("**/run?run=*", timeout=120_000)
    token = tab.token()
    while store.run(token).state in ("waiting", "running"):
        held.append(server.memory_info().rss / 1e6)
        tab.page.wait_for_timeout(200)
    tab.ended()
    spent = time.perf_counter() - began
    run = store.run(token)
    assert (run.state, run.ok, run.failed) == ("finished", COUNT, 0)
    assert tab.figure("Done") == "5,000 of 5,000"

    expect(tab.page.locator("[data-testid='stImage'] img").first).to_be_visible()
    last = tab.key("gallery_page").get_by_role("button").filter(has_text=str(-(-COUNT // A_PAGE)))
    looked = time.perf_counter()
    last.click()
    tab.settled().page.wait_for_function(
        "[...document.querySelectorAll(\"[data-testid='stImage'] img\")].every(one => one.complete && one.naturalWidth)"
    )
    looked = time.perf_counter() - looked
    held.append(server.memory_info().rss / 1e6)
    tab.section("Downloads")
    tab.download("ZIP of the pictures").save_as(tmp_path / "results.zip")
    held.append(server.memory_info().rss / 1e6)
    with zipfile.ZipFile(tmp_path / "results.zip") as packed:
        assert len(packed.namelist()) == COUNT and packed.testzip() is None
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the point
            f"\n{COUNT:,} pictures, {upload_mb:.0f} MB, in {spent:.0f} s from upload to end; the server held "
            f"{held[0]:.0f} MB before, {held[1]:.0f} MB with the upload, {max(held):.0f} MB at most, {held[-1]:.0f} MB "
            f"at the end; the gallery's last page stood after {looked:.1f} s"
        )
    assert max(held) - held[0] - upload_mb < BESIDE_UPLOAD_MB
    assert os.path.getsize(tmp_path / "results.zip") > COUNT * 100
