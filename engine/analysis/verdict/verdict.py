"""The verdict: what a comparison's finished trials let us say, as data and in sentences.

    trials -> judgement -> findings -> estimate, warnings, sentences -> Verdict

Three outcomes: one configuration is faster than all others; the leading ones are the same within
the margin; not decided. No rule knows a workload's name. Stands on top of the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from engine.analysis.findings.agreement import Agreements
from engine.analysis.findings.counting import ours
from engine.analysis.findings.findings import Circumstances, Outcome, Race, VerdictWarning
from engine.analysis.findings.judgement import judge
from engine.analysis.statistics.ratio import LEVEL, Ratio, ratio_of
from engine.analysis.statistics.speedup import MARGIN, Speedup, own_sequential
from engine.analysis.trials import Summary, TimedTrial, configurations, disturbance, summary, trials_of
from engine.analysis.verdict.sentences import sentences
from engine.analysis.verdict.stopping import LOOKING_LEVEL
from engine.analysis.warnings.every import warnings_about
from engine.model import Configuration, plain


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected time for the full batch with the recommended configuration: scaled up, not measured."""

    tasks: int
    seconds: float
    low_s: float | None
    high_s: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said. `leaders` are the leader and all that were not shown slower than it.

    `rows` are speedups against the baseline, `pairs` the others against the leader; `beside` are rows that do
    not count, shown for what our own part makes of them. `recommended` is always one of the engine's own. `winner` is
    set only when `outcome` is "faster"; it may be the baseline. `detectable` is the smallest difference that an
    undecided comparison could have shown, `disturbance` the share of the trials' time that went to waiting for CPUs
    which other programs held, both as fractions. `repeats_needed` is the number of repeats in all that would decide it,
    None when nothing is open or no reasonable number would.
    """

    outcome: Outcome
    baseline: Configuration
    winner: Configuration | None
    leaders: tuple[Configuration, ...]
    recommended: Configuration | None
    rows: tuple[Speedup, ...]
    pairs: tuple[Speedup, ...]
    own: tuple[Speedup, ...]
    noise: Ratio | None
    figures: tuple[Summary, ...]
    beside: tuple[Speedup, ...]
    beside_figures: tuple[Summary, ...]
    agreements: Agreements
    left_out: tuple[Configuration, ...]
    repeats_needed: int | None
    detectable: float | None
    disturbance: float
    estimate: Estimate | None
    level: float
    margin: float
    warnings: tuple[VerdictWarning, ...]
    sentences: tuple[str, ...]
    race: Race | None = None

    def plain(self) -> dict[str, Any]:
        """The verdict as JSON values; configurations carry their label."""
        values: dict[str, Any] = _plain(self)
        values["text"] = " ".join(self.sentences)
        return values


def verdict(
    trials: Sequence[TimedTrial],
    baseline: Configuration,
    circumstances: Circumstances | None = None,
    level: float | None = None,
    margin: float = MARGIN,
) -> Verdict:
    """Judge the finished trials of one comparison; any number of them, in any order.

    The level is LEVEL, or LOOKING_LEVEL where the circumstances name a precision (see `stopping`), or a race's.
    """
    circumstances = circumstances or Circumstances()
    race = circumstances.race
    level = level or (race.level if race else LEVEL if circumstances.precision is None else LOOKING_LEVEL)
    findings = judge(trials, baseline, level, margin, circumstances.short, race.levels if race else None)
    chosen = findings.recommended
    estimate = _estimate(trials_of(findings.timed, chosen), circumstances.all_tasks, level) if chosen else None
    timed = configurations(findings.timed)
    pythons = {one.python for one in timed}
    return Verdict(
        outcome=findings.outcome,
        baseline=baseline,
        winner=findings.leaders[0] if findings.outcome == "faster" else None,
        leaders=findings.leaders,
        recommended=(ours(chosen) or chosen) if chosen else None,
        rows=findings.rows,
        pairs=findings.pairs,
        own=own_sequential(findings.timed, level, margin) if len(pythons) > 1 else (),
        noise=findings.noise,
        figures=tuple(findings.figures.values()),
        beside=findings.beside,
        beside_figures=tuple(findings.beside_figures.values()),
        agreements=findings.agreements,
        left_out=tuple(
            one for one in findings.by_configuration if one not in timed and one not in findings.beside_figures
        ),
        repeats_needed=findings.repeats_needed,
        detectable=findings.detectable,
        disturbance=disturbance(findings.timed),
        estimate=estimate,
        level=level,
        margin=margin,
        warnings=warnings_about(findings, circumstances),
        sentences=sentences(findings, circumstances, estimate.seconds if estimate else None),
        race=race,
    )


def _estimate(trials: Sequence[TimedTrial], tasks: int | None, level: float) -> Estimate | None:
    if not tasks or not trials or not trials[0].tasks:
        return None
    wall = ratio_of([log(trial.wall_s / trial.tasks) for trial in trials], level)
    fixed_s = summary(trials).startup_s or 0.0
    reach = None if wall.low is None else wall.low * tasks + fixed_s
    return Estimate(
        tasks=tasks,
        seconds=wall.estimate * tasks + fixed_s,
        low_s=reach,
        high_s=None if wall.high is None else wall.high * tasks + fixed_s,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Configuration):
        return {**plain(value), "label": value.label}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
