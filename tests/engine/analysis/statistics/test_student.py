"""Student's t and Holm's correction against published tables."""

from __future__ import annotations

import math

import pytest

from engine.analysis.statistics.student import critical_t, f_test_p, holm, mean_and_sd, two_sided_p


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
