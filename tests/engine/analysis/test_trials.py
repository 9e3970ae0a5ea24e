"""Samples are finished, timed trials; summaries are medians of what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis.trials import TimedTrial, baseline_pairs, log_walls, summary, timed_trial, timed_trials
from engine.model import Measurement, Trial
from tests.engine.analysis.causes.test_explain import record
from tests.engine.analysis.made import SEQUENTIAL, THREADS_2, comparison

TRIAL = Trial(
    1, 1, order=4, repeat=2, configuration=THREADS_2, state="finished", continues=None, tasks=3, ok=2, failed=1,
    measurement=Measurement(startup_s=0.1, wall_s=2.0, teardown_s=0.2, cpu_s=1.5, peak_pss_mb=40.0, other_busy=0.02),
)


def test_a_sample_is_made_from_a_finished_trial_and_its_records() -> None:
    records = [replace(record(0, 0, 1), fingerprint="a"), replace(record(1, 0, 3, worker=1), fingerprint="b")]
    found = timed_trial(TRIAL, records)
    assert found is not None
    assert (found.block, found.order, found.wall_s, found.failed, found.other_busy) == (2, 4, 2.0, 1, 0.02)
    assert (found.task_s_sum, found.task_s_median) == (4.0, 2.0)
    assert found.fingerprints == {0: "a", 1: "b"}


def test_a_trial_that_did_not_finish_or_was_not_timed_is_no_sample() -> None:
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
