"""What people use instead, on the same trials as calibration.py gives to our verdict.

Each takes the samples of one comparison and gives which configurations it says differ from the baseline, and the winner
that its reader would take home: the configuration that looks fastest, if it is said to be faster than the baseline.
None of them corrects for how many configurations were looked at, and none pairs by block: that is how they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import comb, sqrt
from statistics import fmean, median, variance

from engine.analysis.statistics.student import two_sided_p
from engine.analysis.trials import TimedTrial
from engine.model import Configuration

LEVEL = 0.05
Times = Mapping[Configuration, Sequence[float]]


def times_of(samples: Sequence[TimedTrial]) -> dict[Configuration, list[float]]:
    """Wall times by the clock of each configuration."""
    found: dict[Configuration, list[float]] = {}
    for sample in samples:
        found.setdefault(sample.configuration, []).append(sample.wall_s)
    return found


@cache
def _arrangements(first: int, second: int, u: int) -> int:
    """In how many orders of `first` and `second` values exactly `u` pairs have the second one before."""
    if u < 0:
        return 0
    if first == 0 or second == 0:
        return int(u == 0)
    return _arrangements(first - 1, second, u - second) + _arrangements(first, second - 1, u)


def u_test_p(one: Sequence[float], other: Sequence[float]) -> float:
    """Mann's and Whitney's exact two-sided p-value, as benchstat computes it; ties count half and are not corrected."""
    below = sum((a > b) + 0.5 * (a == b) for a in one for b in other)
    least = int(min(below, len(one) * len(other) - below))
    tail = sum(_arrangements(len(one), len(other), u) for u in range(least + 1))
    return min(1.0, 2 * tail / comb(len(one) + len(other), len(one)))


def welch_p(one: Sequence[float], other: Sequence[float]) -> float:
    """Welch's two-sided p-value."""
    parts = variance(one) / len(one), variance(other) / len(other)
    if sum(parts) <= 0:
        return float(fmean(one) == fmean(other))
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(other) - 1))
    return two_sided_p((fmean(one) - fmean(other)) / sqrt(sum(parts)), freedom)


Claims = tuple[set[Configuration], Configuration | None]


def _tested(
    p_value: Callable[[Sequence[float], Sequence[float]], float], centre: Callable[[Sequence[float]], float]
) -> Callable[[Sequence[TimedTrial], Configuration], Claims]:
    def claims(samples: Sequence[TimedTrial], baseline: Configuration) -> Claims:
        times = times_of(samples)
        base = times.pop(baseline)
        differing = {one for one, found in times.items() if p_value(found, base) < LEVEL}
        best = min(times, key=lambda one: centre(times[one]))
        return differing, best if best in differing and centre(times[best]) < centre(base) else None

    return claims


def min_of_k(samples: Sequence[TimedTrial], baseline: Configuration, margin: float = 0.03) -> Claims:
    """timeit's advice: the least of the repeats counts; here with the 3% that our verdict asks for."""
    least = {one: min(found) for one, found in times_of(samples).items()}
    base = least.pop(baseline)
    differing = {one for one, value in least.items() if not 1 / (1 + margin) <= value / base <= 1 + margin}
    best = min(least, key=lambda one: least[one])
    return differing, best if best in differing and least[best] < base else None


PEERS: dict[str, Callable[[Sequence[TimedTrial], Configuration], Claims]] = {
    "benchstat (U test)": _tested(u_test_p, median),
    "Welch": _tested(welch_p, fmean),
    "min of k": min_of_k,
}
