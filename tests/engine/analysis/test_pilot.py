"""The pilot tells busy from waiting tasks and proposes the grid that fits them."""

from __future__ import annotations

import pytest

from engine.analysis.pilot import Pilot, duration, nature_of, pilot_of, propose
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, record

BUSY = Pilot(10, 2.0, 1.96)
WAITING = Pilot(10, 2.0, 0.04)
MIXED = Pilot(10, 2.0, 1.0)
ALL = ("threads", "processes", "asyncio", "subinterpreters")


def counts(pilot: Pilot, executor: str, cpus: int = 2, tasks: int = 1000) -> list[int]:
    return [one.workers for one in propose(pilot, cpus, tasks, ALL).configurations if one.executor == executor]


@pytest.mark.parametrize(
    ("pilot", "expected"), [(BUSY, "busy"), (WAITING, "waiting"), (MIXED, "mixed"), (Pilot(3, 1.0, None), "mixed")]
)
def test_cpu_over_wall_tells_busy_from_waiting(pilot: Pilot, expected: str) -> None:
    assert nature_of(pilot) == expected


@pytest.mark.parametrize(
    ("cpus", "expected"),
    [(1, [1]), (2, [2]), (3, [2, 3]), (4, [1, 2, 3, 4]), (6, [1, 2, 4, 6]), (16, [1, 2, 4, 8, 16])],
)
def test_busy_tasks_get_worker_counts_up_to_the_usable_cpus(cpus: int, expected: list[int]) -> None:
    assert counts(BUSY, "threads", cpus) == counts(BUSY, "processes", cpus) == expected
    assert counts(BUSY, "asyncio", cpus) == []


def test_waiting_tasks_get_8_to_128_threads_and_coroutines_and_no_processes() -> None:
    assert counts(WAITING, "threads") == counts(WAITING, "asyncio") == [8, 16, 32, 64, 128]
    assert counts(WAITING, "processes") == counts(WAITING, "subinterpreters") == []


def test_mixed_tasks_get_somewhat_more_threads_than_cpus() -> None:
    assert counts(MIXED, "threads") == [2, 4, 8]
    assert counts(MIXED, "processes") == [2]


def test_no_worker_count_exceeds_the_tasks() -> None:
    assert counts(WAITING, "threads", tasks=20) == [8, 16]
    assert counts(WAITING, "threads", tasks=3) == [3]


def test_sequential_is_always_first_and_stands_once() -> None:
    for pilot in (BUSY, WAITING, MIXED):
        grid = propose(pilot, 2, 100, ("sequential", *ALL)).configurations
        assert grid[0] == SEQUENTIAL
        assert grid.count(SEQUENTIAL) == 1
        assert len(set(grid)) == len(grid)


def test_the_sentence_names_the_measured_share() -> None:
    assert propose(BUSY, 2, 100).sentence == (
        "The tasks compute for 98% of their time: more workers than the 2 usable CPUs cannot help."
    )
    assert "all but 2%" in propose(WAITING, 2, 100).sentence
    assert "could not measure" in propose(Pilot(1, 1.0, None), 2, 100).sentence


def test_the_duration_counts_the_warm_up_and_the_baseline_twice_in_every_block() -> None:
    grid = [SEQUENTIAL, Configuration("threads", 10)]
    found = duration(WAITING, grid, SEQUENTIAL, tasks=100, repeats=3, usable_cpus=2)
    sequential_s, threads_s = 0.3 + 20.0, 0.3 + 2.0
    assert found.low_s == pytest.approx(sequential_s * 7 + threads_s * 3)


def test_the_range_covers_threads_that_take_turns_and_threads_that_do_not() -> None:
    found = duration(BUSY, [SEQUENTIAL, THREADS_2], SEQUENTIAL, tasks=10, repeats=1, usable_cpus=2)
    assert found.high_s - found.low_s == pytest.approx(1.96 - 1.0)
    sure = duration(BUSY, [SEQUENTIAL, PROCESSES_2], SEQUENTIAL, tasks=10, repeats=1, usable_cpus=2)
    assert sure.low_s == sure.high_s


def test_a_pilot_is_made_from_the_good_records() -> None:
    found = pilot_of([record(0, 0, 1), record(1, 1, 3), record(2, 3, 9, status="failed")])
    assert (found.tasks, found.wall_s) == (2, 3.0)
    assert found.busy == pytest.approx(0.6)
    assert pilot_of([]).busy is None
