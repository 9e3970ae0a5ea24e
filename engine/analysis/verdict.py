"""The verdict: what a comparison's finished trials let us say, as data and in sentences.

    samples -> agreement (other outputs: left out) -> speedups against the baseline
            -> the leader against every other -> outcome -> choice, estimate, cautions -> sentences

Three outcomes: one configuration is faster than all others; the leading ones are the same within
the margin; not decided. No rule knows a workload's name. Stands on top of the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any, Literal

from engine.analysis.agreement import Agreements, agreements, did_the_work
from engine.analysis.caution import Caution
from engine.analysis.cautions import cautions
from engine.analysis.choice import choose, near_best
from engine.analysis.findings import Circumstances, Findings
from engine.analysis.repeats import repeats_needed
from engine.analysis.samples import Sample, Summary, configurations, of, summary
from engine.analysis.sentences import sentences
from engine.analysis.speedup import LEVEL, MARGIN, Ratio, Speedup, against, noise, own_sequential, ratio_of, speedups
from engine.analysis.stopping import LOOKING_LEVEL
from engine.model import Configuration

Outcome = Literal["faster", "same", "undecided"]


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

    `rows` are speedups against the baseline, `pairs` the others against the leader. `winner` is set only
    when `outcome` is "faster"; it may be the baseline. `repeats_needed` is the number of repeats in all that
    would decide it, None when nothing is open or no reasonable number would.
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
    agreements: Agreements
    left_out: tuple[Configuration, ...]
    repeats_needed: int | None
    estimate: Estimate | None
    level: float
    margin: float
    cautions: tuple[Caution, ...]
    sentences: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The verdict as JSON values; configurations carry their label, cautions are under "warnings"."""
        values: dict[str, Any] = _plain(self)
        values["warnings"] = values.pop("cautions")
        values["text"] = " ".join(self.sentences)
        return values


def verdict(
    samples: Sequence[Sample],
    baseline: Configuration,
    circumstances: Circumstances | None = None,
    level: float | None = None,
    margin: float = MARGIN,
) -> Verdict:
    """Judge the finished trials of one comparison; any number of them, in any order.

    The level is LEVEL, or LOOKING_LEVEL where the circumstances name a precision: see `stopping`.
    """
    circumstances = circumstances or Circumstances()
    level = level or (LEVEL if circumstances.precision is None else LOOKING_LEVEL)
    agreed = agreements(samples, baseline)
    kept, dropped = did_the_work(samples, baseline)
    differing = {agreement.configuration for agreement in agreed.differing}
    timed = [sample for sample in kept if sample.configuration not in differing]
    rows = speedups(timed, baseline, level, margin)
    leader = _leader(baseline, rows)
    ranked = [baseline, *(row.configuration for row in rows)]
    pairs = against(timed, leader, [one for one in ranked if one != leader], level, margin)
    leaders = (leader, *(pair.configuration for pair in pairs if pair.standing != "slower"))
    outcome = _outcome(leader, leaders, baseline, rows, pairs)
    figures = tuple(summary(of(timed, one)) for one in configurations(timed))
    known = {figure.configuration: figure for figure in figures}
    near = near_best(leader, pairs, margin) if rows else ()
    recommended = choose(near, known) if near else None
    findings = Findings(
        outcome=outcome,
        baseline=baseline,
        leaders=leaders,
        near=near,
        recommended=recommended,
        rows=rows,
        pairs=pairs,
        noise=noise(timed, level),
        figures=known,
        agreements=agreed,
        dropped=dropped,
        samples=tuple(samples),
        repeats_needed=_repeats_needed(pairs, level, margin) if outcome == "undecided" else None,
        margin=margin,
    )
    estimate = _estimate(of(timed, recommended), circumstances.all_tasks, level) if recommended else None
    found = cautions(findings, circumstances)
    return Verdict(
        outcome=outcome,
        baseline=baseline,
        winner=leader if outcome == "faster" else None,
        leaders=leaders if rows else (),
        recommended=recommended,
        rows=rows,
        pairs=pairs,
        own=own_sequential(timed, level, margin) if len({one.python for one in ranked}) > 1 else (),
        noise=findings.noise,
        figures=figures,
        agreements=agreed,
        left_out=tuple(one for one in configurations(samples) if one in differing or one not in known),
        repeats_needed=findings.repeats_needed,
        estimate=estimate,
        level=level,
        margin=margin,
        cautions=found,
        sentences=sentences(findings, circumstances, estimate.seconds if estimate else None),
    )


def _leader(baseline: Configuration, rows: Sequence[Speedup]) -> Configuration:
    best = max(rows, key=lambda row: row.ratio.estimate, default=None)
    return best.configuration if best and best.ratio.estimate > 1 else baseline


def _outcome(
    leader: Configuration,
    leaders: Sequence[Configuration],
    baseline: Configuration,
    rows: Sequence[Speedup],
    pairs: Sequence[Speedup],
) -> Outcome:
    if not rows or len(pairs) < len(rows):
        return "undecided"
    if len(leaders) == 1:
        # The leader was picked because it looked best; asking for the family against the baseline as well
        # keeps every claim of a difference inside that one family's error rate.
        sure = {row.configuration: row.standing for row in rows}
        against_baseline = [sure[leader] == "faster"] if leader != baseline else [s == "slower" for s in sure.values()]
        return "faster" if all(against_baseline) else "undecided"
    same = all(pair.standing == "same" for pair in pairs if pair.configuration in leaders)
    return "same" if same else "undecided"


def _repeats_needed(pairs: Sequence[Speedup], level: float, margin: float) -> int | None:
    open_pairs = [pair for pair in pairs if pair.standing == "undecided"]
    needed = [repeats_needed(pair.ratio, len(pairs), level, margin) for pair in open_pairs]
    known = [count for count in needed if count is not None]
    return max(known) if known and len(known) == len(needed) else None


def _estimate(trials: Sequence[Sample], tasks: int | None, level: float) -> Estimate | None:
    if not tasks or not trials or not trials[0].tasks:
        return None
    wall = ratio_of([log(sample.wall_s / sample.tasks) for sample in trials], level)
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
        return {**asdict(value), "label": value.label}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
