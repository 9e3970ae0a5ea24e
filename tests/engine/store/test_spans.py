"""Spans of tasks, summed by the database: each task counts once, in the stretch in which it ended."""

from __future__ import annotations

from typing import Any

from engine.model import Configuration, Trial
from engine.protocol.record import row_of
from engine.store import Store
from tests.engine.support import faulty_plan

HOW = Configuration("threads", 2)
PLAN = faulty_plan([{"do": "fine", "value": number} for number in range(20)], HOW)


def stored(store: Store, *rows: dict[str, Any]) -> Trial:
    """A trial with these records."""
    run = store.create(PLAN, "rone", {})
    trial = store.add_trial(run, 0, {"executor": "threads", "workers": 2}, len(rows))
    told = [row_of(trial.id, f"task {task}", **{"task": task, "status": "ok", **row}) for task, row in enumerate(rows)]
    store.records.add(trial, run, told, len(told), 0)
    return trial


def test_bins_count_each_task_where_it_ended_and_sum_the_short_ones(store: Store) -> None:
    trial = stored(
        store,
        {"worker": 0, "started_s": 0.0, "finished_s": 0.5},
        {"worker": 0, "started_s": 0.5, "finished_s": 0.99, "status": "failed"},
        {"worker": 1, "started_s": 0.2, "finished_s": 2.2},
        {"worker": 1, "started_s": 2.3, "finished_s": 2.4},
        {"status": "cancelled"},
    )
    found = sorted(store.spans.bins(trial, 0.0, 1.0))
    assert [(one.stretch, one.worker, one.tasks, one.failed) for one in found] == [(0, 0, 2, 1), (2, 1, 2, 0)]
    assert [round(one.busy_s, 6) for one in found] == [0.99, 0.1], "what took longer than a stretch is told apart"
    (long,) = store.spans.long(trial, 0.0, 1.0, 10)
    assert (long.worker, long.started_s, long.finished_s, long.label) == (1, 0.2, 2.2, "")


def test_stretches_count_from_the_window_on(store: Store) -> None:
    trial = stored(
        store,
        {"worker": 0, "started_s": 0.0, "finished_s": 9.9},
        {"worker": 0, "started_s": 10.6, "finished_s": 10.7},
        {"worker": 0, "started_s": 10.7, "finished_s": 11.6},
    )
    assert [one[:4] for one in sorted(store.spans.bins(trial, 10.0, 1.0))] == [(0, 0, 1, 0), (1, 0, 1, 0)]
    assert [one.finished_s for one in store.spans.since(trial, 10.0, 10)] == [10.7, 11.6]
    assert len(store.spans.since(trial, 0.0, 2)) == 2, "never more than asked for"
    assert store.spans.end_s(trial) == 11.6


def test_a_trial_without_records_has_no_spans(store: Store) -> None:
    trial = stored(store)
    assert store.spans.bins(trial, 0.0, 1.0) == [] and store.spans.since(trial, 0.0, 5) == []
    assert store.spans.end_s(trial) == 0.0
