"""Nonlinear least squares of a few parameters: Levenberg's and Marquardt's damping around numpy's linear algebra.

numpy has no nonlinear fit, and scipy's is a hundred times heavier to import than this is to read. Knows numbers only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Model = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""From parameters and every x: the values, and their derivatives, a row for each x and a column for each parameter.
Raises ValueError outside its domain."""

_ROUNDS = 200
_STILL = 1e-14
_SOLVED = 1e-28
_HOPELESS = 1e12


def minimise(model: Model, start: Sequence[float], x: Floats, y: Floats) -> tuple[Floats, float]:
    """The parameters with the least sum of squares near `start`, and that sum.

    Source: D. Marquardt, An algorithm for least-squares estimation of nonlinear parameters, SIAM 1963:
    the diagonal of JᵀJ is raised by a factor that falls after a good step and grows after a bad one.
    Raises numpy.linalg.LinAlgError where the points say nothing of a parameter.
    """
    parameters, damping = np.array(start, dtype=float), 1e-3
    square, slope, total = _normal_equations(model, parameters, x, y)
    for _ in range(_ROUNDS):
        step = np.linalg.solve(square + damping * np.diag(np.diag(square)), slope)
        try:
            new = _normal_equations(model, parameters + step, x, y)
        except ValueError:  # the step left the model's domain: a shorter one is tried, as after any bad step
            damping *= 10
            continue
        if new[2] > total:
            damping *= 10
            if damping > _HOPELESS:
                break
            continue
        gained, parameters = total - new[2], parameters + step
        square, slope, total = new
        damping = max(damping / 10, 1e-12)
        if gained <= _STILL * total or total < _SOLVED:
            break
    return parameters, total


def standard_errors(model: Model, parameters: Floats, x: Floats) -> Floats:
    """Each parameter's standard error, for residuals of variance 1: the root of the diagonal of (JᵀJ)⁻¹."""
    jacobian = model(parameters, x)[1]
    return np.sqrt(np.maximum(0.0, np.diag(np.linalg.inv(jacobian.T @ jacobian))))


def _normal_equations(model: Model, parameters: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, float]:
    """JᵀJ, Jᵀr and the sum of squared residuals r at these parameters."""
    values, jacobian = model(parameters, x)
    residuals = y - values
    return jacobian.T @ jacobian, jacobian.T @ residuals, float(residuals @ residuals)
