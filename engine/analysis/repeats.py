"""How many more repeats an undecided pair needs.

An estimate, from the spread seen so far. Stands above `speedup`, below `verdict`.
"""

from __future__ import annotations

from bisect import bisect_left
from math import log, log1p, sqrt

from engine.analysis.speedup import LEVEL, MARGIN, Ratio
from engine.analysis.student import critical_t

MOST = 200
"""Beyond this many repeats the answer is not "more repeats" but "a quieter machine, or a longer batch"."""


def repeats_needed(ratio: Ratio, tests: int = 1, level: float = LEVEL, margin: float = MARGIN) -> int | None:
    """Repeats in all at which this pair would be decided if estimate and spread stayed as they are.

    Decided means either a difference shown (tested at `level / tests`, Holm's first step) or the
    interval inside the margin. None when more than MOST are needed, or nothing is known of the spread.
    """
    if ratio.pairs < 2:
        return None
    distance = abs(log(ratio.estimate))
    edge = log1p(margin)

    def decided(count: int) -> bool:
        error = ratio.log_sd / sqrt(count)
        if distance > edge:
            return critical_t(level / max(1, tests), count - 1) * error < distance
        return distance + critical_t(level, count - 1) * error < edge

    counts = range(max(3, ratio.pairs + 1), MOST + 1)
    # More repeats only ever narrow the interval, so the first that decides is found by halving.
    first = bisect_left(counts, True, key=decided)
    return counts[first] if first < len(counts) else None
