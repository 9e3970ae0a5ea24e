"""Least squares on problems whose answers are known, and against numpy's where the problem is linear."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.statistics.least_squares import inverse, minimise, normal_equations, solve

POINTS = [(float(x), 5 * exp(-0.7 * x)) for x in range(8)]
NUMBERS = st.floats(-10, 10)


def decay(parameters: Sequence[float], x: float) -> tuple[float, tuple[float, float]]:
    size, rate = parameters
    falling = exp(-rate * x)
    return size * falling, (falling, -size * x * falling)


def straight(parameters: Sequence[float], x: float) -> tuple[float, tuple[float, float]]:
    return parameters[0] + parameters[1] * x, (1.0, x)


def reciprocal(parameters: Sequence[float], x: float) -> tuple[float, tuple[float]]:
    """Defined for positive parameters only."""
    if parameters[0] <= 0:
        raise ValueError("negative")
    return x / parameters[0], (-x / parameters[0] ** 2,)


# Small systems


def test_a_system_that_needs_pivoting_is_solved() -> None:
    assert solve([[0.0, 2.0], [3.0, 1.0]], [4.0, 5.0]) == pytest.approx([1.0, 2.0])


def test_a_singular_system_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0])


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=3, max_size=3))
def test_systems_are_solved_and_inverted_as_by_numpy(rows: list[list[float]]) -> None:
    square = np.array(rows) @ np.array(rows).T + np.eye(3)  # symmetric and far from singular
    matrix = square.tolist()
    wanted = np.linalg.solve(square, [1, 2, 3]).tolist()
    assert solve(matrix, [1.0, 2.0, 3.0]) == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert np.array(inverse(matrix)) == pytest.approx(np.linalg.inv(square), rel=1e-6, abs=1e-9)


def test_the_normal_equations_are_sums_over_the_points() -> None:
    square, slope, total = normal_equations(straight, [1.0, 0.0], [(0.0, 1.0), (2.0, 4.0)])
    assert (square, slope, total) == ([[2.0, 2.0], [2.0, 4.0]], [3.0, 6.0], 9.0)


# Fits


def test_a_curve_is_found_from_a_distant_start() -> None:
    found, total = minimise(decay, [1.0, 0.1], POINTS)
    assert found == pytest.approx([5.0, 0.7], rel=1e-6)
    assert total == pytest.approx(0, abs=1e-12)


def test_steps_out_of_the_models_domain_are_shortened() -> None:
    found, _ = minimise(reciprocal, [9.0], [(x, x / 0.5) for x in (1.0, 2.0, 3.0, 4.0)])
    assert found == pytest.approx([0.5], rel=1e-6)


def test_a_start_that_is_the_answer_stays() -> None:
    found, total = minimise(decay, [5.0, 0.7], POINTS)
    assert found == pytest.approx([5.0, 0.7]) and total < 1e-24


def test_points_that_say_nothing_of_a_parameter_are_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        minimise(decay, [0.0, 1.0], POINTS)  # of a size of nothing no rate can be told


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8), st.floats(-50, 50), st.floats(-50, 50))
def test_a_linear_problem_is_solved_as_numpy_solves_it(ys: list[float], start: float, slope: float) -> None:
    found, total = minimise(straight, [start, slope], list(zip(map(float, range(8)), ys, strict=True)))
    terms = np.stack([np.ones(8), np.arange(8.0)], axis=1)
    wanted, squares, *_ = np.linalg.lstsq(terms, np.array(ys), rcond=None)
    assert found == pytest.approx(wanted.tolist(), rel=1e-6, abs=1e-6)
    assert total == pytest.approx(float(squares[0]), rel=1e-6, abs=1e-6)


@given(st.floats(0.5, 20), st.floats(0.05, 2))
def test_the_sum_of_squares_never_grows_from_the_start(size: float, rate: float) -> None:
    points = list(zip(map(float, range(8)), [5.0, 2.6, 1.2, 0.9, 0.1, 0.4, 0.0, 0.1], strict=True))
    before = sum((y - decay([size, rate], x)[0]) ** 2 for x, y in points)
    assert minimise(decay, [size, rate], points)[1] <= before
