"""Student's t and Holm's correction against published tables."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.statistics.student import critical_t, f_test_p, holm, mean_and_sd, two_sided_p

FREEDOM = st.floats(1, 500)


@pytest.mark.parametrize(
    ("level", "freedom", "expected"),
    [(0.05, 1, 12.706), (0.05, 2, 4.303), (0.05, 4, 2.776), (0.01, 9, 3.250), (0.001, 30, 3.646), (0.05, 1000, 1.962)],
)
def test_critical_values_are_those_of_the_printed_tables(level: float, freedom: int, expected: float) -> None:
    assert critical_t(level, freedom) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("t", [0.01, 0.5, 2.0, 15.9, 1000.0])
def test_one_degree_of_freedom_is_the_cauchy_distribution(t: float) -> None:
    assert two_sided_p(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), rel=1e-9)


def test_many_degrees_of_freedom_are_the_normal_distribution() -> None:
    assert two_sided_p(1.5, 1e7) == pytest.approx(math.erfc(1.5 / math.sqrt(2)), rel=1e-5)


def test_a_critical_value_and_its_probability_are_inverses() -> None:
    for freedom in (1, 2, 3.7, 9, 200):
        for level in (0.04, 0.04 / 15, 1e-6):
            assert two_sided_p(critical_t(level, freedom), freedom) == pytest.approx(level, rel=1e-9)


def test_the_probability_is_one_at_zero_and_zero_at_infinity() -> None:
    assert two_sided_p(0, 4) == 1
    assert two_sided_p(math.inf, 4) == 0


def test_a_level_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        critical_t(1.0, 4)


def test_holm_multiplies_by_the_number_left_and_never_decreases() -> None:
    # The example of Holm's procedure worked by hand: 0.01 × 4, 0.03 × 3 -> lifted, 0.04 × 2, 0.005 first.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
    assert holm([0.7, 0.9]) == (1.0, 1.0)


def test_the_deviation_of_one_value_is_zero_and_of_more_divides_by_n_less_one() -> None:
    assert mean_and_sd([3.0]) == (3.0, 0.0)
    assert mean_and_sd([1.0, 3.0]) == pytest.approx((2.0, math.sqrt(2)))


@pytest.mark.parametrize(
    ("f", "above", "below", "p"),
    [(4.0, 1, 12, 0.068655), (3.0, 2, 8, 0.1066222), (10.0, 5, 20, 6.552183e-5), (0.0, 3, 9, 1.0)],
)
def test_fishers_f_agrees_with_scipy(f: float, above: float, below: float, p: float) -> None:
    assert f_test_p(f, above, below) == pytest.approx(p, rel=1e-5)


# What holds for every number


@given(FREEDOM, st.floats(0, 50), st.floats(0, 50))
def test_a_larger_t_is_less_likely(freedom: float, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert 0 <= two_sided_p(large, freedom) <= two_sided_p(small, freedom) <= 1


@given(FREEDOM, st.floats(1e-9, 0.999))
def test_a_critical_value_has_just_its_probability(freedom: float, level: float) -> None:
    assert two_sided_p(critical_t(level, freedom), freedom) == pytest.approx(level, rel=1e-8)


@given(st.floats(1, 200), st.floats(1.001, 100))
def test_more_degrees_of_freedom_need_less(freedom: float, factor: float) -> None:
    assert critical_t(0.04, freedom * factor) <= critical_t(0.04, freedom) * (1 + 1e-9)


@given(FREEDOM, st.floats(0, 30))
def test_a_square_of_t_is_an_f_of_one_degree_of_freedom(freedom: float, t: float) -> None:
    assert f_test_p(t * t, 1, freedom) == pytest.approx(two_sided_p(t, freedom), rel=1e-7, abs=1e-12)


@given(st.floats(0.01, 100), st.floats(1, 60), st.floats(1, 60))
def test_an_f_and_its_reciprocal_share_one(f: float, above: float, below: float) -> None:
    assert f_test_p(f, above, below) + f_test_p(1 / f, below, above) == pytest.approx(1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_only_raises_keeps_the_order_and_multiplies_the_least_by_all(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    assert [adjusted[index] for index in ranked] == sorted(adjusted)
    assert adjusted[ranked[0]] == pytest.approx(min(1.0, len(p_values) * p_values[ranked[0]]))


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_mean_and_deviation_are_those_of_the_library(values: list[float]) -> None:
    mean, deviation = mean_and_sd(values)
    assert mean == pytest.approx(statistics.mean(values), abs=1e-9)
    assert deviation == pytest.approx(statistics.stdev(values), rel=1e-9, abs=1e-9)
