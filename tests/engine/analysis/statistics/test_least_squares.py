"""Least squares on problems whose answers are known, and against numpy's where the problem is linear."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.statistics.least_squares import Floats, minimise, standard_errors

X = np.arange(8.0)


def decay(parameters: Floats, x: Floats) -> tuple[Floats, Floats]:
    size, rate = parameters
    falling = np.exp(-rate * x)
    return size * falling, np.stack([falling, -size * x * falling], axis=1)


def straight(parameters: Floats, x: Floats) -> tuple[Floats, Floats]:
    terms = np.stack([np.ones_like(x), x], axis=1)
    return terms @ parameters, terms


def reciprocal(parameters: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Defined for positive parameters only."""
    (divisor,) = parameters
    if divisor <= 0:
        raise ValueError("negative")
    return x / divisor, (-x / divisor**2)[:, None]


def test_a_curve_is_found_from_a_distant_start() -> None:
    found, total = minimise(decay, [1.0, 0.1], X, 5 * np.exp(-0.7 * X))
    assert found == pytest.approx([5.0, 0.7], rel=1e-6)
    assert total == pytest.approx(0, abs=1e-12)


def test_steps_out_of_the_models_domain_are_shortened() -> None:
    found, _ = minimise(reciprocal, [9.0], X[1:], X[1:] / 0.5)
    assert found == pytest.approx([0.5], rel=1e-6)


def test_a_start_that_is_the_answer_stays() -> None:
    found, total = minimise(decay, [5.0, 0.7], X, 5 * np.exp(-0.7 * X))
    assert found == pytest.approx([5.0, 0.7]) and total < 1e-24


def test_points_that_say_nothing_of_a_parameter_are_an_error() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        minimise(decay, [0.0, 1.0], X, np.ones_like(X))  # of a size of nothing no rate can be told


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8), st.floats(-50, 50), st.floats(-50, 50))
def test_a_linear_problem_is_solved_as_numpy_solves_it(y: list[float], start: float, slope: float) -> None:
    found, total = minimise(straight, [start, slope], X, np.array(y))
    wanted, squares, *_ = np.linalg.lstsq(straight(np.zeros(2), X)[1], np.array(y), rcond=None)
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    assert total == pytest.approx(squares[0], rel=1e-6, abs=1e-6)


@given(st.floats(0.5, 20), st.floats(0.05, 2))
def test_the_sum_of_squares_never_grows_from_the_start(size: float, rate: float) -> None:
    y = np.array([5.0, 2.6, 1.2, 0.9, 0.1, 0.4, 0.0, 0.1])
    before = float(np.sum((y - decay(np.array([size, rate]), X)[0]) ** 2))
    assert minimise(decay, [size, rate], X, y)[1] <= before


def test_a_lines_standard_errors_are_those_of_the_textbook() -> None:
    # Of the slope 1 / √Σ(x - mean)², of the intercept √(1/n + mean² / Σ(x - mean)²), for residuals of variance 1.
    around = float(np.sum((X - X.mean()) ** 2))
    found = standard_errors(straight, np.zeros(2), X)
    assert found == pytest.approx([(1 / 8 + X.mean() ** 2 / around) ** 0.5, around**-0.5])
