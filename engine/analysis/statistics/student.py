"""Student's t distribution and Holm's correction: what the verdict's intervals are made of.

The lowest module of the analysis; it knows numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, sqrt
from statistics import fmean

_STEPS = 300
_PRECISION = 1e-14
_TINY = 1e-300


def two_sided_p(t: float, freedom: float) -> float:
    """The probability that |T| exceeds |t| for Student's t with `freedom` degrees of freedom.

    P = I_x(freedom/2, 1/2) with x = freedom / (freedom + t²) (Abramowitz and Stegun 26.7.1 with 26.5.27).
    """
    if t in (inf, -inf):
        return 0.0
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def f_test_p(f: float, above: float, below: float) -> float:
    """The probability that Fisher's F with these degrees of freedom (numerator, denominator) exceeds `f`.

    Abramowitz and Stegun 26.6.2.
    """
    if f <= 0:
        return 1.0
    return _incomplete_beta(below / 2, above / 2, below / (below + above * f))


@lru_cache(maxsize=16384)
def critical_t(level: float, freedom: float) -> float:
    """The t that |T| exceeds with probability `level`: 2.776 for 0.05 and 4 degrees of freedom."""
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")
    low, high = 0.0, 1.0
    while two_sided_p(high, freedom) > level:
        low, high = high, high * 2
    while high - low > 1e-11 * high:
        middle = (low + high) / 2
        if two_sided_p(middle, freedom) > level:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values, in the order given: compare each with the level itself.

    Source: S. Holm, A simple sequentially rejective multiple test procedure,
    Scandinavian Journal of Statistics 6 (1979). It holds whatever the dependence between the tests.
    """
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) (DLMF 8.17)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    # The continued fraction converges fast below this point; above it the symmetry 8.17.4 is used.
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1.0 - front * _continued_fraction(b, a, 1 - x) / b


def _continued_fraction(a: float, b: float, x: float) -> float:
    """DLMF 8.17.22 by Lentz's method (Thompson and Barnett 1986)."""
    c, d = 1.0, 1.0 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _not_zero(1 + numerator * d)
            c = _not_zero(1 + numerator / c)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _not_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY


def mean_and_sd(values: Sequence[float]) -> tuple[float, float]:
    """The mean and the sample standard deviation (n - 1); the deviation of one value is 0.

    `statistics.stdev` sums fractions exactly, which takes forty times as long; a simulation calls this a million
    times.
    """
    mean = fmean(values)
    if len(values) < 2:
        return mean, 0.0
    return mean, sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
