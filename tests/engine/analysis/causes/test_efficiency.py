"""Efficiency: five factors, each of one kind of loss, that multiply to the work over the workers' time."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from statistics import geometric_mean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.analysis.causes.efficiency import Alone, Efficiency, alone_of, efficiency_of, mean_efficiency
from engine.analysis.net import Split
from engine.analysis.trials import TimedTrial
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2

ALONE = Alone(cpu_s=8.0, blocked_s=2.0)
"""Ten seconds of tasks, one after the other: eight on a CPU, two blocked."""
BASELINE = TimedTrial(SEQUENTIAL, 0, 10.0, cpu_s=8.0, net_s=10.0, tasks=100)
PERFECT = Split(task_s=10.0, cpu_s=8.0, delay_s=0.0, spread=2.0)
SECONDS = st.floats(0.001, 1000)


def trial(split: Split | None, wall_s: float = 5.0) -> TimedTrial:
    return TimedTrial(PROCESSES_2, 0, wall_s, split=split)


def factors(split: Split, wall_s: float) -> dict[str, float]:
    found = efficiency_of(trial(split, wall_s), ALONE)
    assert found is not None
    return {one.name: getattr(found, one.name) for one in fields(Efficiency)}


# What the tasks take alone


def test_the_work_alone_is_the_median_of_the_baselines_trials() -> None:
    trials = [replace(BASELINE, cpu_s=cpu_s, net_s=net_s) for cpu_s, net_s in ((8.0, 10.0), (8.2, 10.4), (9.9, 20.0))]
    found = alone_of(trials)
    assert found is not None
    assert (found.cpu_s, found.blocked_s) == pytest.approx((8.2, 2.2))
    assert found.work_s == pytest.approx(10.4)


def test_what_is_busy_for_longer_than_it_took_was_never_blocked() -> None:
    native = alone_of([replace(BASELINE, cpu_s=18.0)])
    assert native == Alone(18.0, 0.0)


@pytest.mark.parametrize(
    "baseline",
    [
        [],
        [replace(BASELINE, net_s=None)],
        [replace(BASELINE, cpu_s=None)],
        [replace(BASELINE, configuration=THREADS_2)],
    ],
    ids=["no trial", "no net time", "no CPU time", "two workers"],
)
def test_the_work_alone_is_unknown_without_one_worker_and_its_times(baseline: list[TimedTrial]) -> None:
    assert alone_of(baseline) is None


def test_trials_that_do_not_tell_are_left_out_of_the_median() -> None:
    assert alone_of([BASELINE, replace(BASELINE, net_s=None), replace(BASELINE, cpu_s=0.0)]) == ALONE


# One factor each


def test_work_that_is_split_evenly_and_never_waits_loses_nothing() -> None:
    assert list(factors(PERFECT, 5.0).values()) == pytest.approx([1.0] * 5)


@pytest.mark.parametrize(
    ("name", "split", "wall_s", "value"),
    [
        ("load_balance", replace(PERFECT, spread=1.5), 10.0 / 1.5, 0.75),
        ("hand_over", PERFECT, 10.0, 0.5),
        ("cpu_at_hand", replace(PERFECT, task_s=20.0, delay_s=10.0), 10.0, 0.5),
        ("no_turns", replace(PERFECT, task_s=20.0), 10.0, 0.5),
        ("same_cpu", Split(18.0, 16.0, 0.0, 2.0), 9.0, 10 / 18),
    ],
)
def test_each_kind_of_loss_lowers_its_own_factor_and_no_other(
    name: str, split: Split, wall_s: float, value: float
) -> None:
    found = factors(split, wall_s)
    assert found.pop(name) == pytest.approx(value)
    assert list(found.values()) == pytest.approx([1.0] * 4)


def test_tasks_that_got_cheaper_side_by_side_gained() -> None:
    assert factors(Split(6.0, 4.0, 0.0, 2.0), 3.0)["same_cpu"] == pytest.approx(10 / 6)


def test_native_threads_leave_no_time_to_be_blocked() -> None:
    found = factors(Split(task_s=10.0, cpu_s=18.0, delay_s=2.0, spread=2.0), 10.0)
    assert found["hand_over"] == pytest.approx(1.0), "the CPU time counts where it is longer than the tasks"
    assert found["cpu_at_hand"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    "split",
    [None, replace(PERFECT, task_s=0.0), replace(PERFECT, cpu_s=0.0)],
    ids=["no split", "no time", "no CPU time"],
)
def test_factors_are_unknown_where_a_sum_is(split: Split | None) -> None:
    assert efficiency_of(trial(split), ALONE) is None


def test_factors_are_unknown_where_the_tasks_took_no_time_alone() -> None:
    assert efficiency_of(trial(PERFECT), Alone(0.0, 0.0)) is None


@given(SECONDS, SECONDS, st.floats(0, 1000), st.floats(1.0, 2.0), SECONDS, SECONDS, st.floats(0, 1000))
def test_whatever_was_measured_the_factors_multiply_to_the_work_over_the_workers_time(
    task_s: float, cpu_s: float, delay_s: float, spread: float, wall_s: float, alone_cpu_s: float, blocked_s: float
) -> None:
    assume(max(task_s, cpu_s + delay_s) > delay_s * (1 + 1e-9))
    alone = Alone(alone_cpu_s, blocked_s)
    found = efficiency_of(trial(Split(task_s, cpu_s, delay_s, spread), wall_s), alone)
    assert found is not None
    assert found.whole == pytest.approx(alone.work_s / (2 * wall_s))
    assert min(astuple(found)) > 0


# Several trials


def test_the_mean_is_geometric_so_that_the_means_multiply_too() -> None:
    trials = [trial(PERFECT, 5.0), trial(replace(PERFECT, spread=1.6), 8.0), trial(replace(PERFECT, task_s=15.0), 9.0)]
    each = [found for one in trials if (found := efficiency_of(one, ALONE))]
    mean = mean_efficiency(trials, ALONE)
    assert mean is not None
    for one in fields(Efficiency):
        assert getattr(mean, one.name) == pytest.approx(geometric_mean(getattr(found, one.name) for found in each))
    assert mean.whole == pytest.approx(geometric_mean(found.whole for found in each))


def test_the_mean_leaves_out_what_is_unknown_and_is_unknown_without_any() -> None:
    assert mean_efficiency([trial(PERFECT), trial(None)], ALONE) == efficiency_of(trial(PERFECT), ALONE)
    assert mean_efficiency([trial(None)], ALONE) is None
    assert mean_efficiency([trial(PERFECT)], None) is None
    assert mean_efficiency([], ALONE) is None


@pytest.mark.parametrize(("changed", "tells"), [
    ({}, True), ({"no_turns": 1.2}, True), ({"no_turns": 79.3, "hand_over": 0.01}, False),
    ({"no_turns": 1.2, "same_cpu": 1.2}, False),
])  # fmt: skip
def test_factors_far_above_1_describe_no_loss(changed: dict[str, float], tells: bool) -> None:
    assert replace(Efficiency(1.0, 1.0, 1.0, 1.0, 1.0), **changed).tells is tells
