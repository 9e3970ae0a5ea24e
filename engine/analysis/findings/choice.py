"""Which configuration to take: the smallest worker count within the margin, and ties told apart by cost.

Stands above `speedup` and `trials`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log, log1p

from engine.analysis import words
from engine.analysis.statistics.speedup import MARGIN, Speedup
from engine.analysis.trials import Summary
from engine.model import Configuration
from engine.text import duration

SOONER_S = 0.05
"""Start-ups nearer than this to each other feel the same."""
LESS_MB = 2.0
LESS_SHARE = 0.05
"""Peak memory varies by a few percent from run to run; smaller differences are not told."""


def near_best(leader: Configuration, pairs: Sequence[Speedup], margin: float = MARGIN) -> tuple[Configuration, ...]:
    """The leader and those whose estimate is within the margin of it and that were not shown slower."""
    edge = log1p(margin)
    return (leader, *(
        pair.configuration
        for pair in pairs
        if pair.standing not in ("slower", "faster") and abs(log(pair.ratio.estimate)) <= edge
    ))


def smallest_of_each(candidates: Sequence[Configuration]) -> tuple[Configuration, ...]:
    """Of each executor (with its start method, chunk and Python), the one with the fewest workers."""
    best: dict[tuple[object, ...], Configuration] = {}
    for one in candidates:
        kind = (one.executor, one.start_method, one.chunk, one.python, one.reference)
        if kind not in best or one.workers < best[kind].workers:
            best[kind] = one
    return tuple(best.values())


def choose(candidates: Sequence[Configuration], figures: Mapping[Configuration, Summary]) -> Configuration:
    """One of them: the soonest to start, then the least memory, then the fewest workers, then the first."""
    left = _least(smallest_of_each(candidates), lambda one: figures[one].startup_s, lambda low: low + SOONER_S)
    left = _least(left, lambda one: figures[one].peak_pss_mb, _memory_limit)
    return min(left, key=lambda one: one.workers)


def why(chosen: Configuration, other: Configuration, figures: Mapping[Configuration, Summary]) -> str | None:
    """In words, what the chosen one costs less, or more, than the other; None when the costs are alike."""
    plural = words.many(chosen)
    start, use = ("start", "use") if plural else ("starts", "uses")
    better: list[str] = []
    worse: list[str] = []
    ours, theirs = figures[chosen], figures[other]
    if ours.startup_s is not None and theirs.startup_s is not None:
        sooner_s = theirs.startup_s - ours.startup_s
        if abs(sooner_s) >= SOONER_S:
            text = f"{start} {duration(abs(sooner_s))} {'sooner' if sooner_s > 0 else 'later'}"
            (better if sooner_s > 0 else worse).append(text)
    if ours.peak_pss_mb is not None and theirs.peak_pss_mb is not None:
        less_mb = theirs.peak_pss_mb - ours.peak_pss_mb
        if abs(less_mb) > _memory_limit(min(ours.peak_pss_mb, theirs.peak_pss_mb)) - min(
            ours.peak_pss_mb, theirs.peak_pss_mb
        ):
            text = f"{use} {abs(less_mb):.0f} MB {'less' if less_mb > 0 else 'more'}"
            (better if less_mb > 0 else worse).append(text)
    if not better:
        return None
    return f"{'they' if plural else 'it'} {' and '.join(better)}" + (f", but {' and '.join(worse)}" if worse else "")


def _memory_limit(lowest_mb: float) -> float:
    return lowest_mb + max(LESS_MB, LESS_SHARE * lowest_mb)


def _least(
    candidates: Sequence[Configuration],
    figure: Callable[[Configuration], float | None],
    limit: Callable[[float], float],
) -> tuple[Configuration, ...]:
    """Those within the limit of the lowest figure; all of them where any figure is unknown."""
    values = [figure(one) for one in candidates]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return tuple(candidates)
    highest = limit(min(known))
    return tuple(one for one, value in zip(candidates, known, strict=True) if value <= highest)
