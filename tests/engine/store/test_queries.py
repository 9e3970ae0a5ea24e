"""What is asked of stored records, trials and runs: of a task that ran several times, the last time counts."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError, OperationalError

from engine.config import Settings
from engine.model import Configuration, Run, Trial
from engine.protocol.record import row_of
from engine.store import RunFolder, Store
from engine.store.database import explain
from engine.store.folders import link
from tests.engine.support import faulty_plan

PLAN = faulty_plan([{"do": "fine"}] * 4, Configuration("threads", 1))


def trial_of(store: Store, run: Run, order: int, *ends: tuple[int, str, str | None]) -> Trial:
    """A trial of the run in which these tasks ended: task, status and reason."""
    trial = store.add_trial(run, order, {"executor": "threads", "workers": 1}, len(ends))
    rows = [
        row_of(trial.id, f"task {task}", task=task, status=status, reason=reason, output=f'"{order}"',
               error=reason and f"{reason} of task {task}")
        for task, status, reason in ends
    ]  # fmt: skip
    ok = sum(status == "ok" for _, status, _ in ends)
    store.records.add(trial, run, rows, ok, len(ends) - ok)
    return trial


@pytest.fixture
def run(store: Store) -> Run:
    """A run of four tasks, of which a retry mended one, broke none and left one that was cancelled."""
    made = store.create(PLAN, "rone", {})
    trial_of(store, made, 0, (0, "ok", None), (1, "failed", "crash"), (2, "failed", "timeout"), (3, "cancelled", None))
    trial_of(store, made, 1, (1, "ok", None), (2, "failed", "crash"))
    return made


def test_of_a_task_that_ran_twice_the_last_record_counts(store: Store, run: Run) -> None:
    statuses = [(one.task, one.status, one.output) for one in store.records.latest(run)]
    assert statuses == [(0, "ok", "0"), (1, "ok", "1"), (2, "failed", "1"), (3, "cancelled", "0")]
    counts = store.records.count(run)
    assert (counts.ok, counts.failed, counts.cancelled) == (2, 1, 1)
    assert store.records.settled(run) == {0: "ok", 1: "ok", 2: "failed"}, "a cancelled task has not ended"
    one = store.records.one(run, 1)
    assert one is not None and (one.status, one.output) == ("ok", "1")


def test_records_are_asked_for_by_status_by_page_and_by_task(store: Store, run: Run) -> None:
    assert [one.task for one in store.records.latest(run, status="ok")] == [0, 1]
    assert [one.task for one in store.records.latest(run, limit=2, offset=1)] == [1, 2]
    assert [one.task for one in store.records.latest(run, status="ok", limit=5, offset=1)] == [1]
    columns = store.records.latest_columns(run, "task", "output", "status")
    assert columns == [(0, '"0"', "ok"), (1, '"1"', "ok"), (2, '"1"', "failed"), (3, '"0"', "cancelled")]
    assert store.records.latest_columns(run, "task", tasks=range(1, 3)) == [(1,), (2,)]
    assert store.records.latest_columns(run, "task", status="failed", tasks=range(0, 2)) == []


def test_failures_are_those_of_the_last_records_the_most_frequent_first(store: Store, run: Run) -> None:
    assert store.records.failures(run) == [("crash", "crash of task 2", 1)]
    trial_of(store, run, 2, (0, "failed", "timeout"), (1, "failed", "crash"), (3, "failed", "crash"))
    assert store.records.failures(run) == [("crash", "crash of task 1", 3), ("timeout", "timeout of task 0", 1)]


def test_one_trials_records_are_counted_and_removed_without_anothers(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.records._DELETED_AT_ONCE", 2)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    first, second = store.trials(run)
    assert (store.records.count_of(first), store.records.count_of(second)) == (4, 2)
    before = store.records.bytes_of(run)
    store.records.delete(first)
    assert (store.records.count_of(first), store.records.count_of(second)) == (0, 2)
    assert sum(said.startswith("DELETE") for said in statements) == 2, "nobody else waits for long"
    assert store.records.bytes_of(run) == pytest.approx(before / 3, rel=0.1)
    assert [one.task for one in store.records.latest(run)] == [1, 2]


def test_a_trial_that_its_orchestrator_did_not_outlive_is_interrupted(store: Store, run: Run) -> None:
    first, second = store.trials(run)
    store.update_trial(first, state="finished")
    store.update_trial(second, state="running")
    store.set_state(run, "failed")
    assert [one.state for one in store.trials(store.run("rone"))] == ["finished", "interrupted"]
    store.set_state(run, "running")
    with store.hold(run, 1.0, lambda: None):
        alive = store.run("rone")
        assert [one.state for one in store.trials(alive)] == ["finished", "running"]
        store.interrupt_trials(alive)
        assert [one.state for one in store.trials(alive)] == ["finished", "interrupted"]


def test_what_a_trial_has_not_measured_is_empty(store: Store, run: Run) -> None:
    trial = store.trials(run)[0]
    assert list(store.samples(trial)) == [] and store.tally(trial) is None
    store.update_trial(trial, samples=[{"at_s": 0.5, "pss_mb": 12.0}])
    assert list(store.samples(trial)) == [{"at_s": 0.5, "pss_mb": 12.0}]


def test_a_cancel_ends_a_run_that_nobody_runs_at_once_and_is_left_for_its_orchestrator_otherwise(store: Store) -> None:
    waiting = store.create(PLAN, "rone", {})
    with store.hold(waiting, 1.0, lambda: None):
        assert not store.cancel_requested(waiting)
        store.request_cancel(waiting)
        assert store.cancel_requested(waiting) and store.run("rone").state == "waiting"
    store.request_cancel(waiting)
    ended = store.run("rone")
    assert (ended.state, ended.message) == ("cancelled", "Cancelled, 0 of 4 done.")
    finished = store.create(PLAN, "rtwo", {})
    store.set_state(finished, "finished")
    store.request_cancel(finished)
    assert store.run("rtwo").state == "finished"


def test_what_waits_and_runs_is_listed_the_oldest_first_and_all_is_counted(store: Store, run: Run) -> None:
    store.set_state(run, "finished")
    for token in ("rtwo", "rthree"):
        store.create(PLAN, token, {})
    assert [one.token for one in store.active()] == ["rtwo", "rthree"]
    totals = {state: (count, ok, failed) for _, _, state, count, ok, failed in store.totals()}
    assert totals == {"finished": (1, store.run("rone").ok, store.run("rone").failed), "waiting": (2, 0, 0)}
    assert store.distinct("workload") == ["function"]


def test_where_there_are_no_hard_links_a_file_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.jpg").write_bytes(b"a picture")
    link(tmp_path / "given" / "a.jpg", tmp_path / "linked.jpg")
    assert (tmp_path / "linked.jpg").stat().st_ino == (tmp_path / "given" / "a.jpg").stat().st_ino

    def refuses(*_: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuses)
    RunFolder(tmp_path).link_into(tmp_path / "other", ["given", "missing"])
    copied = tmp_path / "other" / "given" / "a.jpg"
    assert copied.read_bytes() == b"a picture" and copied.stat().st_nlink == 1
    assert not (tmp_path / "other" / "missing").exists()
    with pytest.raises(OSError):
        link(tmp_path / "nothing", tmp_path / "target")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked")), "try again in a moment"),
        (OperationalError("SELECT", {}, sqlite3.OperationalError("database or disk is full")), "free some space"),
        (DatabaseError("SELECT", {}, sqlite3.DatabaseError("file is not a database")), "restore a copy"),
        (DatabaseError("SELECT", {}, sqlite3.DatabaseError("disk image is malformed")), "restore a copy"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "free some space"),
        (OSError(errno.EACCES, "Permission denied", "/x/y"), "/x/y cannot be used (permission denied)"),
        (OperationalError("SELECT", {}, sqlite3.OperationalError("unable to open")), "folder, rights and address"),
        (DatabaseError("SELECT", {}, sqlite3.DatabaseError("odd")), "cannot be used (odd)"),
    ],
    ids=str,
)
@pytest.mark.parametrize("url", ["", "postgresql+psycopg://me:secret@host/runs"])
def test_an_error_of_the_database_is_one_sentence_without_a_password(error: Exception, said: str, url: str) -> None:
    sentence = explain(error, Settings(home=Path("/home/me"), database_url=url))
    assert said in sentence and "secret" not in sentence and sentence.endswith(".") and "\n" not in sentence
    if not isinstance(error, OSError):
        assert ("host/runs" if url else "overlap.db") in sentence
