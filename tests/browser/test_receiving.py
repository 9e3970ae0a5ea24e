"""Uploads through a real browser: on disk instead of in memory, within one budget, gone with their session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Tab, serving
from tests.engine.support import alive_with, until
from tests.engine.workloads.images.pictures import photo

BUDGET_MB = 1
LARGE_MB = 900
GROWTH_MB = 120
"""What the server's memory may grow by for an upload of LARGE_MB, beside what pages load for the first time."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app with a budget of BUDGET_MB for all uploads that forgets a session soon after its tab is closed."""
    with serving(
        tmp_path_factory.mktemp("receiving"), OVERLAP_UPLOADS_MAX_MB=str(BUDGET_MB),
        STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1",
    ) as served:  # fmt: skip
        yield served


def lying(server: Server) -> list[Path]:
    """The uploads that lie on the server's disk."""
    return [path for path in (server.store.settings.home / "uploads").rglob("*") if path.is_file()]


def test_uploads_are_on_disk_are_not_copied_for_the_run_and_go_with_the_session(
    tab: Tab, server: Server, tmp_path: Path
) -> None:
    files = [tmp_path / f"photo {number}.jpg" for number in range(3)]
    for number, path in enumerate(files):
        photo(640, 480, number).save(path)
    tab.open("resize").choose("pictures_from", "Upload files")
    tab.page.locator("input[type=file]").set_input_files(files)
    expect(tab.page.get_by_text("3 pictures, ")).to_be_visible()
    given = sorted(path.read_bytes() for path in files)
    assert sorted(path.read_bytes() for path in lying(server)) == given
    tab.settled().button("Resize 3 pictures").click()
    token = tab.token()
    tab.ended()
    inputs = [path for path in server.store.folder(token).inputs.iterdir()]
    assert sorted(path.read_bytes() for path in inputs) == given
    assert {path.stat().st_ino for path in inputs} == {path.stat().st_ino for path in lying(server)}
    assert server.store.run(token).ok == 3
    tab.page.goto("about:blank")
    until(lambda: lying(server) == [], 30)
    assert sorted(path.read_bytes() for path in inputs) == given, "the run keeps its own"


def test_over_the_budget_of_all_users_the_page_names_the_setting(tab: Tab, server: Server, tmp_path: Path) -> None:
    (tmp_path / "large.jpg").write_bytes(b"\xff\xd8\xff" + os.urandom(int(BUDGET_MB * 1.5e6)))
    tab.open("resize").choose("pictures_from", "Upload files")
    tab.page.locator("input[type=file]").set_input_files(tmp_path / "large.jpg")
    expect(tab.page.get_by_text("OVERLAP_UPLOADS_MAX_MB")).to_be_visible()
    assert all(button.is_disabled() for button in tab.settled().page.get_by_role("button", name="Resize").all())
    assert lying(server) == []


def held_mb(server: Server) -> float:
    """What the server's process holds now, in MB."""
    (found,) = [one for one in alive_with(server.store.settings.home) if "streamlit" in one.cmdline()]
    return float(psutil.Process(found.pid).memory_info().rss) / 1e6


@pytest.mark.stress
@pytest.mark.timeout(600)
def test_an_upload_of_nearly_a_gigabyte_three_times_stays_out_of_memory(
    chromium: object, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    from playwright.sync_api import Browser

    assert isinstance(chromium, Browser)
    block = os.urandom(1 << 20)
    with (tmp_path / "large.zip").open("wb") as file:
        for _ in range(LARGE_MB * 1_000_000 >> 20):
            file.write(block)
    held: list[float] = []
    with serving(tmp_path_factory.mktemp("large"), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1") as served:
        for _ in range(3):
            context = chromium.new_context()
            tab = Tab(context.new_page(), served)
            tab.open("resize").choose("pictures_from", "Upload a ZIP")
            held.append(held_mb(served))
            tab.page.locator("input[type=file]").set_input_files(tmp_path / "large.zip")
            done = tab.page.get_by_text("checked and unpacked when the run starts")
            while not done.is_visible():
                held.append(held_mb(served))
                tab.page.wait_for_timeout(50)
            held.append(held_mb(served))
            context.close()
            until(lambda: lying(served) == [], 30)
        end_mb = held_mb(served)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the point
            f"\n{LARGE_MB} MB three times: the server held {held[0]:.0f} MB before, {max(held):.0f} at most, "
            f"{end_mb:.0f} with no session left"
        )
    assert max(held) - held[0] < GROWTH_MB
