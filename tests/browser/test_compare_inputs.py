"""Comparisons on a ZIP from the user's own disk, and with a column for another Python that the server names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from engine.model import Run
from tests.browser.conftest import Server, Tab, serving
from tests.engine.workloads.images.pictures import photo

pytestmark = pytest.mark.stress  # the engine and the page are tested apart with the fast ones


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app that offers this Python under another name."""
    folder = tmp_path_factory.mktemp("pythons")
    other = folder / "another-python"
    other.symlink_to(sys.executable)
    with serving(folder, OVERLAP_PYTHONS=str(other)) as served:
        yield served


def compared(tab: Tab) -> Run:
    """Start the comparison, and give its run once the page shows the end."""
    tab.button("Compare").click()
    token = tab.token()
    tab.ended()
    run = tab.server.store.run(token)
    assert run.state == "finished" and run.verdict is not None
    expect(tab.key("verdict")).to_contain_text(run.verdict["sentences"][0][:40])
    return run


def test_a_zip_from_the_users_disk_is_compared_picture_by_picture(tab: Tab, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "photos.zip", "w") as archive:
        for number in range(6):
            photo(800 + number, 600).save(tmp_path / f"{number}.jpg")
            archive.write(tmp_path / f"{number}.jpg", f"album/{number}.jpg")
    tab.open("compare")
    tab.choose("pictures_from", "Upload a ZIP")
    tab.page.locator("input[type=file]").set_input_files(tmp_path / "photos.zip")
    tab.page.get_by_text("checked and unpacked when the run starts").wait_for()
    tab.settled()
    run = compared(tab)
    trials = [trial for trial in tab.server.store.trials(run) if trial.state == "finished"]
    assert {trial.tasks for trial in trials} == {6} and not run.failed


def test_another_python_that_the_server_names_has_a_column_of_its_own(tab: Tab) -> None:
    tab.open("compare")
    tab.choose("compare-workload", "Wait")
    tab.key("compare-more").get_by_text("More", exact=True).click()
    tab.settled().page.get_by_role("combobox", name="Other Pythons").scroll_into_view_if_needed()
    tab.settled().page.get_by_role("combobox", name="Other Pythons").click()
    tab.page.get_by_role("option").first.click()
    tab.page.keyboard.press("Escape")
    tab.key("compare-tasks-wait").get_by_role("spinbutton").fill("16")
    tab.page.get_by_role("spinbutton", name="How many").fill("1")
    tab.page.keyboard.press("Tab")
    tab.settled()
    run = compared(tab)
    there = [one for one in run.configurations if one.python]
    own = {row["configuration"]["python"] for row in (run.verdict or {})["own"]}
    assert there and own >= {one.python for one in there}
