"""One ratio with its interval: the geometric mean of paired ratios, given as logarithms. Stands above `student`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from engine.analysis.statistics.student import critical_t, mean_and_sd, two_sided_p

LEVEL = 0.04
"""At this level simulated A/A comparisons name a winner in about 4% (benchmarks/calibration.py)."""
LEAST_PAIRS = 3
"""Two pairs have one degree of freedom: their interval is 15 standard errors wide and says nothing."""

WIDEST = 20.0
"""Intervals end at e^20 times the estimate: two absurd pairs must not overflow a number."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio estimated from pairs. `low` and `high` are None with fewer than two pairs.

    `log_sd` is the standard deviation of the pairs' log ratios, `p` the two-sided p-value of a ratio of 1, `freedom`
    the degrees of freedom of both: pairs - 1, more where variances were moderated.
    """

    estimate: float
    low: float | None
    high: float | None
    p: float
    pairs: int
    log_sd: float
    freedom: float = 0.0

    @property
    def told(self) -> tuple[float | None, float | None]:
        """The interval's ends where they are worth telling: None before LEAST_PAIRS."""
        return (self.low, self.high) if self.pairs >= LEAST_PAIRS else (None, None)

    @property
    def within(self) -> float | None:
        """How far from 1 the interval reaches, as a fraction: 0.01 reads "±1%"."""
        if self.low is None or self.high is None:
            return None
        return exp(max(-log(self.low), log(self.high))) - 1


def ratio_of(logs: Sequence[float], level: float = LEVEL, spread: tuple[float, float] | None = None) -> Ratio:
    """The geometric mean of ratios given as logarithms, with Student's t interval of confidence 1 - level.

    `spread`: standard error and degrees of freedom, where more is known of them than these logarithms tell.
    """
    if not logs:
        raise ValueError("a ratio needs at least one pair")
    mean, deviation = mean_and_sd(logs)
    count = len(logs)
    if count < 2:
        return Ratio(exp(mean), None, None, 1.0, count, 0.0)
    error, freedom = spread or (deviation / sqrt(count), count - 1.0)
    reach = min(critical_t(level, freedom) * error, WIDEST)
    low, high, p = exp(mean - reach), exp(mean + reach), _p(mean, error, freedom)
    return Ratio(exp(mean), low, high, p, count, error * sqrt(count), freedom)


def _p(mean: float, error: float, freedom: float) -> float:
    # Pairs that agree to the last bit leave no noise to divide by: then any difference is real.
    if error < 1e-12:
        return 1.0 if abs(mean) < 1e-12 else 0.0
    return two_sided_p(mean / error, freedom)
