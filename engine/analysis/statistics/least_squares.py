"""Least squares of a few parameters: the normal equations, and Levenberg's and Marquardt's damping on top.

By hand, because the command line installs without numpy, which alone would make it half as large again: three
parameters and some dozens of points need no more. The fit agrees with scipy's to eight digits (`test_usl`). Knows
numbers only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Matrix = list[list[float]]
Model = Callable[[Sequence[float], float], tuple[float, Sequence[float]]]
"""From parameters and x: the value and its derivatives by each parameter. Raises ValueError outside its domain."""

_ROUNDS = 200
_STILL = 1e-14


def solve(matrix: Matrix, right: Sequence[float]) -> list[float]:
    """The solution of a small linear system, by elimination with partial pivoting; ZeroDivisionError if singular."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for index in range(size):
            if index != column:
                factor = rows[index][column] / rows[column][column]
                rows[index] = [a - factor * b for a, b in zip(rows[index], rows[column], strict=True)]
    return [rows[index][size] / rows[index][index] for index in range(size)]


def inverse(matrix: Matrix) -> Matrix:
    """The inverse of a small symmetric matrix."""
    size = len(matrix)
    return [solve(matrix, [float(row == column) for row in range(size)]) for column in range(size)]


def normal_equations(
    model: Model, parameters: Sequence[float], points: Sequence[tuple[float, float]]
) -> tuple[Matrix, list[float], float]:
    """JᵀJ, Jᵀr and the sum of squared residuals r at these parameters."""
    size = len(parameters)
    square: Matrix = [[0.0] * size for _ in range(size)]
    slope = [0.0] * size
    total = 0.0
    for x, y in points:
        value, derivatives = model(parameters, x)
        residual = y - value
        total += residual * residual
        for row in range(size):
            slope[row] += derivatives[row] * residual
            for column in range(size):
                square[row][column] += derivatives[row] * derivatives[column]
    return square, slope, total


def minimise(
    model: Model, start: Sequence[float], points: Sequence[tuple[float, float]]
) -> tuple[list[float], float]:
    """The parameters with the least sum of squares near `start`, and that sum.

    Source: D. Marquardt, An algorithm for least-squares estimation of nonlinear parameters, SIAM 1963:
    the diagonal of JᵀJ is raised by a factor that falls after a good step and grows after a bad one.
    """
    parameters, damping = list(start), 1e-3
    square, slope, total = normal_equations(model, parameters, points)
    for _ in range(_ROUNDS):
        damped = [
            [value * (1 + damping) if row == column else value for column, value in enumerate(values)]
            for row, values in enumerate(square)
        ]
        step = solve(damped, slope)
        tried = [value + change for value, change in zip(parameters, step, strict=True)]
        try:
            new = normal_equations(model, tried, points)
        except ValueError:
            # The step left the model's domain: a shorter one is tried, as after any bad step.
            damping *= 10
            continue
        if new[2] > total:
            damping *= 10
            if damping > 1e12:
                break
            continue
        gained = total - new[2]
        parameters, (square, slope, total) = tried, new
        damping = max(damping / 10, 1e-12)
        if gained <= _STILL * total or total < 1e-28:
            break
    return parameters, total
