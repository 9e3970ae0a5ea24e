"""How many times as fast: paired by block, as a geometric mean with its interval.

A block's trials ran close together, so what slows the machine for a minute slows them alike:
each speedup is the mean over blocks of log(baseline's wall time / configuration's wall time),
with Student's t interval. The same arithmetic on the baseline's two trials of each block
is this machine's noise. Stands above `samples` and `student`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p, sqrt
from typing import Literal

from engine.analysis.samples import Blocks, Sample, baseline_pairs, configurations, log_walls
from engine.analysis.student import critical_t, holm, mean_and_sd, two_sided_p
from engine.model import Configuration

LEVEL = 0.04
"""At this level simulated A/A comparisons name a winner in about 4% (benchmarks/calibration.py)."""
MARGIN = 0.03
"""Differences up to 3% are of no practical use: the same program differs as much from one machine to the next."""
LEAST_PAIRS = 3
"""Two pairs have one degree of freedom: their interval is 15 standard errors wide and says nothing."""

WIDEST = 20.0
"""Intervals end at e^20 times the estimate: two absurd pairs must not overflow a number."""

Standing = Literal["faster", "slower", "same", "undecided"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio estimated from pairs. `low` and `high` are None with fewer than two pairs.

    `log_sd` is the standard deviation of the pairs' log ratios, `p` the two-sided p-value of a ratio of 1.
    """

    estimate: float
    low: float | None
    high: float | None
    p: float
    pairs: int
    log_sd: float

    @property
    def within(self) -> float | None:
        """How far from 1 the interval reaches, as a fraction: 0.01 reads "±1%"."""
        if self.low is None or self.high is None:
            return None
        return exp(max(-log(self.low), log(self.high))) - 1


@dataclass(frozen=True, slots=True)
class Speedup:
    """One configuration against another; `p_adjusted` is Holm's over the family that it was tested in."""

    configuration: Configuration
    against: Configuration
    ratio: Ratio
    p_adjusted: float
    standing: Standing


def ratio_of(logs: Sequence[float], level: float = LEVEL) -> Ratio:
    """The geometric mean of ratios given as logarithms, with Student's t interval of confidence 1 - level."""
    if not logs:
        raise ValueError("a ratio needs at least one pair")
    mean, deviation = mean_and_sd(logs)
    count = len(logs)
    if count < 2:
        return Ratio(exp(mean), None, None, 1.0, count, 0.0)
    error = deviation / sqrt(count)
    reach = min(critical_t(level, count - 1) * error, WIDEST)
    return Ratio(exp(mean), exp(mean - reach), exp(mean + reach), _p(mean, error, count - 1), count, deviation)


def against(
    samples: Sequence[Sample],
    reference: Configuration,
    others: Sequence[Configuration],
    level: float = LEVEL,
    margin: float = MARGIN,
) -> tuple[Speedup, ...]:
    """Each of `others` against `reference` (above 1 is faster), Holm-adjusted over them.

    Only blocks in which both finished count; a configuration that shares no block is absent.
    """
    walls = log_walls(samples)
    ratios = {
        other: ratio_of(logs, level)
        for other in others
        if (logs := _log_ratios(walls.get(reference, {}), walls.get(other, {})))
    }
    adjusted = holm([ratio.p for ratio in ratios.values()])
    return tuple(
        Speedup(other, reference, ratio, p, standing(ratio, p, level, margin))
        for (other, ratio), p in zip(ratios.items(), adjusted, strict=True)
    )


def standing(ratio: Ratio, p_adjusted: float, level: float = LEVEL, margin: float = MARGIN) -> Standing:
    """What a ratio lets us say: a difference needs significance and an estimate past the margin.

    "same" needs the whole interval inside the margin (as in two one-sided tests: Schuirmann 1987).
    """
    if ratio.pairs < LEAST_PAIRS or ratio.low is None or ratio.high is None:
        return "undecided"
    edge = log1p(margin)
    if p_adjusted <= level and abs(log(ratio.estimate)) > edge:
        return "faster" if ratio.estimate > 1 else "slower"
    if -edge <= log(ratio.low) and log(ratio.high) <= edge:
        return "same"
    return "undecided"


def speedups(
    samples: Sequence[Sample], baseline: Configuration, level: float = LEVEL, margin: float = MARGIN
) -> tuple[Speedup, ...]:
    """Every other configuration's speedup against the baseline."""
    others = [configuration for configuration in configurations(samples) if configuration != baseline]
    return against(samples, baseline, others, level, margin)


def noise(samples: Sequence[Sample], level: float = LEVEL) -> Ratio | None:
    """The baseline against itself; None while no block holds both of its trials."""
    logs = [log(first.wall_s / again.wall_s) for first, again in baseline_pairs(samples)]
    return ratio_of(logs, level) if logs else None


def own_sequential(samples: Sequence[Sample], level: float = LEVEL, margin: float = MARGIN) -> tuple[Speedup, ...]:
    """With several Pythons: each configuration against sequential under its own Python."""
    found: list[Speedup] = []
    everything = configurations(samples)
    for sequential in everything:
        if sequential.executor == "sequential":
            mates = [one for one in everything if one.python == sequential.python and one != sequential]
            found.extend(against(samples, sequential, mates, level, margin))
    return tuple(found)


def _log_ratios(reference: Blocks, other: Blocks) -> list[float]:
    return [reference[block] - other[block] for block in sorted(reference) if block in other]


def _p(mean: float, error: float, freedom: int) -> float:
    # Pairs that agree to the last bit leave no noise to divide by: then any difference is real.
    if error < 1e-12:
        return 1.0 if abs(mean) < 1e-12 else 0.0
    return two_sided_p(mean / error, freedom)
