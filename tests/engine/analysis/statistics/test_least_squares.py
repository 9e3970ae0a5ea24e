"""Least squares on problems whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import pytest

from engine.analysis.statistics.least_squares import inverse, minimise, solve


def test_a_system_that_needs_pivoting_is_solved() -> None:
    assert solve([[0.0, 2.0], [3.0, 1.0]], [4.0, 5.0]) == pytest.approx([1.0, 2.0])


def test_a_singular_system_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0])


def test_a_matrix_times_its_inverse_is_one() -> None:
    matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]
    turned = inverse(matrix)
    product = [[sum(matrix[i][k] * turned[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
    assert [value for row in product for value in row] == pytest.approx([1, 0, 0, 0, 1, 0, 0, 0, 1], abs=1e-12)


def test_a_curve_is_found_from_a_distant_start() -> None:
    def decay(parameters: Sequence[float], x: float) -> tuple[float, tuple[float, float]]:
        size, rate = parameters
        return size * exp(-rate * x), (exp(-rate * x), -size * x * exp(-rate * x))

    found, total = minimise(decay, [1.0, 0.1], [(x, 5 * exp(-0.7 * x)) for x in range(8)])
    assert found == pytest.approx([5.0, 0.7], rel=1e-6)
    assert total == pytest.approx(0, abs=1e-12)


def test_steps_out_of_the_models_domain_are_shortened() -> None:
    def bounded(parameters: Sequence[float], x: float) -> tuple[float, tuple[float]]:
        if parameters[0] <= 0:
            raise ValueError("negative")
        return x / parameters[0], (-x / parameters[0] ** 2,)

    found, _ = minimise(bounded, [9.0], [(x, x / 0.5) for x in range(1, 5)])
    assert found == pytest.approx([0.5], rel=1e-6)
