"""How many tasks go to a worker at once, and that none is lost or doubled on the way."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.executors.references import SHORT_S
from engine.machine.usage import Used
from engine.trial.batch import AHEAD, CHUNK_TIME_S, SHORT_TASK_S, Batch
from engine.trial.worker.chunks import Attempt, Returned
from tests.engine.clock import FakeClock

pytestmark = pytest.mark.heart


def attempts(count: int, first: int = 0) -> list[Attempt]:
    """Attempts for tasks first, first + 1, …"""
    return [Attempt(task, None) for task in range(first, first + count)]


def returned(tried: int, elapsed_s: float, later: tuple[tuple[int, float], ...] = ()) -> Returned:
    """What a worker gives back after `tried` tasks of a chunk."""
    return Returned(b"", tried - len(later), 0, tried, elapsed_s, later, 0, Used())


def settle_all(batch: Batch, task_s: float) -> list[int]:
    """Take chunk after chunk, each task taking `task_s`; gives the chunks' sizes."""
    sizes = []
    while chunk := batch.take():
        sizes.append(len(chunk))
        batch.settle(chunk, returned(len(chunk), len(chunk) * task_s))
    return sizes


def test_the_first_chunk_is_one_task_because_nothing_is_known_yet() -> None:
    assert len(Batch(attempts(1000), [], 2, None).take()) == 1


def test_chunks_of_short_tasks_double() -> None:
    sizes = settle_all(Batch(attempts(10_000), [], 2, None), 0.000_01)
    assert sizes[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]


def test_chunks_stop_growing_once_one_takes_the_time_budget() -> None:
    sizes = settle_all(Batch(attempts(20_000), [], 2, None), 0.0005)
    assert max(sizes) * 0.0005 == pytest.approx(CHUNK_TIME_S, rel=0.5)


@pytest.mark.parametrize("task_s", [SHORT_TASK_S, 0.005, 1.0])
def test_tasks_of_two_milliseconds_or_more_travel_alone(task_s: float) -> None:
    assert set(settle_all(Batch(attempts(200), [], 2, None), task_s)) == {1}


def test_tasks_that_our_own_rows_are_judged_by_travel_together_while_handing_over_is_a_part_of_them() -> None:
    assert SHORT_TASK_S > SHORT_S
    assert max(settle_all(Batch(attempts(1000), [], 2, None), 1.5 * SHORT_S)) > 8


def test_a_chunk_shrinks_to_one_when_tasks_turn_out_long() -> None:
    batch = Batch(attempts(10_000), [], 2, None)
    for _ in range(8):
        chunk = batch.take()
        batch.settle(chunk, returned(len(chunk), len(chunk) * 0.000_01))
    chunk = batch.take()
    assert len(chunk) == 256
    batch.settle(chunk, returned(2, 0.1))
    assert len(batch.take()) == 1


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_a_chunk_never_exceeds_what_is_left_divided_by_four_times_the_workers(workers: int) -> None:
    batch = Batch(attempts(1500), [], workers, None)
    while left := len(batch):
        chunk = batch.take()
        assert len(chunk) <= max(1, left // (4 * workers))
        batch.settle(chunk, returned(len(chunk), 0.000_001 * len(chunk)))


def test_what_a_worker_left_when_its_time_was_up_goes_back_in_order() -> None:
    batch = Batch(attempts(10), [], 1, 4)
    chunk = batch.take()
    batch.settle(chunk, returned(1, 0.2))
    assert [attempt.task for attempt in batch.take()] == [1, 2, 3, 4]


def test_a_size_that_the_user_fixed_is_kept_and_has_no_time_budget() -> None:
    batch = Batch(attempts(100), [], 2, 32)
    assert batch.budget_s is None
    assert settle_all(batch, 1.0) == [32, 32, 32, 4]
    assert batch.largest == 32


def test_a_size_that_the_loop_chooses_has_a_time_budget() -> None:
    assert Batch(attempts(1), [], 2, None).budget_s == CHUNK_TIME_S


def test_the_largest_chunk_is_remembered() -> None:
    batch = Batch(attempts(1000), [], 2, None)
    sizes = settle_all(batch, 0.000_01)
    assert batch.largest == max(sizes) > 50


def test_suspects_run_first_and_each_with_no_other_task_in_flight() -> None:
    batch = Batch(attempts(5), attempts(2, first=10), 4, None)
    assert (batch.alone, batch.window) == (True, 1)
    first = batch.take()
    assert [attempt.task for attempt in first] == [10]
    assert batch.window == 1
    batch.settle(first, returned(1, 0.01))
    second = batch.take()
    assert [attempt.task for attempt in second] == [11]
    assert batch.window == 1, "the last suspect is alone, too"
    batch.settle(second, returned(1, 0.01))
    assert (batch.alone, batch.window) == (False, AHEAD * 4)


def test_a_suspect_of_a_break_counts_one_more_attempt() -> None:
    batch = Batch([], [], 2, None)
    batch.suspect(Attempt(3, "argument", 1, 0.5))
    assert batch.suspects() == [(3, 1)]
    assert batch.take() == [Attempt(3, "argument", 2, 0.5)]


def test_a_break_says_whether_one_task_was_tried_alone() -> None:
    batch = Batch(attempts(3), attempts(1, first=9), 2, None)
    batch.take()
    assert batch.generation_lost() is True
    assert batch.generation_lost() is False
    batch.take()
    assert batch.generation_lost() is False


def test_a_task_that_is_put_back_comes_when_its_time_has_come_and_others_go_first() -> None:
    clock = FakeClock()
    batch = Batch(attempts(3), [], 1, 1, clock)
    chunk = batch.take()
    batch.settle(chunk, returned(1, 0.0, later=((0, 5.0),)))
    clock.pass_s(4.9)
    assert [attempt.task for attempt in batch.take()] == [1]
    assert len(batch) == 2
    clock.pass_s(0.1)
    back = batch.take()
    assert [(attempt.task, attempt.number, attempt.waited_s) for attempt in back] == [(0, 1, 5.0)]


def test_while_only_waiting_tasks_are_left_nothing_is_taken_and_the_pause_is_until_the_first() -> None:
    clock = FakeClock()
    batch = Batch(attempts(2), [], 1, 2, clock)
    batch.settle(batch.take(), returned(2, 0.0, later=((0, 5.0), (1, 2.0))))
    assert batch.take() == []
    assert len(batch) == 2
    clock.pass_s(0.5)
    assert batch.pause_s(10) == 1.5
    assert batch.pause_s(0.05) == 0.05
    clock.pass_s(9)
    assert batch.pause_s(0.05) == 0.0, "both are ready by now"


def test_a_chunk_of_which_every_task_was_put_back_teaches_nothing() -> None:
    batch = Batch(attempts(50), [], 1, None)
    batch.settle(batch.take(), returned(1, 0.0, later=((0, 9.0),)))
    assert len(batch.take()) == 1


class Worker:
    """Does with a chunk what `plan` says, one letter a task: done, later, or time is up from here on."""

    def __init__(self, plan: str) -> None:
        self.plan = plan

    def run(self, chunk: list[Attempt]) -> tuple[Returned, list[int]]:
        """What comes back, and the tasks that are done."""
        done: list[int] = []
        later: list[tuple[int, float]] = []
        for number, attempt in enumerate(chunk):
            letter = self.plan[attempt.task % len(self.plan)]
            if number and letter == "u":
                break
            if letter == "l" and attempt.waited_s == 0:
                later.append((attempt.task, 0.0001))
            else:
                done.append(attempt.task)
        return Returned(b"", len(done), 0, len(done) + len(later), 0.000_01, tuple(later), 0, Used()), done


@settings(max_examples=40)
@given(
    st.integers(1, 200), st.integers(0, 5), st.integers(1, 8), st.sampled_from([None, 1, 3, 50]),
    st.text("dlu", min_size=1, max_size=12), st.lists(st.integers(0, 60), max_size=4),
)  # fmt: skip
def test_no_task_is_lost_or_doubled(
    count: int, suspects: int, workers: int, chunk: int | None, plan: str, breaks: list[int]
) -> None:
    """Through growing chunks, tasks put back, time budgets and breaks, each task is done exactly once."""
    batch = Batch(attempts(count), attempts(suspects, first=count), workers, chunk)
    worker, done, turn = Worker(plan), Counter[int](), 0
    flight: list[list[Attempt]] = []
    while batch or flight:
        turn += 1
        if turn in breaks:
            batch.generation_lost()
            for lost in flight:
                batch.give_back(lost)
            flight.clear()
        elif len(flight) < batch.window and (taken := batch.take()):
            flight.append(taken)
        elif flight:
            taken = flight.pop(0)
            back, ended = worker.run(taken)
            done.update(ended)
            batch.settle(taken, back)
    assert done == Counter(range(count + suspects))


def test_two_tasks_put_back_for_the_same_moment_come_both() -> None:
    clock = FakeClock()
    batch = Batch(attempts(2), [], 1, 2, clock)
    batch.settle(batch.take(), returned(2, 0.0, later=((0, 1.0), (1, 1.0))))
    clock.pass_s(1.0)
    assert sorted(attempt.task for attempt in batch.take()) == [0, 1]


def test_a_task_that_waits_twice_has_waited_for_the_sum() -> None:
    clock = FakeClock()
    batch = Batch(attempts(1), [], 1, 1, clock)
    for wait_s in (1.0, 2.5):
        batch.settle(batch.take(), returned(1, 0.0, later=((0, wait_s),)))
        clock.pass_s(wait_s)
    assert batch.take()[0].waited_s == 3.5


def test_where_handing_over_is_dear_longer_tasks_travel_together() -> None:
    batch = Batch(attempts(1000), [], 2, None)
    batch.handover_s = 0.01
    assert batch.budget_s == pytest.approx(0.1)
    assert settle_all(batch, 0.02)[:4] == [1, 2, 4, 8]


def test_where_handing_over_is_dear_tasks_of_ten_times_that_still_travel_alone() -> None:
    batch = Batch(attempts(100), [], 2, None)
    batch.handover_s = 0.01
    assert set(settle_all(batch, 0.1)) == {1}


def test_handing_over_that_costs_little_changes_nothing() -> None:
    batch = Batch(attempts(10), [], 2, None)
    batch.handover_s = 1e-5
    assert batch.budget_s == CHUNK_TIME_S


def test_one_long_task_among_short_ones_does_not_end_chunks_for_good() -> None:
    batch = Batch(attempts(10_000), [], 2, None)
    for _ in range(8):
        chunk = batch.take()
        batch.settle(chunk, returned(len(chunk), len(chunk) * 0.000_01))
    chunk = batch.take()
    batch.settle(chunk, returned(1, 4 * SHORT_TASK_S))
    assert len(batch.take()) == 1
    assert max(settle_all(batch, 0.000_01)) > 50


@pytest.mark.parametrize(("handover_s", "task_s"), [(0.004, 0.005), (0.002, 0.0024), (0.1, 0.05)])
def test_where_handing_over_is_dear_a_chunk_grows_until_that_is_a_tenth_of_it(handover_s: float, task_s: float) -> None:
    batch = Batch(attempts(10_000), [], 2, None)
    batch.handover_s = handover_s
    sizes = settle_all(batch, task_s)
    assert sum(sizes) == 10_000
    assert sum(size * task_s for size in sizes) / (len(sizes) * handover_s) > 9, "all of them together"
    assert batch.budget_s == max(CHUNK_TIME_S, 10 * handover_s)
