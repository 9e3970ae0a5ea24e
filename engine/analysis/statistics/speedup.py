"""How many times as fast: paired by block, as a geometric mean with its interval.

A block's trials ran close together, so what slows the machine for a minute slows them alike:
each speedup is the mean over blocks of log(baseline's wall time / configuration's wall time),
with Student's t interval. From four configurations on the variances are moderated (`moderated`). Where other
programs lengthened the trials, the times are net of them (`net`), with the ratio by the clock beside it. The same
arithmetic on the baseline's two trials of each block is this machine's noise. Stands above `trials`,
`moderated` and `ratio`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log1p
from typing import Literal

from engine.analysis.statistics.moderated import Variance, difference, variances
from engine.analysis.statistics.ratio import LEAST_PAIRS, LEVEL, WIDEST, Ratio, ratio_of
from engine.analysis.statistics.student import holm
from engine.analysis.trials import (
    Basis,
    Blocks,
    TimedTrial,
    baseline_pairs,
    configurations,
    disturbance,
    log_walls,
)
from engine.model import Configuration

MARGIN = 0.03
"""Differences up to 3% are of no practical use: the same program differs as much from one machine to the next."""

DISTURBED = 0.02
"""From this share of the trials' time on that went to waiting for CPUs which other programs held, speedups are net of
it; on a quiet machine it is a few thousandths."""

Standing = Literal["faster", "slower", "same", "undecided"]


@dataclass(frozen=True, slots=True)
class Speedup:
    """One configuration against another; `p_adjusted` is Holm's over the family that it was tested in.

    `ratio` is what is judged: of times by the clock, or (`basis` "net") of times net of other programs; `wall` is
    always by the clock.
    """

    configuration: Configuration
    against: Configuration
    ratio: Ratio
    p_adjusted: float
    standing: Standing
    basis: Basis
    wall: Ratio
    repeats: tuple[float, ...] = ()
    """What each block says on that basis, in their order: `ratio` is their geometric mean."""


def against(
    trials: Sequence[TimedTrial],
    reference: Configuration,
    others: Sequence[Configuration],
    level: float = LEVEL,
    margin: float = MARGIN,
    levels: Mapping[Configuration, float] | None = None,
) -> tuple[Speedup, ...]:
    """Each of `others` against `reference` (above 1 is faster), Holm-adjusted over them.

    Only blocks in which both finished count; a configuration that shares no block is absent. `levels` are of those
    that are judged at another level than the rest.
    """
    own = levels or {}
    tables: dict[Basis, Table] = {"wall": Table(log_walls(trials))}
    if (disturbed := disturbance(trials)) > DISTURBED:
        tables["net"] = Table(log_walls(trials, "net"))
    found = {
        other: judged for other in others if (judged := _judged(tables, reference, other, own.get(other, level)))
    }
    adjusted = holm([ratio.p for _, ratio, _ in found.values()])
    rows = []
    for (other, (basis, ratio, wall)), p in zip(found.items(), adjusted, strict=True):
        stands = standing(ratio, p, own.get(other, level), margin)
        if basis == "wall" and "net" in tables and _may_be_others(stands, ratio, reference, other, disturbed):
            stands = "undecided"
        repeats = tuple(exp(one) for one in tables[basis].log_ratios(reference, other).values())
        rows.append(Speedup(other, reference, ratio, p, stands, basis, wall, repeats))
    return tuple(rows)


def _may_be_others(
    stands: Standing, ratio: Ratio, reference: Configuration, other: Configuration, disturbed: float
) -> bool:
    """Whether a difference by the clock may be other programs' doing: a system that shares CPUs out between threads
    gives several workers so many times as much of them as one; one that shares them out between programs, no more."""
    most = 1 / (1 - disturbed) ** 2 if disturbed < 1 else WIDEST
    crews = [min(1.0 if one.executor == "asyncio" else float(one.workers), most) for one in (reference, other)]
    unlike = max(crews) / min(crews)
    return (stands == "slower" and ratio.estimate * unlike >= 1) or (stands == "faster" and ratio.estimate <= unlike)


class Table:
    """Log times by configuration and block, and the moderated variances that they give."""

    def __init__(self, times: Mapping[Configuration, Blocks]) -> None:
        self.times = times
        self._everywhere = frozenset(set.intersection(*map(set, times.values()))) if times else frozenset()
        self._found: dict[frozenset[int], dict[Configuration, Variance]] = {}

    def log_ratios(self, reference: Configuration, other: Configuration) -> Blocks:
        """By block that holds both, how many times as fast the other was, as logarithms."""
        ours, theirs = self.times.get(reference, {}), self.times.get(other, {})
        return {block: ours[block] - theirs[block] for block in sorted(ours) if block in theirs}

    def variances(self, blocks: Iterable[int]) -> dict[Configuration, Variance]:
        """Those of all that ran in these blocks; too few of them, and the blocks in which all ran tell, if they are
        more than half."""
        wanted = frozenset(blocks)
        if wanted not in self._found:
            whole = self._everywhere if 2 * len(self._everywhere) > len(wanted) else frozenset[int]()
            self._found[wanted] = self._of(wanted) or self._of(whole)
        return self._found[wanted]

    def _of(self, blocks: frozenset[int]) -> dict[Configuration, Variance]:
        ran = {one: times for one, times in self.times.items() if blocks <= times.keys()}
        return variances({one: {block: times[block] for block in blocks} for one, times in ran.items()})


def _judged(
    tables: Mapping[Basis, Table], reference: Configuration, other: Configuration, level: float
) -> tuple[Basis, Ratio, Ratio] | None:
    """The basis that the pair is judged on, the ratio on it, and the one by the clock; None without a common block."""
    by_clock = _ratio(tables["wall"], reference, other, level)
    if by_clock is None:
        return None
    net = _ratio(tables["net"], reference, other, level) if "net" in tables else None
    return ("wall", by_clock, by_clock) if net is None else ("net", net, by_clock)


def _ratio(table: Table, reference: Configuration, other: Configuration, level: float) -> Ratio | None:
    logs = table.log_ratios(reference, other)
    if not logs:
        return None
    moderated = table.variances(logs)
    known = reference in moderated and other in moderated
    spread = difference(moderated[reference], moderated[other], len(logs)) if known else None
    return ratio_of(list(logs.values()), level, spread)


def repeats_by_the_clock(
    trials: Sequence[TimedTrial], reference: Configuration
) -> dict[Configuration, tuple[float, ...]]:
    """Of every trial by the clock, how many times as fast it was as the reference in its block, by configuration.

    The reference's own trials are set against their block's mean, as in the estimates.
    """
    means = log_walls(trials)
    found: dict[Configuration, list[float]] = {}
    for one in trials:
        if one.block in (blocks := means.get(reference, {})):
            found.setdefault(one.configuration, []).append(exp(blocks[one.block] - log(one.wall_s)))
    return {configuration: tuple(values) for configuration, values in found.items()}


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
    trials: Sequence[TimedTrial], baseline: Configuration, level: float = LEVEL, margin: float = MARGIN,
    levels: Mapping[Configuration, float] | None = None,
) -> tuple[Speedup, ...]:
    """Every other configuration's speedup against the baseline; `levels` as in `against`."""
    others = [configuration for configuration in configurations(trials) if configuration != baseline]
    return against(trials, baseline, others, level, margin, levels)


def noise(trials: Sequence[TimedTrial], level: float = LEVEL) -> Ratio | None:
    """The baseline against itself, on the basis that speedups have; None while no block holds both of its trials."""
    pairs = baseline_pairs(trials)
    if disturbance(trials) > DISTURBED and all(one.net_s for pair in pairs for one in pair):
        logs = [log((first.net_s or 1.0) / (again.net_s or 1.0)) for first, again in pairs]
    else:
        logs = [log(first.wall_s / again.wall_s) for first, again in pairs]
    return ratio_of(logs, level) if logs else None


def own_sequential(trials: Sequence[TimedTrial], level: float = LEVEL, margin: float = MARGIN) -> tuple[Speedup, ...]:
    """With several Pythons: each configuration against sequential under its own Python."""
    found: list[Speedup] = []
    everything = configurations(trials)
    for sequential in everything:
        if sequential.executor == "sequential":
            mates = [one for one in everything if one.python == sequential.python and one != sequential]
            found.extend(against(trials, sequential, mates, level, margin))
    return tuple(found)
