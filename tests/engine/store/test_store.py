"""What the store says of a run while others change it, and of references that no database holds."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from engine.errors import OverlapError, RunNotFound, StoreUnusable
from engine.model import Configuration
from engine.store import Store
from tests.engine.support import faulty_plan

PLAN = faulty_plan([{"do": "fine"}] * 3, Configuration("threads", 1))


def test_a_run_that_ends_while_it_is_being_read_is_not_taken_for_dead(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(PLAN, "rone", {})
    store.set_state(run, "running")

    def ends(_runs: object) -> set[int]:
        store.set_state(run, "finished")
        return set()

    monkeypatch.setattr(store.locks, "living", ends)
    assert store.run("rone").state == "finished"
    store.set_state(run, "running")
    assert [one.state for one in store.runs()] == ["finished"]


def test_a_run_whose_orchestrator_is_gone_is_interrupted(store: Store) -> None:
    run = store.create(PLAN, "rone", {})
    store.set_state(run, "running")
    assert store.run("rone").state == "interrupted"


@pytest.mark.parametrize("reference", ["9" * 30, "2147483648", "0", "²", "r\udcff", "r\0", ""])
def test_a_reference_that_no_run_can_have_finds_none(reference: str, store: Store) -> None:
    store.create(PLAN, "rone", {})
    with pytest.raises(RunNotFound):
        store.run(reference)


@pytest.mark.parametrize("task", [-1, 2**31, 10**30])
def test_a_task_that_no_run_can_have_has_no_record(task: int, store: Store) -> None:
    assert store.records.one(store.create(PLAN, "rone", {}), task) is None


def test_a_run_whose_files_cannot_all_be_removed_says_where_they_are(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(PLAN, "rone", {})
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    with pytest.raises(StoreUnusable, match=r"is deleted, but not all of its files: remove .*rone by hand"):
        store.delete(run)
    assert not store.exists("rone")


def test_a_second_click_never_cuts_the_list_of_tasks_that_is_being_read(store: Store) -> None:
    """Whoever has the list open reads it whole, while the same token is stored again."""
    run = store.create(PLAN, "rone", {})
    with open(store.folder(run).tasks_file, encoding="utf-8") as reading:
        first = reading.readline()
        assert store.create(PLAN, "rone", {}).id == run.id
        assert [first, *reading] == store.folder(run).tasks_file.read_text(encoding="utf-8").splitlines(keepends=True)
    assert [path.name for path in store.folder(run).path.iterdir() if path.suffix == ".part"] == []


def test_who_deletes_does_not_take_a_run_away_from_who_resumed_it_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.store._LEAVING_S", 0.05)
    seen = store.create(PLAN, "rone", {})
    store.set_state(seen, "finished")
    assert store.launch(seen) is not None
    with pytest.raises(OverlapError, match="goes on again since a moment ago: cancel it first"):
        store.delete(seen)
    assert store.run("rone").state == "waiting"
    store.set_state(seen, "finished")
    fresh = store.run("rone")
    with store.hold(fresh, 1.0, lambda: None), pytest.raises(OverlapError, match="goes on again"):
        store.delete(fresh)
    store.delete(fresh)
    store.delete(fresh)  # somebody else's second click
    assert not store.exists("rone")


def test_who_deletes_a_run_whose_orchestrator_is_just_leaving_waits_for_that(store: Store) -> None:
    """A run's end is stored before its lock is given back: on a busy machine that may be seconds later."""
    run = store.create(PLAN, "rone", {})
    store.set_state(run, "finished")
    held, ended = threading.Event(), store.run("rone")

    def leave() -> None:
        with store.hold(run, 1.0, lambda: None):
            held.set()
            time.sleep(0.3)

    leaving = threading.Thread(target=leave)
    leaving.start()
    held.wait(10)
    store.delete(ended)
    leaving.join()
    assert not store.exists("rone")


def test_a_run_that_is_being_deleted_cannot_be_resumed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = store.create(PLAN, "rone", {})
    store.add_trial(seen, 0, {"executor": "threads", "workers": 1}, 1)
    store.set_state(seen, "cancelled")
    launched: list[str | None] = []
    monkeypatch.setattr(store.records, "delete", lambda trial: launched.append(store.launch(seen)))
    store.delete(store.run("rone"))
    assert launched == [None] and not store.exists("rone")


def test_a_run_whose_orchestrator_was_killed_can_be_deleted_by_who_saw_it_before(store: Store) -> None:
    seen = store.create(PLAN, "rone", {})
    store.note_killed(seen, seen.launched_at)
    store.delete(seen)
    assert not store.exists("rone")


def test_a_title_is_no_longer_than_a_page_has_room_for(store: Store) -> None:
    plan = faulty_plan([{"do": "fine"}], Configuration("threads", 1))
    for token, length, kept in (("rlong", 100_000, 300), ("rfits", 300, 300)):
        run = store.create(replace(plan, title="x" * length), token, {})
        assert len(run.title) == kept and run.title.endswith("…") is (length > kept)
