"""The median of some repeats with an interval that assumes no distribution, and when two of them differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from statistics import median
from typing import Literal

from engine.lab.model import Point

LEVEL = 0.95
Judgement = Literal["more", "less", "same"]
UNCLEAR = "The intervals are too wide to tell; measure again on an idle machine, or carefully"


def median_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float, float, float]:
    """(median, low, high, coverage) from order statistics: the narrowest symmetric pair that covers `level`.

    The k-th smallest and the k-th largest of n values hold the distribution's median between them with
    probability 1 - 2 P(B < k), B binomial(n, 1/2) (David and Nagaraja, Order Statistics, 7.1). Fewer than six values
    cannot reach 0.95: then the coverage of smallest to largest is given as it is. Raises ValueError for no values.
    """
    if not values:
        raise ValueError("a median needs at least one value")
    ordered = sorted(values)
    count = len(ordered)
    rank, coverage = 1, _coverage(count, 1)
    while rank < (count + 1) // 2 and (tighter := _coverage(count, rank + 1)) >= level:
        rank, coverage = rank + 1, tighter
    return median(ordered), ordered[rank - 1], ordered[-rank], coverage


def _coverage(count: int, rank: int) -> float:
    tail: float = sum(comb(count, below) for below in range(rank)) / 2**count
    return max(0.0, 1 - 2 * tail)


def against(one: Point, other: Point, factor: float = 1.5) -> Judgement | None:
    """How `one` compares with `other`: more or less by at least `factor` with intervals that are apart, or the same.

    The same means that the medians are within the factor; None, that they are not, but the intervals overlap.
    """
    if other.median <= 0 or one.median <= 0:
        return "same" if one.median == other.median else "more" if one.median > other.median else "less"
    ratio = one.median / other.median
    if 1 / factor < ratio < factor:
        return "same"
    if ratio >= factor:
        return "more" if one.low > other.high else None
    return "less" if one.high < other.low else None
