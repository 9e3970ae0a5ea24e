"""Timed trials are finished ones; summaries are medians of what was measured."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.trials import (
    Summary,
    TimedTrial,
    baseline_pairs,
    break_even,
    configurations,
    disturbance,
    log_walls,
    summary,
    timed_trial,
    timed_trials,
    trials_of,
)
from engine.model import Measurement, Trial
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison, record

TRIAL = Trial(
    1, 1, order=4, repeat=2, configuration=THREADS_2, state="finished", continues=None, tasks=3, ok=2, failed=1,
    measurement=Measurement(startup_s=0.1, wall_s=2.0, teardown_s=0.2, cpu_s=1.5, peak_pss_mb=40.0, other_busy=0.02),
)


def test_a_timed_trial_is_made_from_a_finished_trial_and_its_records() -> None:
    records = [replace(record(0, 0, 1), fingerprint="a"), replace(record(1, 0, 3, worker=1), fingerprint="b")]
    found = timed_trial(TRIAL, records)
    assert found is not None
    assert (found.block, found.order, found.wall_s, found.failed, found.other_busy) == (2, 4, 2.0, 1, 0.02)
    assert (found.task_s_sum, found.task_s_median) == (4.0, 2.0)
    assert found.fingerprints == {0: "a", 1: "b"}


def test_its_figures_do_not_depend_on_the_order_in_which_records_are_read() -> None:
    plain = [record(n, 0, 1e9 if n == 0 else 6e-8, cpu_s=1e9 if n == 0 else 6e-8) for n in range(9)]
    records = [replace(one, run_delay_s=one.cpu_s) for one in plain]
    assert timed_trial(TRIAL, records, usable_cpus=2) == timed_trial(TRIAL, records[::-1], usable_cpus=2)


def test_a_trial_that_did_not_finish_or_was_not_timed_is_none() -> None:
    assert timed_trial(replace(TRIAL, state="cancelled"), []) is None
    assert timed_trial(replace(TRIAL, measurement=Measurement()), []) is None
    assert timed_trial(replace(TRIAL, continues=3), []) is None
    assert timed_trial(replace(TRIAL, measurement=Measurement(wall_s=0.0)), []) is None


def test_the_baselines_roles_follow_from_the_order_in_which_its_trials_ran() -> None:
    base = replace(TRIAL, configuration=SEQUENTIAL, order=0)
    failed = replace(base, order=1, state="failed")
    trials = [replace(base, order=9), TRIAL, base, failed, replace(base, order=10, repeat=3)]
    found = timed_trials([(trial, []) for trial in trials], SEQUENTIAL)
    assert [(trial.order, trial.role) for trial in found] == [
        (0, "baseline"), (4, "candidate"), (9, "baseline_again"), (10, "baseline"),
    ]


def test_unknown_figures_stay_unknown() -> None:
    figures = summary([TimedTrial(THREADS_2, 0, 1.0), TimedTrial(THREADS_2, 1, 4.0, cpu_s=4.0)])
    assert figures.wall_s == pytest.approx(2.5), "a median, as in the chart"
    assert figures.peak_pss_mb is None
    assert figures.cores_busy == pytest.approx(1.0)


def test_a_blocks_two_baselines_make_one_geometric_mean_and_one_pair() -> None:
    trials = comparison({THREADS_2: 2.0}, repeats=2)
    roles = [(first.role, again.role) for first, again in baseline_pairs(trials)]
    assert roles == [("baseline", "baseline_again")] * 2
    assert len(log_walls(trials)[SEQUENTIAL]) == 2


# Views over many trials


def test_configurations_stand_once_in_order_of_first_appearance() -> None:
    assert configurations(comparison({THREADS_2: 2.0, PROCESSES_2: 1.9})) == (SEQUENTIAL, THREADS_2, PROCESSES_2)
    assert configurations([]) == ()


def test_the_trials_of_one_configuration_keep_their_order() -> None:
    trials = comparison({THREADS_2: 2.0}, repeats=3)
    assert [trial.block for trial in trials_of(trials, THREADS_2)] == [0, 1, 2]
    assert trials_of(trials, PROCESSES_2) == ()


def test_log_walls_are_by_block_and_average_a_blocks_two_baselines() -> None:
    trials = [TimedTrial(SEQUENTIAL, 7, 1.0, "baseline"), TimedTrial(SEQUENTIAL, 7, 4.0, "baseline_again"),
              TimedTrial(THREADS_2, 8, 3.0)]  # fmt: skip
    assert log_walls(trials) == {SEQUENTIAL: {7: pytest.approx(log(2.0))}, THREADS_2: {8: pytest.approx(log(3.0))}}


def test_net_times_are_absent_of_a_configuration_of_which_one_trial_does_not_know_it() -> None:
    trials = [TimedTrial(SEQUENTIAL, 0, 2.0, net_s=1.0), TimedTrial(THREADS_2, 0, 2.0, net_s=1.0),
              TimedTrial(THREADS_2, 1, 2.0)]  # fmt: skip
    assert log_walls(trials, "net") == {SEQUENTIAL: {0: 0.0}}


@pytest.mark.parametrize(
    ("shares", "share"), [((), 0.0), ((None,), 0.0), ((0.1, None, 0.3), 0.2), ((0.0, 0.1, 0.9), 0.1)]
)
def test_the_disturbance_is_the_median_of_what_is_known(shares: tuple[float | None, ...], share: float) -> None:
    trials = [TimedTrial(THREADS_2, 0, 10.0, net_s=None if one is None else 10.0 * (1 - one)) for one in shares]
    assert disturbance(trials) == pytest.approx(share)


def test_baselines_are_paired_in_the_order_of_blocks_and_one_alone_is_not() -> None:
    roles = [(2, "baseline"), (0, "baseline"), (2, "baseline_again"), (0, "baseline_again"), (1, "baseline")]
    trials = [TimedTrial(SEQUENTIAL, block, 1.0, role) for block, role in roles]  # type: ignore[arg-type]
    assert [(first.block, again.block) for first, again in baseline_pairs(trials)] == [(0, 0), (2, 2)]


# One configuration's figures


def test_a_summary_is_of_medians_and_of_the_most_tasks_and_failures() -> None:
    trials = [
        TimedTrial(THREADS_2, block, wall_s, startup_s=block, cpu_s=2 * wall_s, task_s_sum=1.5 * wall_s,
                   tasks=10 + block, failed=block, net_s=wall_s / 2, peak_pss_mb=30.0 + block)
        for block, wall_s in enumerate((1.0, 3.0, 2.0))
    ]  # fmt: skip
    found = summary(trials)
    assert (found.configuration, found.trials, found.tasks, found.failed) == (THREADS_2, 3, 12, 2)
    assert (found.wall_s, found.startup_s, found.peak_pss_mb, found.net_s) == (2.0, 1, 31.0, 1.0)
    assert found.cores_busy == pytest.approx(2.0) and found.tasks_at_once == pytest.approx(1.5)


def test_a_net_time_that_one_trial_does_not_know_is_unknown_of_all() -> None:
    trials = [TimedTrial(THREADS_2, 0, 1.0, net_s=1.0), TimedTrial(THREADS_2, 1, 1.0)]
    assert summary(trials).net_s is None
    assert summary(trials[:1]).net_s == 1.0


# From how many tasks on a start-up pays


def figure(wall_s: float, startup_s: float | None = 0.0, teardown_s: float | None = 0.0, tasks: int = 100) -> Summary:
    return Summary(THREADS_2, 3, wall_s, startup_s, teardown_s, None, None, None, None, tasks, 0)


@pytest.mark.parametrize(
    ("base", "other", "tasks"),
    [
        (figure(10.0), figure(5.0), 1),
        (figure(10.0), figure(5.0, startup_s=1.0), 20),
        (figure(10.0), figure(5.0, startup_s=0.5, teardown_s=0.5), 20),
        (figure(10.0, startup_s=1.0), figure(5.0, startup_s=1.0), 1),
        (figure(10.0, startup_s=2.0), figure(5.0), 1),
        (figure(10.0, startup_s=None), figure(5.0, startup_s=None, teardown_s=None), 1),
        (figure(5.0), figure(5.0), None),
        (figure(5.0), figure(6.0), None),
        (figure(5.0, tasks=0), figure(1.0), None),
        (figure(5.0), figure(1.0, tasks=0), None),
        (figure(10.0, tasks=100), figure(10.0, tasks=200), 1),
    ],
)
def test_a_start_up_pays_from_the_task_on_that_makes_up_for_it(
    base: Summary, other: Summary, tasks: int | None
) -> None:
    assert break_even(base, other) == tasks


@given(st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0, 100), st.floats(0, 100))
def test_from_then_on_it_is_done_first_and_not_one_task_before(
    base_s: float, other_s: float, base_start_s: float, other_start_s: float
) -> None:
    base, other = figure(base_s, base_start_s), figure(other_s, other_start_s)
    pays = break_even(base, other)

    def ahead_s(tasks: int) -> float:
        return (base_start_s + tasks * base_s / 100) - (other_start_s + tasks * other_s / 100)

    if pays is None:
        assert other_s >= base_s
    else:
        assert ahead_s(pays) >= -1e-6
        assert pays == 1 or ahead_s(pays - 1) <= 1e-6
