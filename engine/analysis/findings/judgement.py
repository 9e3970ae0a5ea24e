"""From trials to findings: who leads, who is shown to be slower, and what may therefore be said.

    trials -> agreement (other outputs: left out) -> speedups against the baseline
            -> the leader against every other -> outcome -> the configuration to take

Stands above `speedup`, `agreement`, `choice` and `repeats`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import log, log1p

from engine.analysis.findings.agreement import agreements, did_the_work
from engine.analysis.findings.choice import choose, near_best
from engine.analysis.findings.counting import counts
from engine.analysis.findings.findings import Findings, Outcome
from engine.analysis.statistics.repeats import detectable, repeats_needed
from engine.analysis.statistics.speedup import Speedup, against, noise, speedups
from engine.analysis.trials import TimedTrial, configurations, summary, trials_of
from engine.model import Configuration


def judge(
    trials: Sequence[TimedTrial], baseline: Configuration, level: float, margin: float, short: bool = False,
    left: Mapping[Configuration, float] | None = None,
) -> Findings:
    """Compare every configuration with the baseline and with the leader, and settle the outcome.

    With `short` tasks the references decide, else the engine's own rows; the others are found `beside`. What a race has
    `left` out, by the level of that look, is slower: it leads nobody, and the others are tested without it.
    """
    agreed = agreements(trials, baseline)
    kept, dropped = did_the_work(trials, baseline)
    differing = {agreement.configuration for agreement in agreed.differing}
    able = [trial for trial in kept if not _differs(trial.configuration, differing)]
    timed = tuple(trial for trial in able if counts(trial.configuration, baseline, short))
    others = tuple(trial for trial in able if not counts(trial.configuration, baseline, short))
    left = left or {}
    rows = speedups(timed, baseline, level, margin, left)
    leader = _leader(baseline, [row for row in rows if row.configuration not in left])
    ranked = [one for one in (baseline, *(row.configuration for row in rows)) if one != leader]
    pairs = against(timed, leader, [one for one in ranked if one not in left], level, margin)
    pairs += _shown(against(timed, leader, [one for one in ranked if one in left], level, margin, left))
    leaders = (leader, *(pair.configuration for pair in pairs if pair.standing != "slower")) if rows else ()
    outcome = _outcome(leaders, baseline, rows, pairs, left)
    figures = {one: summary(trials_of(timed, one)) for one in configurations(timed)}
    beside = speedups((*trials_of(timed, baseline), *others), baseline, level, margin, left)
    near = _alike(near_best(leader, pairs, margin), leader, rows, margin) if rows else ()
    return Findings(
        outcome=outcome,
        baseline=baseline,
        leaders=leaders,
        near=near,
        recommended=choose(near, figures) if near else None,
        rows=rows,
        pairs=pairs,
        noise=noise(timed, level),
        figures=figures,
        agreements=agreed,
        dropped=dropped,
        trials=tuple(trials),
        timed=timed,
        repeats_needed=_repeats_needed(pairs, level, margin) if outcome == "undecided" else None,
        detectable=_detectable(pairs, left, level, margin) if outcome == "undecided" else None,
        margin=margin,
        beside=beside,
        beside_figures={one: summary(trials_of(others, one)) for one in configurations(others)},
        left=frozenset(left),
    )


def _shown(pairs: Sequence[Speedup]) -> tuple[Speedup, ...]:
    """Those that a race left out: an earlier look has shown them to be slower, whoever leads by now."""
    return tuple(replace(pair, standing="slower") for pair in pairs)


def _detectable(
    pairs: Sequence[Speedup], left: Collection[Configuration], level: float, margin: float
) -> float | None:
    return detectable([pair.ratio for pair in pairs if pair.configuration not in left], level, margin)


def _alike(
    near: Sequence[Configuration], leader: Configuration, rows: Sequence[Speedup], margin: float
) -> tuple[Configuration, ...]:
    """Those of `near` whose own speedups are near, too: a pair that is judged by the clock, because one side's net
    time is not known, can look alike only for what other programs took."""
    found = {row.configuration: row for row in rows}
    first, edge = found.get(leader), log1p(margin)
    return tuple(
        one for one in near
        if first is None or one not in found or found[one].basis == first.basis
        or abs(log(found[one].ratio.estimate / first.ratio.estimate)) <= edge
    )


def _differs(one: Configuration, differing: set[Configuration]) -> bool:
    """Whether its outputs differ from the baseline's, or those of the executor that it is a reference beside."""
    return one in differing or (one.reference is not None and one.executor in {other.executor for other in differing})


def _leader(baseline: Configuration, rows: Sequence[Speedup]) -> Configuration:
    best = max(rows, key=lambda row: row.ratio.estimate, default=None)
    return best.configuration if best and best.ratio.estimate > 1 else baseline


def _outcome(
    leaders: Sequence[Configuration],
    baseline: Configuration,
    rows: Sequence[Speedup],
    pairs: Sequence[Speedup],
    left: Collection[Configuration],
) -> Outcome:
    if not rows or len(pairs) < len(rows):
        return "undecided"
    if len(leaders) == 1:
        # The leader was picked because it looked best; asking for the family against the baseline as well
        # keeps every claim of a difference inside that one family's error rate.
        sure = {row.configuration: row.standing for row in rows}
        behind = [standing == "slower" for one, standing in sure.items() if one not in left]
        leads = all(behind) if leaders[0] == baseline else sure[leaders[0]] == "faster"
        return "faster" if leads else "undecided"
    same = all(pair.standing == "same" for pair in pairs if pair.configuration in leaders)
    return "same" if same else "undecided"


def _repeats_needed(pairs: Sequence[Speedup], level: float, margin: float) -> int | None:
    open_pairs = [pair for pair in pairs if pair.standing == "undecided"]
    needed = [repeats_needed(pair.ratio, len(pairs), level, margin) for pair in open_pairs]
    known = [count for count in needed if count is not None]
    return max(known) if known and len(known) == len(needed) else None
