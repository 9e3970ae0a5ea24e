"""Warnings about noise: too few repeats, a busy machine, a baseline or a configuration that varies.

Stands above `findings`, below `every`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from statistics import median

from engine.analysis import words
from engine.analysis.findings.findings import Circumstances, Findings, VerdictWarning
from engine.analysis.statistics.ratio import LEAST_PAIRS
from engine.analysis.statistics.student import mean_and_sd
from engine.analysis.trials import TimedTrial
from engine.text import counted, duration, percent

BUSY = 0.05
"""Fraction of the machine used by other programs; above it a trial that uses every core must have lost some of it."""
UNSTABLE = 0.10
"""Standard deviation of log wall times, about 10%; above it five repeats cannot show a difference of 10%."""
MANY_REPEATS = 10
"""From here on doubling the repeats gains little: the interval narrows with the square root."""


def too_few_repeats(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """Fewer complete pairs than a verdict needs."""
    if not findings.rows or findings.repeats >= LEAST_PAIRS or findings.failing:
        return  # of failures there is a warning of its own
    if circumstances.cancelled:
        advice = "Resume the run."
    elif circumstances.budget_s is not None:
        advice = f"Give it more than {duration(circumstances.budget_s)}, or fewer configurations."
    else:
        advice = "Ask for at least 3 repeats, better 5."
    yield VerdictWarning(
        "too_few_repeats", None, findings.repeats,
        f"Only {counted(findings.repeats, 'repeat is', 'repeats are')} complete: "
        "chance cannot be told from a difference.", advice,
    )


def busy(findings: Findings, _: Circumstances) -> Iterator[VerdictWarning]:
    """Other programs used the machine meanwhile."""
    known = [trial.other_busy for trial in findings.trials if trial.other_busy is not None]
    if known and median(known) > BUSY:
        yield VerdictWarning(
            "busy_machine", None, median(known),
            f"The machine was {percent(median(known))} busy with other work: intervals are wider than usual.",
            "Close other programs and compare again." if findings.outcome == "undecided" else
            "The verdict holds for a machine as busy as this one.",
        )


def noisy(findings: Findings, _: Circumstances) -> Iterator[VerdictWarning]:
    """The baseline differs from itself by more than the margin."""
    reach = findings.noise.within if findings.noise else None
    if reach is None or findings.repeats < LEAST_PAIRS or reach <= findings.margin:
        return
    apart = f"compared with itself agrees only within {words.within(reach)}" if reach < 1 else (
        "does not agree with itself"
    )
    more = findings.repeats_needed or 2 * max(findings.repeats, 5)
    yield VerdictWarning(
        "noisy_baseline", None, reach,
        f"{words.sentence(findings.baseline.label)} {apart} "
        f"over {findings.repeats} repeats: smaller differences are hard to see here.",
        "A quieter machine or more tasks will help; more repeats only slowly." if findings.repeats >= MANY_REPEATS else
        f"Ask for more repeats ({more:,}, say), or for more tasks.",
    )


def thin_lead(findings: Findings, _: Circumstances) -> Iterator[VerdictWarning]:
    """The winner leads by less than the baseline differs from itself: the pairs agreed, the machine may not again."""
    reach = findings.noise.within if findings.noise else None
    if reach is None or findings.outcome != "faster":
        return
    lead = 1 / max(pair.ratio.estimate for pair in findings.pairs) - 1
    if lead < min(reach, 1.0):  # a baseline that does not agree with itself is told apart, by `noisy`
        winner = findings.leaders[0]
        apart = f"is smaller than what {findings.baseline.label} differs from itself ({words.within(reach)})"
        if reach >= 1:
            apart = f"{findings.baseline.label} does not agree with itself"
        yield VerdictWarning(
            "thin_lead", winner, lead,
            f"The lead of {winner.label}, {percent(lead)}, was seen in block after block, but {apart}.",
            "Compare once more before you rely on it.",
        )


def unstable(findings: Findings, _: Circumstances) -> Iterator[VerdictWarning]:
    """One configuration's wall times scatter, with the cause where one was measured."""
    levels = _block_levels(findings)
    for one, trials in findings.by_configuration.items():
        if len(trials) < LEAST_PAIRS:
            continue
        spread = mean_and_sd([log(trial.wall_s) - levels[trial.block] for trial in trials])[1]
        if spread > UNSTABLE:
            cause = _cause(trials)
            yield VerdictWarning(
                "unstable", one, spread,
                f"The wall times of {one.label} vary by {percent(spread)} (standard deviation)"
                + (f": {cause}." if cause else "; no cause was measured."),
                "Compare again when that is over." if cause else "More tasks, or more repeats, narrow the interval.",
            )


def _block_levels(findings: Findings) -> dict[int, float]:
    """By how much each block as a whole was slower than usual: the median over its trials, on a log scale."""
    usual = {
        one: median(log(trial.wall_s) for trial in trials) for one, trials in findings.by_configuration.items()
    }
    blocks: dict[int, list[float]] = {}
    for trial in findings.trials:
        blocks.setdefault(trial.block, []).append(log(trial.wall_s) - usual[trial.configuration])
    return {block: median(values) for block, values in blocks.items()}


def _cause(trials: Sequence[TimedTrial]) -> str | None:
    """What was measured to be different about the slowest trial, if anything was."""
    slowest = max(trials, key=lambda trial: trial.wall_s)
    rest = [trial for trial in trials if trial is not slowest]
    others = [trial.other_busy for trial in rest if trial.other_busy is not None]
    if slowest.other_busy is not None and others and slowest.other_busy > median(others) + BUSY:
        return f"other programs used {percent(slowest.other_busy)} of the machine in its slowest trial"
    if slowest.failed > max(trial.failed for trial in rest):
        return f"its slowest trial had {counted(slowest.failed, 'failed task', 'failed tasks')}"
    return None
