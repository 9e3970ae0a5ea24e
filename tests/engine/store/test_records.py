"""Rows on their way into the database: none is lost for another's sake, and none without anybody's noticing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.analysis.tally import Tally
from engine.errors import OverlapError, StoreUnusable, ValueRefused
from engine.model import Configuration, Run, Trial
from engine.orchestrator.blame import Pending
from engine.orchestrator.comparison.measuring import measured_trial
from engine.orchestrator.job import JobRunner
from engine.orchestrator.runners import Request
from engine.orchestrator.trials import TrialRunner
from engine.protocol.record import ROW, row_of
from engine.report.exports import export_chunks
from engine.runs.plans import comparison
from engine.store import Store, Writer
from tests.engine.support import faulty_plan

HOW = Configuration("sequential", 1)
PLAN = faulty_plan([{"do": "fine", "value": number} for number in range(20)], HOW)


def made(store: Store, count: int = 5) -> tuple[Run, Trial, list[tuple[Any, ...]]]:
    """A run, its trial, and a good row for each task."""
    run = store.create(PLAN, "rone", {})
    trial = store.add_trial(run, 0, {"executor": "sequential", "workers": 1}, count)
    rows = [row_of(trial.id, f"task {task}", task=task, status="ok", output="1") for task in range(count)]
    return run, trial, rows


@pytest.mark.parametrize(
    "bad", [{"error": "Thing \ud800"}, {"attempts": 2**70}, {"fingerprint": "\udcff"}], ids=str
)
def test_a_row_that_the_database_does_not_take_costs_itself_only(bad: dict[str, Any], store: Store) -> None:
    run, trial, rows = made(store)
    rows[2] = row_of(trial.id, **{"label": "task 2", "task": 2, "status": "ok", "output": "1", **bad})
    with pytest.raises(ValueRefused):
        store.records.add(trial, run, rows, 5, 0)
    store.records.add_singly(trial, run, rows)
    records = store.records.of_trial(trial)
    assert [record.status for record in records] == ["ok", "ok", "failed", "ok", "ok"]
    assert records[2].reason == "not_storable" and "cannot be stored" in str(records[2].error)
    assert (store.run("rone").ok, store.run("rone").failed) == (4, 1)


@pytest.mark.parametrize("error", [RuntimeError("odd"), UnicodeEncodeError("utf-8", "x", 0, 1, "no"), SystemExit(3)])
def test_whatever_ends_the_saving_is_raised_where_rows_are_handed_in(error: BaseException) -> None:
    def save(rows: list[tuple[Any, ...]], ok: int, failed: int) -> None:
        raise error

    writer = Writer(save)
    writer.put([(1,)], 1, 0)
    with pytest.raises(StoreUnusable, match=type(error).__name__):
        writer.close()


def losing(store: Store, monkeypatch: pytest.MonkeyPatch, task: int) -> None:
    """Let the store lose the record of one task without saying so."""
    add = store.records.add

    def forgets(trial: Trial, run: Run, rows: list[tuple[Any, ...]], ok: int, failed: int) -> None:
        add(trial, run, [row for row in rows if row[ROW.index("task")] != task], ok, failed)

    monkeypatch.setattr(store.records, "add", forgets)


def test_a_job_with_fewer_records_than_tasks_is_not_finished(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.create(PLAN, "rone", {})
    losing(store, monkeypatch, 7)
    with pytest.raises(OverlapError, match="1 result is not stored: resume"):
        JobRunner(Request(store, run, lambda: False)).run_tasks()
    (trial,) = store.trials(run)
    assert trial.state == "failed"


def test_a_comparisons_trial_with_fewer_records_than_tasks_does_not_count(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(comparison(PLAN, [HOW], repeats=1), "rone", {})
    losing(store, monkeypatch, 7)
    trial = measured_trial(TrialRunner(Request(store, run, lambda: False)), 0, HOW)
    assert trial.state == "failed" and "1 result is not stored" in str(trial.message)


def test_a_retry_does_not_make_a_cancelled_run_finished(store: Store) -> None:
    run, trial, rows = made(store, 20)
    cancelled = [row_of(trial.id, "x", task=task, status="cancelled", reason="cancelled") for task in range(15, 20)]
    failed = row_of(trial.id, "x", task=0, status="failed", reason="exception")
    store.records.add(trial, run, [failed, *rows[1:15], *cancelled], 14, 1)
    job = JobRunner(Request(store, run, lambda: False))
    assert job.run_tasks(Pending({0: 0})) == "cancelled"
    assert job.run_tasks(Pending(dict.fromkeys(range(15, 20), 0))) == "finished"
    assert store.records.count(run) == (20, 0, 0)


@pytest.mark.parametrize("count", [1, 19, 20, 45])
def test_rows_arrive_whole_and_in_their_places_however_many_come_at_once(count: int, store: Store) -> None:
    run, trial, _ = made(store, count)
    rows = [
        row_of(trial.id, f"tab\there, \\N and \\\\{task}\n", task=task, worker=task % 3, started_s=task / 7,
               status="failed", reason="odd", error=None if task % 2 else "it's \"so\"")
        for task in range(count)
    ]  # fmt: skip
    store.records.add(trial, run, rows, 0, count)
    assert store.records.columns([trial], *ROW) == rows
    assert store.run("rone").failed == count


def test_failures_of_a_run_that_was_tallied_are_read_from_the_tally_until_a_trial_follows(store: Store) -> None:
    run, trial, _ = made(store, 4)
    rows = [row_of(trial.id, f"task {task}", task=task, worker=0, started_s=0.0, finished_s=1.0, status="failed",
                   reason="late" if task else "gone", error=f"No {task}.") for task in range(4)]  # fmt: skip
    store.records.add(trial, run, rows, 0, 4)
    read = store.records.failures(run)
    tally = Tally(1)
    tally.take(rows)
    store.update_trial(trial, tally=tally.plain())
    assert store.records.failures(run) == read == [("late", "No 1.", 3), ("gone", "No 0.", 1)]
    store.update_trial(trial, tally=Tally(1).plain())
    assert store.records.failures(run) == [], "it is what is asked"
    again = store.add_trial(run, 0, {"executor": "sequential", "workers": 1}, 1, continues=0)
    store.records.add(again, run, [row_of(again.id, "task 0", task=0, status="ok")], 1, 0)
    assert store.records.failures(run) == [("late", "No 1.", 3)]


def test_records_are_read_some_at_a_time_and_each_once_in_order(store: Store) -> None:
    run, trial, rows = made(store, 7)
    store.records.add(trial, run, [*rows[:3], *rows[4:]], 6, 0)
    far = row_of(trial.id, "far", task=2**31 - 1, status="failed")
    store.records.add(trial, run, [far], 0, 1)
    batches = list(store.records.stream(trial, 2))
    assert [[record.task for record in batch] for batch in batches] == [[0, 1], [2, 4], [5, 6], [2**31 - 1]]
    assert [record for batch in batches for record in batch] == store.records.of_trial(trial)
    again = store.add_trial(run, 0, {"executor": "sequential", "workers": 1}, 2)
    store.records.add(again, run, [row_of(again.id, "task 4", task=4, status="failed"),
                                   row_of(again.id, "task 9", task=9, status="ok")], 1, 1)  # fmt: skip
    names = ("trial_id", "task", "status", "output")
    for at_once in (1, 2, 3, 100):
        latest = list(store.records.stream_latest(run, *names, at_once=at_once))
        assert latest == store.records.latest_columns(run, *names) and len(latest) == 8
        every = list(store.records.stream_columns(store.trials(run), *names, at_once=at_once))
        assert every == store.records.columns(store.trials(run), *names) and len(every) == 9
    assert list(store.records.stream(store.add_trial(run, 0, {"executor": "sequential", "workers": 1}, 2))) == [[]]


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_an_export_holds_few_records_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    if file_format == "parquet":
        pytest.importorskip("pyarrow")
    run, trial, rows = made(store, 20)
    store.records.add(trial, run, rows, 20, 0)
    whole = b"".join(export_chunks(store, run, file_format))
    asked: list[int] = []
    ranges = store.records._ranges

    def watched(trials: Any, at_once: int) -> Any:
        for tasks in ranges(trials, 3):
            asked.append(at_once)
            yield tasks

    monkeypatch.setattr(store.records, "_ranges", watched)
    monkeypatch.setattr(store.records, "latest", None)
    assert b"".join(export_chunks(store, run, file_format)) == whole or file_format == "json"
    assert len(asked) == 7 and max(asked) <= 10_000
