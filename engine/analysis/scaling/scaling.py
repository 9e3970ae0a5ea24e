"""How speed grows with workers: the scaling law's fit in words, and the worker count that it recommends.

Stands above `usl` and `trials`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt
from statistics import fmean

from engine.analysis.scaling.usl import Curve, Fit, Parameter, fit, usl
from engine.analysis.statistics.ratio import LEVEL
from engine.analysis.statistics.speedup import MARGIN
from engine.analysis.trials import TimedTrial, configurations, log_walls
from engine.model import Configuration
from engine.text import counted, percent

LEAST_COUNTS = 4
"""Three parameters pass through any three points, so three worker counts test nothing."""
MISFIT = 0.10
ZERO = 1e-9
"""A κ below this changes no speedup at any worker count that this product runs."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """The fit, or the reason why there is none: then the parameters are None.

    `amdahl` says that κ is 0 in the fit. `recommended_workers` lies inside the measured range. `peak_workers`
    is where the curve turns down, None when that is not inside the range. `misfit` is the largest
    distance between the curve and a measured mean, as a fraction. `lack_of_fit_p` is the p-value of the law's
    describing the points at all, `correlation` that of neighbouring residuals.
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
    lack_of_fit_p: float | None = None
    correlation: float | None = None

    def speedup(self, workers: float) -> float:
        """The fitted speedup, for drawing. Raises ValueError where nothing was fitted."""
        if self.single is None or self.contention is None or self.coherency is None:
            raise ValueError("there is no fit to evaluate")
        return usl(workers, self.single.estimate, self.contention.estimate, self.coherency.estimate)


def curves_of(trials: Sequence[TimedTrial], baseline: Configuration, like: Configuration) -> list[Curve]:
    """For each block, the speedups of every worker count that differs from `like` in nothing else."""
    kind = (like.executor, like.start_method, like.chunk, like.python)
    family = [
        one for one in configurations(trials) if (one.executor, one.start_method, one.chunk, one.python) == kind
    ]
    walls = log_walls(trials)
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
    return _described(counts, fit(whole, level), margin)


def _described(counts: tuple[int, ...], found: Fit, margin: float) -> Scaling:
    single, contention, coherency = found.single, found.contention, found.coherency
    values = (single.estimate, contention.estimate, coherency.estimate)
    inside = {count: usl(count, *values) for count in range(counts[0], counts[-1] + 1)}
    recommended = next(count for count, speed in inside.items() if speed * (1 + margin) >= max(inside.values()))
    peak = sqrt(max(0.0, 1 - contention.estimate) / coherency.estimate) if coherency.estimate > 0 else None
    peak = peak if peak is not None and counts[0] <= peak <= counts[-1] else None
    means = {count: [y for x, y in found.points if x == count] for count in counts}
    misfit = max(abs(exp(fmean(ys)) / inside[count] - 1) for count, ys in means.items())
    amdahl = coherency.estimate < ZERO
    return Scaling(
        counts, single, contention, coherency, amdahl, recommended, peak, misfit,
        _sentence(counts, contention, coherency, amdahl, recommended, peak, misfit) + _missed(found),
        found.lack_of_fit_p, found.correlation,
    )


def _missed(found: Fit) -> str:
    """That the law does not describe the points, and what was done about it."""
    if not found.misses:
        return ""
    how = "" if found.correlation is None else f", neighbouring residuals correlate by {found.correlation:.2f}"
    return f" The law does not describe these points (p = {found.lack_of_fit_p:.2g}{how}): its intervals are widened."


def _sentence(
    counts: tuple[int, ...], contention: Parameter, coherency: Parameter, amdahl: bool,
    recommended: int, peak: float | None, misfit: float,
) -> str:
    share = _range(contention)
    text = (
        f"Fitted by least squares of logarithms: {share} of the work takes turns and κ = 0, which is Amdahl's law."
        if amdahl else
        f"Fitted by least squares of logarithms: {share} of the work takes turns, κ = {coherency.estimate:.2g}"
        f" ({coherency.low:.2g}–{coherency.high:.2g})"
        + (", which cannot be told from 0 (Amdahl's law)." if coherency.low == 0 else ".")
    )
    text += f" {counted(recommended, 'worker', 'workers')} " + (
        "is" if recommended == 1 else "are"
    ) + f" enough within {counts[0]} to {counts[-1]}, the range measured"
    text += f"; beyond about {peak:.0f} more make it slower." if peak is not None else "."
    if misfit > MISFIT:
        text += f" The curve misses a measured point by {percent(misfit)}: trust the points, not the parameters."
    return text


def _range(parameter: Parameter) -> str:
    """A share with its interval, which ends at all of it: more is no share, however wide an interval became."""
    low, high = percent(parameter.low).rstrip("%"), percent(min(1.0, parameter.high))
    return f"{percent(parameter.estimate)} ({low}–{high})"


def _not_enough(counts: tuple[int, ...]) -> Scaling:
    return Scaling(
        counts, None, None, None, False, None, None, None,
        f"Not enough points: {counted(len(counts), 'worker count was', 'worker counts were')} measured in whole "
        f"blocks, and the scaling law needs {LEAST_COUNTS}.",
    )
