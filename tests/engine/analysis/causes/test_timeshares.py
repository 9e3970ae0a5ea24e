"""Each injected delay shows up in its own part of a trial's worker-seconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_first_tasks_are_those_that_began_first_whatever_their_order() -> None:
    found = first_tasks([record(1, 5, 6), record(0, 0, 5), record(2, 6, 7.5)])
    assert found is not None
    assert (found.first_s, found.rest_s) == (5.0, 1.25)


@pytest.mark.parametrize(
    "records",
    [
        [], [record(0, 0, 1)], [record(0, 0, 1), record(1, 0, 1, worker=1)],
        [record(0, 0, 1), record(1, 1, 2, status="failed")],
    ],
    ids=["none", "one", "one each", "a failed second"],
)
def test_without_a_first_and_a_further_task_neither_is_told(records: list[Record]) -> None:
    assert first_tasks(records) is None


def test_tasks_that_never_reached_a_worker_take_no_time() -> None:
    never = Record(9, "9", None, None, None, None, status="cancelled")
    assert time_shares([*even(), never], 2, 5.0, 0.0, 0.0) == time_shares(even(), 2, 5.0, 0.0, 0.0)
    assert first_tasks([never, Record(8, "8", 0, None, None, None)]) is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 50), st.floats(0, 50)), max_size=20),
    st.floats(0, 5), st.floats(0, 5), st.floats(0, 5),
)  # fmt: skip
def test_whatever_ran_the_parts_add_up_and_none_is_negative(
    spans: list[tuple[int, float, float]], more_s: float, startup_s: float, teardown_s: float
) -> None:
    records = [record(task, begun, begun + took, worker) for task, (worker, begun, took) in enumerate(spans)]
    wall_s = max((begun + took for _, begun, took in spans), default=0.0) + more_s
    parts = time_shares(records, 4, wall_s, startup_s, teardown_s)
    each = (parts.starting_s, parts.working_s, parts.waiting_s, parts.collecting_s)
    assert min(each) >= -1e-9
    assert sum(each) == pytest.approx(4 * (startup_s + wall_s + teardown_s))
    assert parts.ran_out_s <= parts.waiting_s + 1e-9
