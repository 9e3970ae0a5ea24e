"""How many more repeats an undecided pair needs, and which difference the repeats so far could have shown.

Estimates, from the spread seen so far. Stands above `speedup`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, log, log1p, sqrt

from engine.analysis.statistics.ratio import LEVEL, Ratio
from engine.analysis.statistics.speedup import MARGIN
from engine.analysis.statistics.student import critical_t

MOST = 200
"""Beyond this many repeats the answer is not "more repeats" but "a quieter machine, or a longer batch"."""
MISSED = 0.2
"""The share of promises that may fail: the estimate so far is taken as far from the truth as that."""


def repeats_needed(ratio: Ratio, tests: int = 1, level: float = LEVEL, margin: float = MARGIN) -> int | None:
    """Repeats in all at which this pair would be decided in four of five cases, from estimate and spread so far.

    Decided means either a difference shown (tested at `level / tests`, Holm's first step) or the interval inside
    the margin. Further repeats move the estimate: by then it is taken to be nearer to the edge by its own
    uncertainty. None when more than MOST are needed, or when what was seen cannot tell.
    """
    if ratio.pairs < 2 or ratio.freedom <= 0:
        return None
    distance = abs(log(ratio.estimate))
    edge = log1p(margin)

    def decided(count: int) -> bool:
        error = ratio.log_sd / sqrt(count)
        freedom = ratio.freedom + count - ratio.pairs
        # The mean of `count` repeats, given that of the first ones: its variance is s² (1/n - 1/N), n < N.
        moves = one_sided(MISSED, ratio.freedom) * ratio.log_sd * sqrt(1 / ratio.pairs - 1 / count)
        if distance > edge:
            return distance - moves > max(edge, critical_t(level / max(1, tests), freedom) * error)
        return distance + moves + critical_t(level, freedom) * error < edge

    # The interval narrows with every repeat, but the estimate may move further, too: so each number is tried.
    return next((count for count in _counts(max(3, ratio.pairs + 1)) if decided(count)), None)


def _counts(first: int) -> Iterator[int]:
    """Numbers of repeats up to MOST: each of them, later in steps of a twentieth: "about" is said of them."""
    while first <= MOST:
        yield first
        first += max(1, first // 20)


def detectable(ratios: Sequence[Ratio], level: float = LEVEL, margin: float = MARGIN) -> float | None:
    """The smallest difference, as a fraction, that this many repeats show in four of five cases between any pair.

    Each is tested at level ÷ number of pairs, Holm's first step. None where no spread is known.
    """
    known = [ratio for ratio in ratios if ratio.pairs >= 2 and ratio.freedom > 0]
    if not known or len(known) < len(ratios):
        return None
    reaches = [
        (critical_t(level / len(known), ratio.freedom) + one_sided(MISSED, ratio.freedom))
        * ratio.log_sd / sqrt(ratio.pairs)
        for ratio in known
    ]
    return max(margin, exp(min(max(reaches), 20.0)) - 1)


def one_sided(share: float, freedom: float) -> float:
    """The t that T exceeds with probability `share`."""
    return critical_t(2 * share, freedom)
