"""The repeats still needed, and what could have been seen: estimates with known answers."""

from __future__ import annotations

import random
from math import exp, log1p, sqrt
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calibration import promised
from engine.analysis.statistics.ratio import Ratio, ratio_of
from engine.analysis.statistics.repeats import MOST, detectable, one_sided, repeats_needed
from engine.analysis.statistics.student import critical_t


def ratio(estimate: float, log_sd: float, pairs: int = 5) -> Ratio:
    return Ratio(estimate, 0.9, 1.1, 0.5, pairs, log_sd, pairs - 1)


def test_the_number_asked_for_shows_the_difference_also_where_it_is_smaller_than_it_looks() -> None:
    needed = repeats_needed(ratio(exp(0.15), 0.1))
    assert needed is not None
    moved = one_sided(0.2, 4) * 0.1 * sqrt(1 / 5 - 1 / needed)
    assert critical_t(0.04, needed - 1) * 0.1 / sqrt(needed) < 0.15 - moved


def test_equals_need_repeats_until_the_interval_fits_inside_the_margin() -> None:
    needed = repeats_needed(ratio(1.0, 0.02))
    assert needed is not None
    assert critical_t(0.04, needed - 1) * 0.02 / sqrt(needed) < 0.0296


def test_more_tests_need_more_repeats_and_what_cannot_be_told_is_not_promised() -> None:
    one, many = repeats_needed(ratio(1.15, 0.1)), repeats_needed(ratio(1.15, 0.1), tests=10)
    assert one is not None and many is not None and many > one
    assert repeats_needed(ratio(1.03, 0.4)) is None
    assert repeats_needed(ratio(1.06, 0.1)) is None  # as likely as not there is no difference
    assert repeats_needed(ratio(1.3, 0.0, pairs=1)) is None


def test_promises_are_kept_in_about_four_of_five_cases() -> None:
    (row,) = promised(2, 150, seed=3)
    assert row.comparisons > 30
    assert row.right / row.comparisons > 0.65


def test_the_smallest_difference_that_could_have_been_seen_is_seen_in_four_of_five_cases() -> None:
    rng, found = random.Random(4), []
    for _ in range(300):
        logs = [rng.gauss(0.2, 0.1) for _ in range(5)]
        found.append(ratio_of(logs))
    smallest = median(detectable([one]) or 0.0 for one in found)
    shown = sum(ratio_of([rng.gauss(log1p(smallest), 0.1) for _ in range(5)]).p <= 0.04 for _ in range(300))
    assert 0.7 < shown / 300 < 0.92


def test_it_is_never_below_the_margin_and_unknown_without_a_spread() -> None:
    assert detectable([ratio(1.0, 0.001)]) == pytest.approx(0.03)
    assert detectable([ratio(1.0, 0.0, pairs=1)]) is None
    assert detectable([]) is None


# What holds whatever was seen


@given(st.floats(1.0, 3.0), st.floats(0.001, 0.3), st.integers(2, 30))
def test_the_promise_is_of_more_repeats_than_were_run_and_of_few_enough_to_run(
    estimate: float, log_sd: float, pairs: int
) -> None:
    needed = repeats_needed(ratio(estimate, log_sd, pairs))
    assert needed is None or max(3, pairs + 1) <= needed <= MOST


@given(st.floats(1.0, 2.0), st.floats(0.001, 0.2), st.integers(2, 12))
def test_faster_and_slower_need_the_same(estimate: float, log_sd: float, pairs: int) -> None:
    assert repeats_needed(ratio(estimate, log_sd, pairs)) == repeats_needed(ratio(1 / estimate, log_sd, pairs))


@given(st.floats(0.001, 0.2), st.integers(2, 20))
def test_more_noise_hides_larger_differences(log_sd: float, pairs: int) -> None:
    quiet, loud = (detectable([ratio(1.0, sd, pairs)]) for sd in (log_sd, 2 * log_sd))
    assert quiet is not None and loud is not None and 0.03 <= quiet <= loud


def test_of_several_pairs_the_noisiest_decides_and_more_of_them_are_tested_more_strictly() -> None:
    quiet, loud = ratio(1.0, 0.02), ratio(1.0, 0.1)
    alone, both = detectable([loud]), detectable([quiet, loud])
    assert alone is not None and both is not None and both > alone
    assert detectable([quiet, ratio(1.0, 0.0, pairs=1)]) is None, "one of unknown spread leaves it unknown"


def test_an_absurd_spread_gives_a_number_all_the_same() -> None:
    assert detectable([ratio(1.0, 500.0)]) == pytest.approx(exp(20.0) - 1)


@pytest.mark.parametrize(("share", "freedom", "t"), [(0.2, 4, 0.9409646), (0.2, 9, 0.8834039), (0.05, 4, 2.1318468)])
def test_one_sided_critical_values_are_scipys(share: float, freedom: int, t: float) -> None:
    assert one_sided(share, freedom) == pytest.approx(t, abs=1e-6)  # scipy.stats.t.isf(share, freedom)
