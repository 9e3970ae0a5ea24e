"""The scaling law's fit: scipy's parameters and errors, blocks' levels left out, a law that misses found out.

Values of scipy 1.17.1 were made by
    curve_fit(lambda x, l, s, k: l + log(x) - log(1 + s * (x - 1) + k * x * (x - 1)), x, log(S), [0, .05, .001])
with S = 0.98, 1.82, 3.1, 4.5 and 5.0 on 1, 2, 4, 8 and 16 workers, one block.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, isfinite, log, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.scaling.usl import Curve, fit, lack_of_fit, usl
from engine.analysis.statistics.student import critical_t

COUNTS = (1, 2, 4, 8, 16)
MEASURED: Curve = dict(zip(COUNTS, (0.98, 1.82, 3.1, 4.5, 5.0), strict=True))
LEVEL = 0.04


def law(single: float, contention: float, coherency: float, counts: tuple[int, ...] = COUNTS) -> Curve:
    return {count: usl(count, single, contention, coherency) for count in counts}


def wave(counts: tuple[int, ...], by: Callable[[int], float]) -> Curve:
    """Ideal speedups, each moved by a factor."""
    return {count: count * exp(by(at)) for at, count in enumerate(counts)}


# The law itself


def test_without_loss_it_is_the_number_of_workers() -> None:
    assert [usl(count, 1, 0, 0) for count in COUNTS] == list(COUNTS)


def test_without_coherency_it_is_amdahls() -> None:
    assert usl(8, 1.0, 0.1, 0.0) == pytest.approx(1 / (0.1 + 0.9 / 8))
    assert usl(10**9, 1.0, 0.1, 0.0) == pytest.approx(10, rel=1e-6)


def test_with_coherency_it_falls_beyond_its_peak() -> None:
    peak = ((1 - 0.05) / 0.01) ** 0.5
    assert usl(peak, 1, 0.05, 0.01) > max(usl(peak - 1, 1, 0.05, 0.01), usl(peak + 1, 1, 0.05, 0.01))


# The fit


def test_the_estimates_are_scipys() -> None:
    found = fit([MEASURED], LEVEL)
    assert log(found.single.estimate) == pytest.approx(-0.0195403120, rel=1e-6)
    assert found.contention.estimate == pytest.approx(0.0699609275, rel=1e-6)
    assert found.coherency.estimate == pytest.approx(0.00453589187, rel=1e-6)


def test_the_intervals_are_scipys_errors_times_students_t_for_three_at_once() -> None:
    found, reach = fit([MEASURED], LEVEL), critical_t(LEVEL / 3, 2)
    assert log(found.single.high) == pytest.approx(-0.0195403120 + reach * 0.00098129026, rel=1e-5)
    assert found.contention.low == pytest.approx(0.0699609275 - reach * 0.00064168422, rel=1e-5)
    assert found.coherency.high == pytest.approx(0.00453589187 + reach * 0.0000403501993, rel=1e-5)


@given(st.floats(0.3, 3), st.floats(0, 0.5), st.floats(0, 0.05))
def test_the_laws_own_points_give_its_parameters_back(single: float, contention: float, coherency: float) -> None:
    found = fit([law(single, contention, coherency)], LEVEL)
    assert found.single.estimate == pytest.approx(single, rel=1e-5)
    assert found.contention.estimate == pytest.approx(contention, abs=1e-5)
    assert found.coherency.estimate == pytest.approx(coherency, abs=1e-5)


@given(st.lists(st.floats(0.2, 5), min_size=2, max_size=5))
def test_what_slows_a_whole_block_is_no_scaling(levels: list[float]) -> None:
    curve = law(1.0, 0.1, 0.01)
    found = fit([{count: level * value for count, value in curve.items()} for level in levels], LEVEL)
    assert found.contention.estimate == pytest.approx(0.1, abs=1e-5)
    assert found.coherency.estimate == pytest.approx(0.01, abs=1e-5)


@given(st.lists(st.floats(-0.4, 0.4), min_size=5, max_size=5))
def test_neither_share_is_below_nothing_and_estimates_lie_within_their_intervals(noise: list[float]) -> None:
    found = fit([wave(COUNTS, lambda at: noise[at])], LEVEL)
    for one in (found.single, found.contention, found.coherency):
        assert 0 <= one.low <= one.estimate <= one.high


def test_speedups_above_the_number_of_workers_are_fitted_at_the_edge() -> None:
    found = fit([{count: count**1.2 for count in COUNTS}], LEVEL)
    assert (found.contention.estimate, found.coherency.estimate) == (0.0, 0.0)
    assert found.single.estimate > 1


def test_a_curve_that_first_rises_too_much_has_coherency_alone() -> None:
    found = fit([{1: 1.0, 2: 2.2, 4: 4.2, 8: 5.5, 16: 4.0}], LEVEL)
    assert found.contention.estimate == 0.0 and found.coherency.estimate > 0.005


def test_a_curve_that_flattens_too_early_for_coherency_is_amdahls() -> None:
    found = fit([{1: 1.0, 2: 1.5, 4: 2.0, 8: 2.6, 16: 3.2}], LEVEL)
    assert found.coherency.estimate == 0.0 and found.contention.estimate > 0.1


# Whether the law describes the points


def test_repeats_that_agree_with_each_other_and_not_with_the_law_speak_against_it() -> None:
    crooked = [wave(COUNTS, lambda at, one=one: (0.3, -0.3)[at % 2] + 0.001 * one) for one in range(3)]  # type: ignore[misc]
    noisy = [wave(COUNTS, lambda at, one=one: 0.3 * (-1) ** (at + one)) for one in range(4)]  # type: ignore[misc]
    assert fit(crooked, LEVEL).misses
    assert not fit(noisy, LEVEL).misses


def test_where_the_law_misses_its_intervals_are_wider() -> None:
    crooked = [wave(COUNTS, lambda at, one=one: (0.3, -0.3)[at % 2] + 0.001 * one * at) for one in range(3)]  # type: ignore[misc]
    found, plain = fit(crooked, LEVEL), critical_t(LEVEL / 3, 12)
    assert found.contention.high - found.contention.estimate > plain * 0.05


def test_one_block_of_few_counts_cannot_be_tested() -> None:
    assert fit([MEASURED], LEVEL).lack_of_fit_p is None


def test_one_block_of_many_counts_is_tested_by_how_neighbours_correlate() -> None:
    counts = tuple(range(1, 25))
    bent = fit([wave(counts, lambda at: 0.1 * sin(at / 2))], LEVEL)
    jagged = fit([wave(counts, lambda at: 0.1 * (-1) ** at)], LEVEL)
    assert bent.correlation is not None and bent.correlation > 0.5 and bent.misses
    assert jagged.correlation is not None and jagged.correlation < 0 and jagged.lack_of_fit_p == pytest.approx(1.0)


def test_points_that_lie_on_the_law_leave_nothing_to_test() -> None:
    points = [(float(count), log(value)) for count, value in law(1, 0.1, 0.01).items()]
    missing, _ = lack_of_fit(points, [0.0, 0.1, 0.01], 1)
    assert missing is None


def test_residuals_of_nothing_have_no_correlation() -> None:
    points = [(float(count), log(count)) for count in (1, 2, 4)]
    assert lack_of_fit(points, [0.0, 0.0, 0.0], 1) == (None, None)


def test_the_test_is_fishers_of_what_the_law_leaves_against_what_repeats_differ_by() -> None:
    # Two blocks, residuals of the means ±0.1 on five counts, repeats 0.02 apart: F = (2 × 0.05 / 2) / (0.001 / 4).
    points = [
        (float(count), log(count) + 0.1 * (-1) ** at + 0.01 * sign)
        for sign in (-1, 1) for at, count in enumerate(COUNTS)
    ]  # fmt: skip
    missing, _ = lack_of_fit(points, [0.0, 0.0, 0.0], 2)
    assert missing is not None
    assert missing.variance == pytest.approx(0.05) and missing.freedom == 2
    assert missing.p == pytest.approx(9.80296049e-05)  # scipy.stats.f.sf(200, 2, 4)


# Any points at all


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.floats(0.01, 100), min_size=5, max_size=5), min_size=1, max_size=4))
def test_whatever_speedups_were_measured_there_is_a_fit_of_finite_numbers(rows: list[list[float]]) -> None:
    found = fit([dict(zip(COUNTS, row, strict=True)) for row in rows], LEVEL)
    for one in (found.single, found.contention, found.coherency):
        assert isfinite(one.low) and isfinite(one.high) and 0 <= one.low <= one.estimate <= one.high
    assert len(found.points) == len(rows) * len(COUNTS)
    assert found.lack_of_fit_p is None or 0 <= found.lack_of_fit_p <= 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.floats(0.5, 2), min_size=5, max_size=5), st.permutations(COUNTS))
def test_the_order_of_worker_counts_does_not_matter(noise: list[float], order: list[int]) -> None:
    curve = {count: count**0.8 * by for count, by in zip(COUNTS, noise, strict=True)}
    one, other = fit([curve], LEVEL), fit([{count: curve[count] for count in order}], LEVEL)
    assert one.contention.estimate == pytest.approx(other.contention.estimate, abs=1e-6)
    assert one.coherency.estimate == pytest.approx(other.coherency.estimate, abs=1e-6)


def test_speedups_that_fall_from_the_first_worker_on_are_fitted_too() -> None:
    found = fit([{count: 1 / count for count in COUNTS}], LEVEL)
    assert found.single.estimate > 0 and found.coherency.estimate >= 0


def test_no_fit_has_less_error_than_the_one_that_is_given() -> None:
    factors = dict(zip(COUNTS, (1, 1.05, 0.96, 1.02, 0.99), strict=True))
    noisy = {count: usl(count, 1.0, 0.08, 0.002) * by for count, by in factors.items()}
    found = fit([noisy], LEVEL)

    def error(single: float, contention: float, coherency: float) -> float:
        return sum(log(value / usl(count, single, contention, coherency)) ** 2 for count, value in noisy.items())

    best = (found.single.estimate, found.contention.estimate, found.coherency.estimate)
    for at in range(3):
        for by in (0.99, 1.01):
            assert error(*(value * by if index == at else value for index, value in enumerate(best))) >= error(*best)
