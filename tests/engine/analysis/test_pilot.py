"""The pilot tells busy from waiting tasks and proposes the grid that fits them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


# What records tell


@pytest.mark.parametrize(
    ("pilot", "busy"),
    [(Pilot(1, 2.0, 1.0), 0.5), (Pilot(1, 2.0, 9.0), 1.0), (Pilot(1, 0.0, 1.0), None), (Pilot(1, 2.0, None), None)],
)
def test_the_busy_share_is_at_most_one_and_unknown_without_both_times(pilot: Pilot, busy: float | None) -> None:
    assert pilot.busy == busy


def test_one_cpu_time_that_is_unknown_makes_all_unknown() -> None:
    found = pilot_of([record(0, 0, 1), replace(record(1, 1, 3), cpu_s=None)])
    assert (found.tasks, found.wall_s, found.cpu_s) == (2, 3.0, None)


def test_a_task_that_never_ran_is_no_part_of_a_pilot() -> None:
    assert pilot_of([replace(record(0, 0, 1), started_s=None)]) == Pilot(0, 0, None)


@pytest.mark.parametrize(("share", "nature"), [(0.8, "busy"), (0.79, "mixed"), (0.21, "mixed"), (0.2, "waiting")])
def test_four_fifths_are_busy_and_one_fifth_is_waiting(share: float, nature: str) -> None:
    assert nature_of(Pilot(1, 1.0, share)) == nature


# What is proposed


def test_only_what_is_offered_is_proposed() -> None:
    for pilot in (BUSY, WAITING, MIXED):
        for offered in ((), ("processes",), ("asyncio", "dask")):
            found = {one.executor for one in propose(pilot, 4, 100, offered).configurations}
            assert found <= {"sequential", *offered}


def test_the_largest_number_of_workers_that_a_server_allows_is_kept() -> None:
    assert max(one.workers for one in propose(WAITING, 2, 1000, ALL, max_workers=20).configurations) == 16
    assert counts(WAITING, "threads", tasks=0) == [1]


@given(
    st.sampled_from([BUSY, WAITING, MIXED, Pilot(1, 1.0, None)]), st.integers(1, 200), st.integers(0, 5000),
    st.integers(1, 300),
)  # fmt: skip
def test_whatever_is_proposed_can_be_run(pilot: Pilot, cpus: int, tasks: int, most: int) -> None:
    grid = propose(pilot, cpus, tasks, ALL, most).configurations
    assert grid[0] == SEQUENTIAL and len(set(grid)) == len(grid)
    assert all(1 <= one.workers <= max(1, min(tasks, most)) for one in grid)


@pytest.mark.parametrize("cpus", [4, 6, 8, 64])
def test_from_four_cpus_on_busy_tasks_get_enough_counts_for_the_scaling_law(cpus: int) -> None:
    assert len(counts(BUSY, "processes", cpus)) >= 4


# How long it takes


def test_a_baseline_that_is_in_the_grid_is_run_no_third_time() -> None:
    with_it = duration(WAITING, [SEQUENTIAL, THREADS_2], SEQUENTIAL, 100, 3, 2)
    assert with_it == duration(WAITING, [THREADS_2, THREADS_2], SEQUENTIAL, 100, 3, 2)


def test_workers_that_start_an_interpreter_each_take_their_time() -> None:
    processes, threads = (
        duration(WAITING, [Configuration(name, 100)], SEQUENTIAL, 1, 1, 2).low_s for name in ("processes", "threads")
    )
    assert processes - threads == pytest.approx(100 * 0.05)


@given(st.floats(0.001, 100), st.floats(0, 1), st.integers(1, 1000), st.integers(1, 50), st.integers(1, 64))
def test_the_range_is_never_upside_down_and_never_below_what_the_cpus_allow(
    wall_s: float, share: float, tasks: int, workers: int, cpus: int
) -> None:
    pilot = Pilot(10, wall_s, wall_s * share)
    found = duration(pilot, [Configuration("threads", workers)], SEQUENTIAL, tasks, 1, cpus)
    assert found.low_s <= found.high_s
    assert found.low_s >= 3 * wall_s / 10 * tasks, "the warm-up and two baselines run one task after the other"
