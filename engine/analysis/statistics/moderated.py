"""How much each configuration's log wall times vary, with strength borrowed from the others.

With three repeats a configuration's own variance is known so badly that a true 1.3× is hardly ever proven. All
configurations ran in the same blocks on the same machine, so their variances are alike: each one's own is
therefore averaged with the pooled one, which counts as some further degrees of freedom (`prior`), unless its own is
larger.
This is a moderated variance (G. Smyth, Linear models and empirical Bayes methods, Statistical Applications in
Genetics 3, 2004) with a fixed weight instead of an estimated one. Own variances come from the residuals of the block
design (F. Grubbs, On estimating precision of measuring instruments, Journal of the American Statistical
Association 43, 1948).
Stands above `trials` and `student`, below `speedup`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import fmean

from engine.analysis.trials import Blocks
from engine.model import Configuration

MOST_PRIOR = 3.0
"""Degrees of freedom that the pooled variance counts for at most. With 4 and no regard to what is larger, one that
varies four times as much as the others was said to differ in 10% of simulated A/A comparisons with three repeats."""
LEAST = 4
"""Configurations from which on variances are moderated: with two of unequal noise a false winner was named in 8
to 13% of simulated comparisons."""


def prior(count: int) -> float:
    """Degrees of freedom that the pooled variance of so many configurations counts for.

    Of few, a single noisy one is a large part: with 3 for four of them one was said to differ in 5.7% of simulated A/A
    comparisons with three repeats; with 2 in 4.8%. With 3 for six of them a true 1.3× at 5% noise is proven in 95%.
    """
    return min(MOST_PRIOR, count / 2)


@dataclass(frozen=True, slots=True)
class Variance:
    """A variance of log wall times, a block's two baselines being averaged, and its degrees of freedom."""

    value: float
    freedom: float


def variances(walls: Mapping[Configuration, Blocks]) -> dict[Configuration, Variance]:
    """Each configuration's moderated variance; empty where there are too few of them or too few whole blocks."""
    blocks = sorted(set.intersection(*(set(found) for found in walls.values()))) if walls else []
    count, repeats = len(walls), len(blocks)
    if count < LEAST or repeats < 2:
        return {}
    squares = _squared_residuals([[one[block] for block in blocks] for one in walls.values()])
    # A residual holds its own error and a share of everyone's: E[q] = σ² (1 − 2/k) + Σσ² / k².
    own = [square / (repeats - 1) for square in squares]
    total = sum(own) / (1 - 1 / count)
    alone = [max(0.0, (value - total / count**2) / (1 - 2 / count)) for value in own]
    pooled = total / count
    freedom, weight = (repeats - 1) * (1 - 1 / count), prior(count)
    return {
        one: Variance(max(value, (freedom * value + weight * pooled) / (freedom + weight)), freedom + weight)
        for one, value in zip(walls, alone, strict=True)
    }


def difference(one: Variance, other: Variance, pairs: int) -> tuple[float, float]:
    """Standard error of the mean difference over so many blocks, and its degrees of freedom (Satterthwaite).

    They are cut to quarters: a hair more cautious, and Student's t is looked up instead of computed anew.
    """
    total = one.value + other.value
    if total <= 0:
        return 0.0, min(one.freedom, other.freedom)
    freedom = total**2 / (one.value**2 / one.freedom + other.value**2 / other.freedom)
    return sqrt(total / pairs), floor(4 * freedom) / 4


def _squared_residuals(table: Sequence[Sequence[float]]) -> list[float]:
    """Per row, the sum of squares of what row and column means leave."""
    columns = [fmean(column) for column in zip(*table, strict=True)]
    grand = fmean(columns)
    found = []
    for row in table:
        mean = fmean(row)
        found.append(sum((value - mean - column + grand) ** 2 for value, column in zip(row, columns, strict=True)))
    return found
