"""History by hand: rows are selected on the table's canvas, which only a real browser can do."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.model import Configuration, Run
from engine.runs import jobs
from engine.runs.plans import simple_plan
from tests.browser.conftest import Tab

ROW = 35
"""Pixels of a row of the table, its header included."""


@pytest.fixture
def runs(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Three finished runs with a title of their own, the newest first."""
    store = tab.server.store
    monkeypatch.setenv("OVERLAP_HOME", str(store.settings.home))
    monkeypatch.setenv("TMPDIR", str(store.settings.home.parent / "tmp"))  # its runs take turns with the server's
    plan = simple_plan("wait", 5, {"seconds": 0.01}, Configuration("threads", 2), store.settings)
    return [jobs.wait(store, jobs.start(store, plan), poll_s=0.05) for _ in range(3)][::-1]


def filtered(tab: Tab) -> Tab:
    """The History page with those runs alone."""
    tab.open("history")
    tab.page.get_by_label("Title").fill("5 tasks of wait")
    tab.page.keyboard.press("Enter")
    return tab.settled()


def select(tab: Tab, *rows: int) -> None:
    """Tick rows, counted from 0, in the column of ticks at the table's left."""
    table = tab.page.locator("[data-testid='stDataFrame']").first
    for row in rows:
        table.click(position={"x": 15, "y": ROW * (row + 1) + ROW // 2})
        tab.settled()


@pytest.mark.stress  # the page is tested without a browser too
def test_two_selected_runs_are_shown_side_by_side(tab: Tab, runs: list[Run]) -> None:
    select(filtered(tab), 0, 2)
    newest, oldest = runs[0], runs[2]
    expect(tab.page.get_by_role("heading", name=f"Run {oldest.id} and run {newest.id}")).to_be_visible()
    expect(tab.page.get_by_text("no change that could be told from chance")).to_be_visible()
    expect(tab.page.locator("[data-testid='stDataFrame']")).to_have_count(2)


def test_deleting_asks_first_and_takes_only_what_was_selected(tab: Tab, runs: list[Run]) -> None:
    store = tab.server.store
    folders = [store.folder(run).path for run in runs]
    select(filtered(tab), 1)
    tab.button("Delete").click()
    tab.button("Keep").click()
    expect(tab.page.get_by_test_id("stDialog")).to_have_count(0)
    tab.settled()
    assert all(store.exists(run.token) for run in runs)
    tab.button("Delete").click()
    tab.key("delete_now").get_by_role("button").click()
    tab.until(lambda: not store.exists(runs[1].token))
    tab.settled()
    assert [store.exists(run.token) for run in runs] == [True, False, True]
    assert [folder.exists() for folder in folders] == [True, False, True]
    assert store.records.latest(runs[0]), "the other runs keep their records"


def test_a_selection_belongs_to_its_run_whatever_the_list_becomes(tab: Tab, runs: list[Run]) -> None:
    store = tab.server.store
    for run, when in zip(runs, ("late", "mid", "early"), strict=True):
        store.update_run(run, title=f"5 tasks of wait, {when}")
    filtered(tab)
    select(tab, 1)
    plan = simple_plan("wait", 5, {"seconds": 0.01}, Configuration("threads", 2), store.settings)
    newest = jobs.wait(store, jobs.start(store, plan), poll_s=0.05)  # another row above all others
    title = tab.page.get_by_label("Title")

    def filter_by(text: str) -> None:
        title.fill(text)
        tab.page.keyboard.press("Enter")
        tab.settled()

    filter_by("tasks of wait")
    tab.button("Delete").click()
    dialog = tab.page.get_by_test_id("stDialog")
    expect(dialog).to_contain_text(f"Run {runs[1].id}")
    expect(dialog).to_contain_text("5 tasks of wait, mid")
    expect(dialog).not_to_contain_text(f"Run {newest.id}")
    tab.button("Keep").click()
    expect(dialog).to_have_count(0)
    tab.settled()
    select(tab, 0)  # a second one beside it, on the list as it is now
    tab.button("Delete").click()
    for run in (newest, runs[1]):
        expect(dialog).to_contain_text(f"Run {run.id}")
    tab.button("Keep").click()
    tab.settled()
    filter_by("late")  # neither is in the list
    expect(tab.key("delete").get_by_role("button")).to_be_disabled()
    filter_by("tasks of wait")
    expect(tab.key("delete").get_by_role("button")).to_be_disabled()
    select(tab, 2)
    tab.button("Delete").click()
    tab.key("delete_now").get_by_role("button").click()
    tab.until(lambda: not store.exists(runs[1].token))
    tab.settled()
    expect(tab.key("delete").get_by_role("button")).to_be_disabled()
    assert all(store.exists(run.token) for run in (newest, runs[0], runs[2]))
