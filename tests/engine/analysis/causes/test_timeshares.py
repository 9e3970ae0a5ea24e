"""Each injected delay shows up in its own part of a trial's worker-seconds."""

from __future__ import annotations

import pytest

from engine.analysis.causes.timeshares import first_tasks, time_shares
from engine.model import Record
from tests.engine.analysis.made import record


def even(delay_s: float = 0.0) -> list[Record]:
    """Two workers, five tasks of one second each, with a delay before every task."""
    return [
        record(2 * turn + worker, turn * (1 + delay_s) + delay_s, (turn + 1) * (1 + delay_s), worker)
        for worker in (0, 1) for turn in range(5)
    ]


def test_a_full_trial_only_works() -> None:
    parts = time_shares(even(), 2, wall_s=5.0, startup_s=0.0, teardown_s=0.0)
    assert parts.shares == {"starting": 0.0, "working": 1.0, "waiting": 0.0, "collecting": 0.0}


def test_a_slow_start_is_starting() -> None:
    parts = time_shares(even(), 2, wall_s=5.0, startup_s=0.2, teardown_s=0.0)
    assert parts.starting_s == pytest.approx(0.4)
    assert parts.working_s == pytest.approx(10.0)


def test_a_wait_before_every_task_is_waiting() -> None:
    parts = time_shares(even(delay_s=0.1), 2, wall_s=5.5, startup_s=0.0, teardown_s=0.0)
    assert parts.waiting_s == pytest.approx(1.0)
    assert parts.working_s == pytest.approx(10.0)
    assert parts.ran_out_s == pytest.approx(0.0)


def test_what_comes_after_the_last_task_is_collecting() -> None:
    parts = time_shares(even(), 2, wall_s=5.3, startup_s=0.0, teardown_s=0.2)
    assert parts.collecting_s == pytest.approx(1.0)


def test_a_worker_that_ran_out_of_tasks_waits_and_so_does_one_that_never_had_any() -> None:
    parts = time_shares([record(0, 0, 1), record(1, 0, 4, worker=1)], 3, wall_s=4.0, startup_s=None, teardown_s=None)
    assert parts.waiting_s == pytest.approx(3.0 + 4.0)
    assert parts.ran_out_s == pytest.approx(7.0)


def test_the_parts_are_all_worker_seconds() -> None:
    parts = time_shares(even(delay_s=0.1), 2, wall_s=6.0, startup_s=0.3, teardown_s=0.2)
    total = parts.starting_s + parts.working_s + parts.waiting_s + parts.collecting_s
    assert total == pytest.approx(2 * (0.3 + 6.0 + 0.2))
    assert sum(parts.shares.values()) == pytest.approx(1.0)


def test_overlapping_spans_of_one_worker_count_once() -> None:
    parts = time_shares([record(0, 0, 2), record(1, 1, 3)], 1, wall_s=3.0, startup_s=0.0, teardown_s=0.0)
    assert parts.working_s == pytest.approx(3.0)


def test_a_trial_without_records_is_all_collecting_and_divides_nothing_by_zero() -> None:
    assert time_shares([], 2, wall_s=1.0, startup_s=0.0, teardown_s=0.0).shares["collecting"] == 1.0
    assert sum(time_shares([], 2, wall_s=0.0, startup_s=0.0, teardown_s=0.0).shares.values()) == 0.0


def test_each_workers_first_task_is_told_apart() -> None:
    records = [record(0, 0, 5), record(1, 5, 6), record(2, 0, 7, worker=1), record(3, 7, 8, worker=1)]
    found = first_tasks(records)
    assert found is not None
    assert (found.first_s, found.rest_s) == (6.0, 1.0)
    assert first_tasks([record(0, 0, 5)]) is None
