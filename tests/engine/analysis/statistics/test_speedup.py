"""Speedups are paired by block, geometric, and honest about what a handful of repeats can say."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.analysis.statistics.speedup import Ratio, against, noise, own_sequential, ratio_of, speedups, standing
from engine.analysis.trials import TimedTrial
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison


def test_what_slows_a_whole_block_does_not_widen_the_interval() -> None:
    (row,) = speedups(comparison({THREADS_2: 1.9}, repeats=4), SEQUENTIAL)
    assert row.ratio.estimate == pytest.approx(1.9)
    assert row.ratio.low == pytest.approx(1.9) == row.ratio.high
    assert row.standing == "faster"


def test_the_interval_is_students_on_log_ratios() -> None:
    logs = [0.10, 0.20, 0.30]
    ratio = ratio_of(logs, level=0.05)
    reach = 4.30265 * 0.1 / math.sqrt(3)
    assert ratio.estimate == pytest.approx(math.exp(0.2))
    assert ratio.low == pytest.approx(math.exp(0.2 - reach))
    assert ratio.high == pytest.approx(math.exp(0.2 + reach))
    assert ratio.p == pytest.approx(0.0742, abs=1e-4)


def test_one_pair_has_no_interval_and_no_pairs_are_refused() -> None:
    assert ratio_of([0.3]).low is None
    assert ratio_of([0.3]).within is None
    with pytest.raises(ValueError, match="at least one pair"):
        ratio_of([])


def test_two_absurd_pairs_do_not_overflow_the_interval() -> None:
    ratio = ratio_of([-300.0, 300.0])
    assert ratio.high is not None and ratio.high < float("inf")


def test_only_blocks_that_hold_both_are_paired() -> None:
    trials = [one for one in comparison({THREADS_2: 2.0}) if one.role != "candidate" or one.block <= 2]
    (row,) = speedups(trials, SEQUENTIAL)
    assert row.ratio.pairs == 3


def test_a_configuration_that_shares_no_block_is_absent() -> None:
    trials = [replace(one, block=one.block + 100 * (one.role == "candidate")) for one in comparison({THREADS_2: 2})]
    assert speedups(trials, SEQUENTIAL) == ()


def test_both_baselines_of_a_block_are_used() -> None:
    trials = [
        TimedTrial(SEQUENTIAL, 0, 1.0, "baseline"),
        TimedTrial(SEQUENTIAL, 0, 4.0, "baseline_again"),
        TimedTrial(THREADS_2, 0, 1.0),
    ]
    (row,) = speedups(trials, SEQUENTIAL)
    assert row.ratio.estimate == pytest.approx(2.0)


def test_the_machines_noise_is_the_baseline_against_itself() -> None:
    measured = noise(comparison({THREADS_2: 2}, repeats=10, noise=0.02))
    assert measured is not None and measured.within is not None
    assert measured.pairs == 10
    assert 0.005 < measured.within < 0.06
    assert noise([trial for trial in comparison({THREADS_2: 2}) if trial.role != "baseline_again"]) is None


@pytest.mark.parametrize(
    ("ratio", "p_adjusted", "expected"),
    [
        (Ratio(1.30, 1.20, 1.40, 0.001, 5, 0.1), 0.001, "faster"),
        (Ratio(0.80, 0.75, 0.85, 0.001, 5, 0.1), 0.001, "slower"),
        (Ratio(1.30, 1.20, 1.40, 0.001, 5, 0.1), 0.05, "undecided"),
        (Ratio(1.02, 1.015, 1.025, 1e-6, 9, 0.01), 1e-6, "same"),
        (Ratio(1.025, 1.01, 1.04, 1e-6, 9, 0.01), 1e-6, "undecided"),
        (Ratio(1.00, 0.99, 1.01, 0.9, 5, 0.01), 0.9, "same"),
        (Ratio(1.00, 0.90, 1.10, 0.9, 5, 0.1), 0.9, "undecided"),
        (Ratio(1.30, 1.29, 1.31, 0.001, 2, 0.1), 0.001, "undecided"),
    ],
)
def test_a_difference_needs_significance_and_an_estimate_past_the_margin(
    ratio: Ratio, p_adjusted: float, expected: str
) -> None:
    assert standing(ratio, p_adjusted) == expected


def test_holm_is_applied_over_the_family() -> None:
    trials = comparison({Configuration("threads", number): 1.1 for number in range(2, 7)}, noise=0.02, seed=3)
    rows = speedups(trials, SEQUENTIAL)
    least = min(rows, key=lambda row: row.ratio.p)
    assert least.p_adjusted == pytest.approx(5 * least.ratio.p)


def test_identical_times_are_no_difference_and_exact_differences_are_certain() -> None:
    (equal,) = against(comparison({THREADS_2: 1.0}), SEQUENTIAL, [THREADS_2])
    (twice,) = against(comparison({THREADS_2: 2.0}), SEQUENTIAL, [THREADS_2])
    assert (equal.ratio.p, equal.standing) == (1.0, "same")
    assert (twice.ratio.p, twice.standing) == (0.0, "faster")


def test_each_python_is_compared_with_its_own_sequential() -> None:
    here = comparison({PROCESSES_2: 1.8})
    other = [
        replace(trial, configuration=replace(trial.configuration, python="python3.13t"), wall_s=trial.wall_s / 3)
        for trial in here
    ]
    found = {row.configuration.label: row for row in own_sequential([*here, *other])}
    assert set(found) == {"processes × 2", "processes × 2 (python3.13t)"}
    assert all(row.ratio.estimate == pytest.approx(1.8) for row in found.values())
