"""How speed grows with workers: Gunther's Universal Scalability Law fitted to measured speedups.

    S(N) = λ · N / (1 + σ (N - 1) + κ N (N - 1))

λ is one worker's speed against the baseline, σ the share of work that takes turns (contention), κ the
cost of agreeing with each other (coherency). κ = 0 is Amdahl's law. Source: N. Gunther, Guerrilla
Capacity Planning (2007), chapter 4. Fitted on logarithms, because the noise of wall times multiplies.
Stands above `speedup` and `least_squares`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, log, sqrt

from engine.analysis import words
from engine.analysis.least_squares import Matrix, inverse, minimise, normal_equations, solve
from engine.analysis.samples import Sample, configurations, log_walls
from engine.analysis.speedup import LEVEL, MARGIN, WIDEST
from engine.analysis.student import critical_t, mean_and_sd
from engine.model import Configuration

LEAST_COUNTS = 4
"""Three parameters pass through any three points, so three worker counts test nothing."""
MISFIT = 0.10
ZERO = 1e-9
"""A κ below this changes no speedup at any worker count that this product runs."""

Curve = Mapping[int, float]
"""One block: worker count -> speedup against the baseline."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An estimate with its interval; the three parameters' intervals hold together at the verdict's level."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scaling:
    """The fit, or the reason why there is none: then the parameters are None.

    `amdahl` says that κ is 0 in the fit. `recommended_workers` lies inside the measured range. `peak_workers`
    is where the curve turns down, None when that is not inside the range. `misfit` is the largest
    distance between the curve and a measured mean, as a fraction.
    """

    counts: tuple[int, ...]
    single: Parameter | None
    contention: Parameter | None
    coherency: Parameter | None
    amdahl: bool
    recommended_workers: int | None
    peak_workers: float | None
    misfit: float | None
    sentence: str

    def speedup(self, workers: float) -> float:
        """The fitted speedup, for drawing. Raises ValueError where nothing was fitted."""
        if self.single is None or self.contention is None or self.coherency is None:
            raise ValueError("there is no fit to evaluate")
        return usl(workers, self.single.estimate, self.contention.estimate, self.coherency.estimate)


def usl(workers: float, single: float, contention: float, coherency: float) -> float:
    """The law itself, see the module's head."""
    return single * workers / (1 + contention * (workers - 1) + coherency * workers * (workers - 1))


def curves_of(samples: Sequence[Sample], baseline: Configuration, like: Configuration) -> list[Curve]:
    """For each block, the speedups of every worker count that differs from `like` in nothing else."""
    kind = (like.executor, like.start_method, like.chunk, like.python)
    family = [
        one for one in configurations(samples) if (one.executor, one.start_method, one.chunk, one.python) == kind
    ]
    walls = log_walls(samples)
    return [
        {one.workers: exp(base - walls[one][block]) for one in family if block in walls[one]}
        for block, base in sorted(walls.get(baseline, {}).items())
    ]


def scaling(curves: Sequence[Curve], level: float = LEVEL, margin: float = MARGIN) -> Scaling:
    """Fit the law to whole blocks: those that hold every worker count that any block holds."""
    counts = tuple(sorted({count for curve in curves for count in curve}))
    whole = [curve for curve in curves if set(curve) == set(counts)]
    if len(counts) < LEAST_COUNTS or not whole:
        return _not_enough(counts)
    points, levels = _without_block_effects(whole)
    # A block's level is a parameter of its own: what slows a block as a whole is no scaling.
    freedom = len(points) - 3 - (len(whole) - 1)
    free, total = minimise(_model, _start(points), points)
    best = _inside(points, free)
    spread = sqrt(total / freedom)
    reach = critical_t(level / 3, freedom) * spread
    errors = _standard_errors(normal_equations(_model, free, points)[0])
    single_reach = min(WIDEST, hypot(reach * errors[0], _reach_of_mean(levels, level / 3)))
    single = _parameter(exp(best[0]), exp(free[0] - single_reach), exp(free[0] + single_reach))
    contention = _parameter(best[1], free[1] - reach * errors[1], free[1] + reach * errors[1])
    coherency = _parameter(best[2], free[2] - reach * errors[2], free[2] + reach * errors[2])
    return _described(counts, points, single, contention, coherency, margin)


def _described(
    counts: tuple[int, ...],
    points: Sequence[tuple[float, float]],
    single: Parameter,
    contention: Parameter,
    coherency: Parameter,
    margin: float,
) -> Scaling:
    values = (single.estimate, contention.estimate, coherency.estimate)
    inside = {count: usl(count, *values) for count in range(counts[0], counts[-1] + 1)}
    recommended = next(count for count, speed in inside.items() if speed * (1 + margin) >= max(inside.values()))
    peak = sqrt(max(0.0, 1 - contention.estimate) / coherency.estimate) if coherency.estimate > 0 else None
    peak = peak if peak is not None and counts[0] <= peak <= counts[-1] else None
    means = {count: [y for x, y in points if x == count] for count in counts}
    misfit = max(abs(exp(sum(ys) / len(ys)) / inside[count] - 1) for count, ys in means.items())
    amdahl = coherency.estimate < ZERO
    return Scaling(
        counts, single, contention, coherency, amdahl, recommended, peak, misfit,
        _sentence(counts, contention, coherency, amdahl, recommended, peak, misfit),
    )


def _sentence(
    counts: tuple[int, ...], contention: Parameter, coherency: Parameter, amdahl: bool,
    recommended: int, peak: float | None, misfit: float,
) -> str:
    share = _range(contention)
    text = (
        f"Fitted: {share} of the work takes turns and κ = 0, which is Amdahl's law."
        if amdahl else
        f"Fitted: {share} of the work takes turns, κ = {coherency.estimate:.2g}"
        f" ({coherency.low:.2g}–{coherency.high:.2g})"
        + (", which cannot be told from 0 (Amdahl's law)." if coherency.low == 0 else ".")
    )
    text += f" {words.count(recommended, ('worker', 'workers'))} " + (
        "is" if recommended == 1 else "are"
    ) + f" enough within {counts[0]} to {counts[-1]}, the range measured"
    text += f"; beyond about {peak:.0f} more make it slower." if peak is not None else "."
    if misfit > MISFIT:
        text += f" The curve misses a measured point by {words.percent(misfit)}: trust the points, not the parameters."
    return text


def _range(parameter: Parameter) -> str:
    low, high = words.percent(parameter.low).rstrip("%"), words.percent(parameter.high)
    return f"{words.percent(parameter.estimate)} ({low}–{high})"


def _not_enough(counts: tuple[int, ...]) -> Scaling:
    return Scaling(
        counts, None, None, None, False, None, None, None,
        f"Not enough points: {words.count(len(counts), ('worker count was', 'worker counts were'))} measured in whole "
        f"blocks, and the scaling law needs {LEAST_COUNTS}.",
    )


def _without_block_effects(whole: Sequence[Curve]) -> tuple[list[tuple[float, float]], list[float]]:
    """All points on a logarithmic scale with each block moved to the mean level, and the levels."""
    logs = [{count: log(value) for count, value in curve.items()} for curve in whole]
    levels = [sum(block.values()) / len(block) for block in logs]
    grand = sum(levels) / len(levels)
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


def _start(points: Sequence[tuple[float, float]]) -> list[float]:
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


def _inside(points: Sequence[tuple[float, float]], free: Sequence[float]) -> tuple[float, float, float]:
    """The best parameters with σ and κ not below 0: the free ones, or the best where the negative ones are 0."""
    if free[1] >= 0 and free[2] >= 0:
        return free[0], free[1], free[2]
    level = sum(y - log(x) for x, y in points) / len(points)
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
