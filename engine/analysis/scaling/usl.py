"""Gunther's Universal Scalability Law, fitted by least squares to blocks of speedups.

    S(N) = λ · N / (1 + σ (N - 1) + κ N (N - 1))

λ is one worker's speed against the baseline, σ the share of work that takes turns (contention), κ the
cost of agreeing with each other (coherency). κ = 0 is Amdahl's law. Source: N. Gunther, Guerrilla
Capacity Planning (2007), chapter 4. The estimator is least squares of logarithms, because the noise of wall times
multiplies; published fits often minimise the squares of the speeds themselves, which weighs the fast points more and
gives somewhat other parameters. Whether the law describes the points at all is tested (`lack_of_fit`).
Stands above `least_squares` and `student`, below `scaling`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import erfc, exp, hypot, log, sqrt
from statistics import fmean

from engine.analysis.statistics.least_squares import Matrix, inverse, minimise, normal_equations, solve
from engine.analysis.statistics.ratio import WIDEST
from engine.analysis.statistics.student import critical_t, f_test_p, mean_and_sd

MISSES = 0.02
"""Below this p-value the law does not describe the points, and its intervals are widened."""
LEAST_FOR_CORRELATION = 8
"""Fewer worker counts than this say nothing of how residuals correlate."""
Curve = Mapping[int, float]
"""One block: worker count -> speedup against the baseline."""
Points = Sequence[tuple[float, float]]
"""Worker count and the logarithm of the speedup."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An estimate with its interval; the three parameters' intervals hold together at the verdict's level."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The three parameters, and the points that they were fitted to, freed from their blocks' levels.

    `lack_of_fit_p` is the p-value of the law's describing them, None where that cannot be tested; `correlation` is that
    of residuals with their neighbours', by worker count. The intervals are widened where the law misses.
    """

    single: Parameter
    contention: Parameter
    coherency: Parameter
    points: tuple[tuple[float, float], ...]
    lack_of_fit_p: float | None = None
    correlation: float | None = None

    @property
    def misses(self) -> bool:
        """Whether the points speak against the law."""
        return self.lack_of_fit_p is not None and self.lack_of_fit_p < MISSES


def usl(workers: float, single: float, contention: float, coherency: float) -> float:
    """The law itself, see the head of this module."""
    return single * workers / (1 + contention * (workers - 1) + coherency * workers * (workers - 1))


def fit(whole: Sequence[Curve], level: float) -> Fit:
    """Fit the law to blocks that all hold the same four or more worker counts."""
    points, levels = _without_block_effects(whole)
    # A block's level is a parameter of its own: what slows a block as a whole is no scaling.
    freedom: float = len(points) - 3 - (len(whole) - 1)
    free, total = minimise(_model, _start(points), points)
    best = _inside(points, free)
    missing, correlation = lack_of_fit(points, free, len(whole))
    variance = total / freedom
    if missing is not None and missing.p < MISSES:
        variance, freedom = max(variance, missing.variance), missing.freedom
    reach = critical_t(level / 3, freedom) * sqrt(variance)
    errors = _standard_errors(normal_equations(_model, free, points)[0])
    single_reach = min(WIDEST, hypot(reach * errors[0], _reach_of_mean(levels, level / 3)))
    return Fit(
        _parameter(exp(best[0]), exp(free[0] - single_reach), exp(free[0] + single_reach)),
        _parameter(best[1], free[1] - reach * errors[1], free[1] + reach * errors[1]),
        _parameter(best[2], free[2] - reach * errors[2], free[2] + reach * errors[2]),
        tuple(points),
        None if missing is None else missing.p,
        correlation,
    )


@dataclass(frozen=True, slots=True)
class Misfit:
    """The test of the law: its p-value, and the variance and degrees of freedom that intervals need where it fails."""

    p: float
    variance: float
    freedom: float


def lack_of_fit(points: Points, free: Sequence[float], blocks: int) -> tuple[Misfit | None, float | None]:
    """Whether the law describes the points, and how residuals correlate with their neighbours'.

    With repeats: Fisher's F of what the law leaves of each worker count's mean against what repeats differ by (pure
    error). Without: the residuals' first autocorrelation against its standard error 1/√n; the variance is then
    that of correlated residuals, whose number in effect is n (1 − r) / (1 + r).
    """
    left: dict[float, list[float]] = {}
    for workers, y in points:
        left.setdefault(workers, []).append(y - _model(free, workers)[0])
    means = [fmean(values) for _, values in sorted(left.items())]
    squares, correlation = sum(mean * mean for mean in means), _autocorrelation(means)
    counts = len(means)
    if squares < 1e-20 or counts < 4:
        return None, correlation
    if blocks > 1:
        within = [mean_and_sd(values)[1] ** 2 * (blocks - 1) for values in left.values()]
        freedom = (blocks - 1) * (counts - 1)
        missed, pure = blocks * squares / (counts - 3), sum(within) / freedom
        p = f_test_p(missed / pure, counts - 3, freedom) if pure > 0 else 0.0
        return Misfit(p, missed, counts - 3), correlation
    if counts < LEAST_FOR_CORRELATION or correlation is None:
        return None, correlation
    # Three parameters make neighbours look less alike than they are, so this errs on the side of "describes".
    p = erfc(max(0.0, correlation) * sqrt(counts) / sqrt(2))
    together = (1 + correlation) / (1 - correlation)
    return Misfit(p, squares / (counts - 3) * together, max(1.0, counts / together - 3)), correlation


def _autocorrelation(values: Sequence[float]) -> float | None:
    """The first autocorrelation, at most 0.95; None for values that do not vary."""
    total = sum(value * value for value in values)
    if total <= 0:
        return None
    return min(0.95, sum(one * after for one, after in pairwise(values)) / total)


def _without_block_effects(whole: Sequence[Curve]) -> tuple[list[tuple[float, float]], list[float]]:
    """All points on a logarithmic scale with each block moved to the mean level, and the levels."""
    logs = [{count: log(value) for count, value in curve.items()} for curve in whole]
    levels = [fmean(block.values()) for block in logs]
    grand = fmean(levels)
    points = [
        (float(count), value - level + grand)
        for block, level in zip(logs, levels, strict=True)
        for count, value in sorted(block.items())
    ]
    return points, levels


def _reach_of_mean(levels: Sequence[float], level: float) -> float:
    """Half the interval of the blocks' mean level: it belongs to λ alone."""
    if len(levels) < 2:
        return 0.0
    return critical_t(level, len(levels) - 1) * mean_and_sd(levels)[1] / sqrt(len(levels))


def _model(parameters: Sequence[float], workers: float) -> tuple[float, tuple[float, ...]]:
    level, contention, coherency = (*parameters, 0.0)[:3]
    ones, pairs = workers - 1, workers * (workers - 1)
    below = 1 + contention * ones + coherency * pairs
    if below <= 0:
        raise ValueError("these parameters give no positive speedup")
    return level + log(workers) - log(below), (1.0, -ones / below, -pairs / below)[: len(parameters)]


def _without_contention(parameters: Sequence[float], workers: float) -> tuple[float, tuple[float, ...]]:
    """σ = 0: only κ is left beside the level."""
    value, derivatives = _model((parameters[0], 0.0, parameters[1]), workers)
    return value, (derivatives[0], derivatives[2])


def _start(points: Points) -> list[float]:
    """N / S = (1 + σ(N-1) + κN(N-1)) / λ is linear: solved with relative weights, it starts the fit."""
    square: Matrix = [[0.0] * 3 for _ in range(3)]
    right = [0.0] * 3
    for workers, y in points:
        z = workers / exp(y)
        terms = (1.0, workers - 1, workers * (workers - 1))
        for row in range(3):
            right[row] += terms[row] / z
            for column in range(3):
                square[row][column] += terms[row] * terms[column] / (z * z)
    base, ones, pairs = solve(square, right)
    if base <= 0:
        return [points[0][1] - log(points[0][0]), 0.1, 0.0]
    start = [-log(base), ones / base, pairs / base]
    try:
        for workers, _ in points:
            _model(start, workers)
    except ValueError:
        return [points[0][1] - log(points[0][0]), 0.1, 0.0]
    return start


def _inside(points: Points, free: Sequence[float]) -> tuple[float, float, float]:
    """The best parameters with σ and κ not below 0: the free ones, or the best where the negative ones are 0."""
    if free[1] >= 0 and free[2] >= 0:
        return free[0], free[1], free[2]
    level = fmean(y - log(x) for x, y in points)
    found = [(sum((y - log(x) - level) ** 2 for x, y in points), (level, 0.0, 0.0))]
    if free[2] < 0:
        amdahl, total = minimise(_model, [free[0], max(0.0, free[1])], points)
        if amdahl[1] >= 0:
            found.append((total, (amdahl[0], amdahl[1], 0.0)))
    if free[1] < 0:
        coherent, total = minimise(_without_contention, [free[0], max(0.0, free[2])], points)
        if coherent[1] >= 0:
            found.append((total, (coherent[0], 0.0, coherent[1])))
    return min(found)[1]


def _standard_errors(square: Matrix) -> list[float]:
    covariance = inverse(square)
    return [sqrt(max(0.0, covariance[index][index])) for index in range(3)]


def _parameter(estimate: float, low: float, high: float) -> Parameter:
    """Neither σ nor κ can be negative, so intervals are cut at 0; the boundary estimate belongs to its interval."""
    return Parameter(estimate, max(0.0, min(low, estimate)), max(high, estimate))
