"""Two runs of the same plan against each other, for History.

The runs happened at different times, so nothing is paired: Welch's t on log wall times, and beside it the
change in speedup against each run's own baseline, which a slower or busier machine touches less.
Stands above `speedup`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

from engine.analysis import words
from engine.analysis.statistics.ratio import LEVEL, Ratio
from engine.analysis.statistics.speedup import MARGIN, Standing, standing
from engine.analysis.statistics.student import critical_t, holm, mean_and_sd, two_sided_p
from engine.analysis.trials import TimedTrial, configurations, log_walls, trials_of
from engine.model import Configuration
from engine.text import percent


@dataclass(frozen=True, slots=True)
class Change:
    """One configuration in both runs. Ratios above 1: the later run was faster, or its speedup larger."""

    configuration: Configuration
    wall: Ratio
    standing: Standing
    speedup: Ratio | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between an earlier and a later run, and what only one of them had."""

    changes: tuple[Change, ...]
    only_earlier: tuple[Configuration, ...]
    only_later: tuple[Configuration, ...]
    environment: tuple[tuple[str, Any, Any], ...]
    sentences: tuple[str, ...]


def difference(
    earlier: Sequence[TimedTrial],
    later: Sequence[TimedTrial],
    baseline: Configuration,
    environments: tuple[dict[str, Any], dict[str, Any]] = ({}, {}),
    level: float = LEVEL,
    margin: float = MARGIN,
) -> Difference:
    """Compare two runs of one plan. `environments` are the runs' own: what differs is listed."""
    before, after = configurations(earlier), configurations(later)
    both = [one for one in before if one in after]
    walls = {one: _welch(_logs(trials_of(earlier, one)), _logs(trials_of(later, one)), level) for one in both}
    adjusted = holm([ratio.p for ratio in walls.values()])
    changes = tuple(
        Change(one, ratio, standing(ratio, p, level, margin), _speedup_change(earlier, later, baseline, one, level))
        for (one, ratio), p in zip(walls.items(), adjusted, strict=True)
    )
    return Difference(
        changes=changes,
        only_earlier=tuple(one for one in before if one not in after),
        only_later=tuple(one for one in after if one not in before),
        environment=_environment(*environments),
        sentences=tuple(_sentence(change, margin) for change in changes),
    )


def _logs(trials: Sequence[TimedTrial]) -> list[float]:
    return [log(trial.wall_s) for trial in trials]


def _welch(before: Sequence[float], after: Sequence[float], level: float) -> Ratio:
    """Welch's t interval of the ratio of geometric means, with Satterthwaite's degrees of freedom (Welch 1947)."""
    (mean_before, sd_before), (mean_after, sd_after) = mean_and_sd(before), mean_and_sd(after)
    change = mean_before - mean_after
    pairs = min(len(before), len(after))
    if pairs < 2:
        return Ratio(exp(change), None, None, 1.0, pairs, 0.0)
    parts = (sd_before**2 / len(before), sd_after**2 / len(after))
    error = sqrt(sum(parts))
    if error < 1e-12:
        return Ratio(exp(change), exp(change), exp(change), 1.0 if abs(change) < 1e-12 else 0.0, pairs, 0.0)
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(before) - 1) + parts[1] ** 2 / (len(after) - 1))
    reach = critical_t(level, freedom) * error
    p = two_sided_p(change / error, freedom)
    return Ratio(exp(change), exp(change - reach), exp(change + reach), p, pairs, error * sqrt(pairs))


def _speedup_change(
    earlier: Sequence[TimedTrial],
    later: Sequence[TimedTrial],
    baseline: Configuration,
    one: Configuration,
    level: float,
) -> Ratio | None:
    logs = [_log_speedups(trials, baseline, one) for trials in (earlier, later)]
    return None if one == baseline or not all(logs) else _welch([-x for x in logs[0]], [-x for x in logs[1]], level)


def _log_speedups(trials: Sequence[TimedTrial], baseline: Configuration, one: Configuration) -> list[float]:
    walls = log_walls(trials)
    base, other = walls.get(baseline, {}), walls.get(one, {})
    return [base[block] - other[block] for block in base if block in other]


def _environment(before: dict[str, Any], after: dict[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    names = sorted({*before, *after})
    return tuple((name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))


def _sentence(change: Change, margin: float) -> str:
    name = words.sentence(change.configuration.label)
    figure = words.times(change.wall.estimate, change.wall.low, change.wall.high)
    return {
        "faster": f"{name}: {figure} as fast in the later run.",
        "slower": f"{name}: slower in the later run, {figure} as fast.",
        "same": f"{name}: the same within {percent(margin)} in both runs.",
        "undecided": f"{name}: no change that could be told from chance, {figure} as fast.",
    }[change.standing]
