"""When a comparison that was given a precision or a budget may stop.

Stands above `speedup`; pure: what was spent and what a block costs are given to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

from engine.analysis.samples import Sample
from engine.analysis.speedup import LEVEL, speedups
from engine.analysis.student import critical_t
from engine.model import Configuration

LEAST_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How near the wanted precision is; `widest` is the widest interval's half-width as a fraction."""

    precise: bool
    widest: float | None


def progress(samples: Sequence[Sample], baseline: Configuration, precision: float) -> Progress:
    """Whether every speedup's interval is within ± `precision` (0.05 is ±5%)."""
    rows = speedups(samples, baseline)
    if not rows or min(row.ratio.pairs for row in rows) < LEAST_BLOCKS:
        return Progress(False, None)
    widest = max(
        exp(critical_t(LEVEL, row.ratio.pairs - 1) * row.ratio.log_sd / sqrt(row.ratio.pairs)) - 1 for row in rows
    )
    return Progress(widest <= precision, widest)
