"""Causes: each is named where its figures are, and not where they are not; the factors multiply to what was lost."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from engine.analysis.causes.causes import Name, why
from engine.analysis.causes.efficiency import Efficiency, alone_of, efficiency_of
from engine.analysis.causes.sentences import in_words
from engine.analysis.net import Split
from engine.analysis.trials import TimedTrial
from engine.model import Configuration, Measurement
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2

COMPUTES = TimedTrial(SEQUENTIAL, 0, 10.0, cpu_s=10.0, net_s=10.0, tasks=100)
"""A hundred tasks of 0.1 s that compute."""
SLEEPS = replace(COMPUTES, cpu_s=0.5)
"""A hundred tasks of 0.1 s that wait."""


def trial(
    one: Configuration, wall_s: float, split: Split, cpu_s: float | None = None, tasks: int = 100, **measured: float
) -> TimedTrial:
    return TimedTrial(
        one, 0, wall_s, cpu_s=split.cpu_s if cpu_s is None else cpu_s, tasks=tasks, task_s_sum=split.task_s,
        split=split, measured=Measurement(wall_s=wall_s, **measured),  # type: ignore[arg-type]
    )  # fmt: skip


def named(found: TimedTrial, alone: TimedTrial = COMPUTES, cpus: int = 2, gil: bool = True) -> list[Name]:
    return [cause.name for cause in why([found], [alone], cpus, gil)[1]]


@pytest.mark.parametrize(
    ("found", "alone", "expected"),
    [
        # Perfect: two processes, half the time.
        (trial(PROCESSES_2, 5.0, Split(10.0, 10.0, 0.0, 2.0)), COMPUTES, []),
        # Threads of pure Python: as long as alone, one core busy, blocked in the tasks or between them.
        (trial(THREADS_2, 10.0, Split(20.0, 10.0, 0.0, 2.0)), COMPUTES, ["gil"]),
        (trial(THREADS_2, 10.0, Split(10.0, 10.0, 0.0, 2.0)), COMPUTES, ["gil"]),
        # Tasks that sleep under one lock: blocked, no CPU, no disk.
        (trial(THREADS_2, 10.0, Split(20.0, 0.5, 0.0, 2.0)), SLEEPS, ["lock"]),
        (trial(PROCESSES_2, 10.0, Split(20.0, 0.5, 0.0, 2.0)), SLEEPS, ["lock"]),
        # The same with 5 MB written a task.
        (trial(PROCESSES_2, 10.0, Split(20.0, 0.5, 0.0, 2.0), disk_written_mb=500.0), SLEEPS, ["disk"]),
        # Half the time in a run queue: others' doing within the CPUs.
        (trial(PROCESSES_2, 10.0, Split(20.0, 10.0, 10.0, 2.0)), COMPUTES, ["other_programs"]),
        # Half as much CPU time again.
        (trial(PROCESSES_2, 7.5, Split(15.0, 15.0, 0.0, 2.0)), COMPUTES, ["memory"]),
        # Workers idle between tasks, with and without megabytes.
        (trial(PROCESSES_2, 10.0, Split(10.0, 10.0, 0.0, 2.0), sent_mb=300.0), COMPUTES, ["pickling"]),
        (trial(PROCESSES_2, 10.0, Split(10.0, 10.0, 0.0, 2.0), sent_mb=0.1), COMPUTES, ["hand_over"]),
        # One worker was done after half of the time.
        (trial(PROCESSES_2, 6.67, Split(10.0, 10.0, 0.0, 1.5)), COMPUTES, ["imbalance"]),
    ],
)
def test_each_cause_is_named_where_its_figures_are(found: TimedTrial, alone: TimedTrial, expected: list[Name]) -> None:
    assert named(found, alone) == expected


def test_tasks_that_are_too_small_are_told_with_the_price_of_handing_one_over() -> None:
    alone = replace(COMPUTES, wall_s=0.01, cpu_s=0.01, net_s=0.01, tasks=1000)
    found = trial(PROCESSES_2, 0.1, Split(0.01, 0.01, 0.0, 2.0), tasks=1000)
    (cause,) = why([found], [alone], 2, True)[1]
    assert (cause.name, cause.experiment) == ("small_tasks", "--chunk 64")
    assert "190 µs, it takes 10 µs" in cause.sentence


@pytest.mark.parametrize(("tasks", "experiment"), [(128, "--chunk 64"), (20, "--chunk 10"), (3, None)])
def test_chunks_are_offered_only_so_large_that_each_worker_gets_one(tasks: int, experiment: str | None) -> None:
    alone = replace(COMPUTES, wall_s=0.001, cpu_s=0.001, net_s=0.001, tasks=tasks)
    found = trial(PROCESSES_2, 0.1, Split(0.001, 0.001, 0.0, 2.0), tasks=tasks)
    (cause,) = why([found], [alone], 2, True)[1]
    assert (cause.name, cause.experiment) == ("small_tasks", experiment)
    assert (cause.changed is None) is (experiment is None)


def test_what_lies_between_tiny_tasks_on_threads_is_not_the_gil() -> None:
    alone = replace(COMPUTES, wall_s=0.01, cpu_s=0.01, net_s=0.01, tasks=1000)
    assert named(trial(THREADS_2, 0.1, Split(0.011, 0.01, 0.0, 2.0), tasks=1000), alone) == ["small_tasks"]


def test_too_few_tasks_and_too_many_workers_are_told_with_their_numbers() -> None:
    alone = replace(COMPUTES, wall_s=0.3, cpu_s=0.3, net_s=0.3, tasks=3)
    assert named(trial(PROCESSES_2, 0.2, Split(0.3, 0.3, 0.0, 1.5), tasks=3), alone) == ["few_tasks"]
    four = Configuration("processes", 4)
    (cause,) = why([trial(four, 5.0, Split(20.0, 10.0, 10.0, 4.0))], [COMPUTES], 2, True)[1]
    assert (cause.name, cause.experiment) == ("workers_above_cpus", "--workers 2")


def test_native_threads_are_told_from_other_programs_by_what_one_task_alone_keeps_busy() -> None:
    native = replace(COMPUTES, wall_s=5.0, net_s=5.0)
    found = trial(PROCESSES_2, 5.0, Split(10.0, 10.0, 2.0, 2.0), most_threads=4)
    (cause,) = why([found], [native], 2, True)[1]
    assert cause.name == "native_threads" and "other programs" not in cause.sentence
    (beside,) = why([replace(found, other_busy=0.5)], [native], 2, True)[1]
    assert "also for other programs, which used 50% of the machine" in beside.sentence
    assert "keeps 2.0 busy (up to 4 threads in a process)" in cause.sentence
    assert cause.experiment == "--env OMP_NUM_THREADS=1" and cause.changed == replace(
        PROCESSES_2, environment=("OMP_NUM_THREADS=1",)
    )


def test_a_change_that_is_made_already_is_not_offered_again() -> None:
    native = replace(COMPUTES, wall_s=5.0, net_s=5.0)
    one = replace(PROCESSES_2, environment=("OMP_NUM_THREADS=1",))
    assert named(trial(one, 5.0, Split(10.0, 10.0, 2.0, 2.0)), native) == ["other_programs"]
    alone = replace(COMPUTES, wall_s=0.01, cpu_s=0.01, net_s=0.01, tasks=1000)
    chunked = trial(replace(PROCESSES_2, chunk=64), 0.1, Split(0.01, 0.01, 0.0, 2.0), tasks=1000)
    (cause,) = why([chunked], [alone], 2, True)[1]
    assert (cause.name, cause.changed, cause.experiment) == ("small_tasks", None, None)


def test_without_a_gil_or_with_both_cores_busy_it_is_not_the_gil() -> None:
    turns = trial(THREADS_2, 10.0, Split(20.0, 10.0, 0.0, 2.0))
    assert "gil" not in named(turns, gil=False)
    assert "gil" not in named(replace(turns, cpu_s=18.0))


def test_beside_other_programs_neither_the_gil_nor_a_slow_hand_over_is_stated() -> None:
    assert named(trial(THREADS_2, 20.0, Split(35.0, 10.0, 20.0, 2.0))) == ["other_programs"]
    assert named(trial(PROCESSES_2, 20.0, Split(30.0, 10.0, 20.0, 2.0))) == ["other_programs"]


def test_more_cpu_time_is_no_cause_beside_other_programs_nor_of_tasks_that_are_hardly_longer_than_a_reading() -> None:
    assert named(trial(PROCESSES_2, 15.0, Split(25.0, 15.0, 10.0, 2.0))) == ["other_programs"]
    alone = replace(COMPUTES, wall_s=0.005, cpu_s=0.005, net_s=0.005, tasks=1000)
    assert "memory" not in named(trial(PROCESSES_2, 0.01, Split(0.02, 0.02, 0.0, 2.0), tasks=1000), alone)


def test_nothing_is_stated_where_the_kernel_does_not_tell() -> None:
    found = trial(THREADS_2, 10.0, Split(20.0, 10.0, 0.0, 2.0))
    assert why([found], [replace(COMPUTES, net_s=None)], 2, True) == (None, ())
    assert why([replace(found, split=None)], [COMPUTES], 2, True) == (None, ())
    assert in_words([], None) == []


@pytest.mark.parametrize("split", [Split(20.0, 9.0, 3.0, 1.7), Split(9.0, 12.0, 1.0, 2.0), Split(0.1, 0.01, 0.0, 1.0)])
def test_the_factors_multiply_to_the_work_over_the_workers_time(split: Split) -> None:
    found, alone = trial(PROCESSES_2, 12.0, split), alone_of([COMPUTES])
    assert alone is not None
    efficiency = efficiency_of(found, alone)
    assert efficiency is not None
    assert efficiency.whole == pytest.approx(alone.work_s / (2 * 12.0))
    assert all(getattr(efficiency, one.name) > 0 for one in fields(Efficiency))
