"""A race: what is shown to be slower is left out early, and the comparison ends when its question is decided.

It is looked after 3, 5, 10, 20 … blocks. Each look is one more chance to be wrong, so half of the level is spent on
the looks before the last (the first gets half of that, each further one half of what is left) and the other half
at the planned end: by Bonferroni's inequality all of them together name wrongly in no more than LEVEL. What a look
leaves out stays out, and its intervals keep the level of that look. Against benchmarks/calibration.py, rows "racing".
Stands above `judgement` and `stopping`; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.analysis.findings.counting import counts, ours
from engine.analysis.findings.findings import Left, Race
from engine.analysis.findings.judgement import judge
from engine.analysis.statistics.ratio import LEAST_PAIRS, LEVEL
from engine.analysis.statistics.speedup import MARGIN
from engine.analysis.trials import TimedTrial, configurations
from engine.model import Configuration, configuration_from

LOOKS = (LEAST_PAIRS, 5, 10, 20, 40, 80, 160)
"""Whole blocks after which it is looked; a look as frequent as every block would cost each of them too much."""
LAST = LEVEL / 2
"""The level at the planned end."""


def look_level(blocks: int) -> float | None:
    """The level of the look after so many whole blocks; None where there is none."""
    return LAST / 2 ** (LOOKS.index(blocks) + 1) if blocks in LOOKS else None


def started(of: int | None, stored: Mapping[str, Any] | None = None) -> Race:
    """A race of so many repeats, or one that goes on as a verdict has stored it."""
    if not stored:
        return Race(of, LAST)
    left = [
        Left(configuration_from(one["configuration"]), one["after"], one["since"], one["level"])
        for one in stored["left"]
    ]
    return Race(of, stored["level"], stored["looked"], stored["decided"], tuple(left))


def look(
    race: Race, trials: Sequence[TimedTrial], baseline: Configuration, blocks: int, number: int, short: bool = False
) -> Race:
    """The race after `blocks` whole blocks, the last of which has this number. Not at the planned end.

    Left out are those that are shown slower than the leader, with what only stands beside them; decided it is when
    one is faster than all others, or those that are left are the same.
    """
    level = look_level(blocks)
    if level is None or blocks <= race.looked or race.decided or (race.of is not None and blocks >= race.of):
        return race
    found = judge(trials, baseline, level, MARGIN, short, race.levels)
    gone = {baseline, *race.levels}
    out = {pair.configuration for pair in found.pairs if pair.standing == "slower"} - gone
    beside = [one for one in configurations(trials) if not counts(one, baseline, short) and one not in gone]
    out |= {one for one in beside if _alone(one, found.figures, gone | out, baseline)}
    left = [Left(one, blocks, number + 1, level) for one in configurations(trials) if one in out]
    decided = found.outcome != "undecided"
    return replace(race, looked=blocks, left=(*race.left, *left), decided=decided, level=level if decided else LAST)


def _alone(
    beside: Configuration, counting: Iterable[Configuration], gone: set[Configuration], baseline: Configuration
) -> bool:
    """Whether all that a row which does not count stands beside are out; our form of the baseline stays."""
    how = (beside.executor, beside.workers)
    mates = [one for one in counting if (one.executor, one.workers) == how and one != baseline]
    return bool(mates) and beside != ours(baseline) and all(one in gone for one in mates)


def ended(race: Race) -> str:
    """What is said of a race that a look has decided."""
    return f"Decided after {race.looked} of {race.of} repeats." if race.of else f"Decided after {race.looked} repeats."
