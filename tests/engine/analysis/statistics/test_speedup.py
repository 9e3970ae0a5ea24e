"""Speedups are paired by block, geometric, and honest about what a handful of repeats can say."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.analysis.statistics.ratio import Ratio, ratio_of
from engine.analysis.statistics.speedup import against, noise, own_sequential, repeats_by_the_clock, speedups, standing
from engine.analysis.statistics.student import critical_t
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


# Bases: the clock, and net of other programs


def disturbed(share: float, unknown: tuple[Configuration, ...] = ()) -> list[TimedTrial]:
    """Trials of which so large a share went to waiting for CPUs; processes are twice as fast net of it."""
    return [
        replace(one, net_s=None if one.configuration in unknown else one.wall_s * (1 - share))
        for one in comparison({PROCESSES_2: 2.0, THREADS_2: 1.5})
    ]


@pytest.mark.parametrize(("share", "basis"), [(0.0, "wall"), (0.019, "wall"), (0.021, "net")])
def test_speedups_are_net_from_a_fiftieth_of_waiting_on(share: float, basis: str) -> None:
    assert {row.basis for row in speedups(disturbed(share), SEQUENTIAL)} == {basis}


def test_a_net_speedup_carries_the_clocks_and_its_own_repeats() -> None:
    waits = [replace(one, net_s=one.wall_s * (0.5 if one.configuration == PROCESSES_2 else 0.8))
             for one in comparison({PROCESSES_2: 1.0})]  # fmt: skip
    (row,) = speedups(waits, SEQUENTIAL)
    assert row.basis == "net"
    assert [row.ratio.estimate, row.wall.estimate] == pytest.approx([1.6, 1.0])
    assert row.repeats == pytest.approx([1.6] * 5)


def test_what_is_not_known_net_is_judged_by_the_clock() -> None:
    rows = {row.configuration: row for row in speedups(disturbed(0.3, unknown=(THREADS_2,)), SEQUENTIAL)}
    assert (rows[PROCESSES_2].basis, rows[THREADS_2].basis) == ("net", "wall")
    assert rows[THREADS_2].ratio == rows[THREADS_2].wall


def test_the_noise_is_net_where_both_baselines_of_every_block_are() -> None:
    trials = [replace(one, net_s=one.wall_s * (0.5 if one.role == "baseline_again" else 0.8))
              for one in comparison({THREADS_2: 2.0})]  # fmt: skip
    net = noise(trials)
    first, *rest = trials
    by_clock = noise([replace(first, net_s=None), *rest])
    assert net is not None and net.estimate == pytest.approx(1.6)
    assert by_clock is not None and by_clock.estimate == pytest.approx(1.0)


# Repeats, one by one


def test_every_trial_has_its_own_speedup_against_its_blocks_mean() -> None:
    trials = [
        TimedTrial(SEQUENTIAL, 0, 1.0, "baseline"), TimedTrial(SEQUENTIAL, 0, 4.0, "baseline_again"),
        TimedTrial(THREADS_2, 0, 0.5), TimedTrial(THREADS_2, 1, 9.0),
    ]  # fmt: skip
    found = repeats_by_the_clock(trials, SEQUENTIAL)
    assert found[SEQUENTIAL] == pytest.approx((2.0, 0.5))
    assert found[THREADS_2] == pytest.approx((4.0,)), "a block without the reference says nothing"
    assert repeats_by_the_clock(trials[2:], SEQUENTIAL) == {}


def test_a_rows_ratio_is_the_geometric_mean_of_its_repeats() -> None:
    for row in speedups(comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}, noise=0.05), SEQUENTIAL):
        assert row.ratio.estimate == pytest.approx(statistics.geometric_mean(row.repeats))


# What holds whatever was measured


LOGS = st.lists(st.floats(-3, 3), min_size=2, max_size=12)


@given(LOGS, st.floats(0.001, 0.5))
def test_an_interval_holds_its_estimate_and_narrows_with_the_level(logs: list[float], level: float) -> None:
    wide, narrow = ratio_of(logs, level / 2), ratio_of(logs, level)
    assert wide.low is not None and wide.high is not None and narrow.low is not None and narrow.high is not None
    assert wide.low <= narrow.low * (1 + 1e-9) and narrow.high <= wide.high * (1 + 1e-9)
    assert narrow.low * (1 - 1e-9) <= narrow.estimate <= narrow.high * (1 + 1e-9)


@given(LOGS)
def test_the_other_way_round_everything_is_the_reciprocal(logs: list[float]) -> None:
    there, back = ratio_of(logs), ratio_of([-one for one in logs])
    assert there.low is not None and back.high is not None
    assert there.estimate * back.estimate == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert (there.p, there.log_sd) == pytest.approx((back.p, back.log_sd))


@given(LOGS)
def test_the_interval_leaves_1_out_just_where_the_p_value_is_below_the_level(logs: list[float]) -> None:
    ratio = ratio_of(logs, 0.04)
    assume(abs(ratio.p - 0.04) > 1e-6)
    assert ratio.low is not None and ratio.high is not None
    assert (ratio.p < 0.04) == (not ratio.low <= 1 <= ratio.high) or ratio.low == ratio.high


@given(LOGS, st.floats(-5, 5))
def test_how_far_it_reaches_from_1_does_not_depend_on_which_side(logs: list[float], shift: float) -> None:
    moved = ratio_of([one + shift for one in logs])
    mirrored = ratio_of([-(one + shift) for one in logs])
    assert moved.within == pytest.approx(mirrored.within)


def test_two_pairs_are_told_without_their_interval_and_three_with_it() -> None:
    assert ratio_of([0.1, 0.2]).told == (None, None)
    assert None not in ratio_of([0.1, 0.2, 0.3]).told


def test_what_more_is_known_of_the_spread_replaces_that_of_the_pairs() -> None:
    ratio = ratio_of([0.1, 0.3], 0.04, spread=(0.05, 10.0))
    assert ratio.high == pytest.approx(math.exp(0.2 + critical_t(0.04, 10.0) * 0.05))
    assert [ratio.freedom, ratio.log_sd] == pytest.approx([10.0, 0.05 * math.sqrt(2)])


def test_from_four_configurations_on_variances_are_shared() -> None:
    few, many = (
        speedups(comparison({Configuration("threads", number): 1.5 for number in range(2, 2 + count)}, 3, noise=0.05),
                 SEQUENTIAL)[0].ratio.freedom
        for count in (2, 3)
    )  # fmt: skip
    assert few == 2.0 and many > 4
