"""Uploads over the server's budget: refused with the limit before anything is done with them; memory stays small."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Server, Tab, serving
from tests.engine.support import alive_with

LIMIT_MB = 5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app that takes LIMIT_MB a run."""
    with serving(tmp_path_factory.mktemp("limited"), OVERLAP_UPLOAD_MAX_MB=str(LIMIT_MB)) as served:
        yield served


def held_mb(server: Server) -> float:
    """What the server's process holds now, in MB."""
    home = server.store.settings.home
    found = [process for process in alive_with(home) if "streamlit" in process.cmdline()]
    return sum(float(process.memory_info().rss) for process in found) / 1e6


def files(folder: Path, name: str, count: int, megabytes: float) -> list[Path]:
    """So many files of noise that are called JPEG."""
    paths = [folder / f"{name} {number}.jpg" for number in range(count)]
    for path in paths:
        path.write_bytes(b"\xff\xd8\xff" + os.urandom(int(megabytes * 1e6)))
    return paths


@pytest.mark.stress  # the page and the engine test the limit too; here the browser and the memory of the server
def test_uploads_over_the_budget_are_refused_and_start_nothing(tab: Tab, server: Server, tmp_path: Path) -> None:
    tab.open("resize").choose("pictures_from", "Upload files")
    before = held_mb(server)
    assert before > 30
    chooser = tab.page.locator("input[type=file]")
    chooser.set_input_files(files(tmp_path, "much too large", 1, 60))
    tab.page.get_by_text("5.0MB or smaller").wait_for()
    assert held_mb(server) - before < 20, "a file over the limit is refused before it is sent"
    tab.open("resize").choose("pictures_from", "Upload files")
    chooser.set_input_files(files(tmp_path, "together too large", 3, 3))
    tab.page.get_by_text("at most 5 MB are taken at once").wait_for()
    assert "OVERLAP_FOLDERS" in tab.settled().page.locator("[data-testid='stAlert']").first.inner_text()
    assert all(button.is_disabled() for button in tab.page.get_by_role("button", name="Resize").all())
    assert server.store.runs() == []
    assert not server.store.settings.runs.exists() or not list(server.store.settings.runs.iterdir())
    assert held_mb(server) - before < 60
