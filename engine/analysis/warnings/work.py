"""Warnings about what ran: cancelled, failed, missing, or not the same work.

Stands above `findings`, below `every`.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis import words
from engine.analysis.findings.findings import Circumstances, Findings, VerdictWarning
from engine.text import counted, listed

_SAID = {"faster": "enough to name a winner", "same": "enough to call the leading ones the same"}


def cancelled(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """The comparison was ended before its time: what the finished trials still allow."""
    if not circumstances.cancelled:
        return
    done = len(findings.trials)
    absent = [one.label for one in circumstances.planned if one not in findings.by_configuration]
    yield VerdictWarning(
        "cancelled", None, done,
        f"The comparison was cancelled after {counted(done, 'finished trial', 'finished trials')}, "
        f"{_SAID.get(findings.outcome, 'not enough to decide')}"
        + (f"; of {listed(absent)} none finished." if absent else "."),
        "Resume the run to get the rest." if findings.outcome == "undecided" else
        "What is said rests on these trials only; resume the run to narrow the intervals.",
    )


def outputs_differ(findings: Findings, _: Circumstances) -> Iterator[VerdictWarning]:
    """A configuration's outputs are not the baseline's."""
    for one in findings.agreements.differing:
        yield VerdictWarning(
            "outputs_differ", one.configuration, len(one.differing),
            f"{words.sentence(one.configuration.label)} gave other results than {findings.baseline.label} "
            f"({len(one.differing):,} of {one.compared:,} compared outputs): left out of the verdict.",
            "Look at the tasks named; work that shares data between workers often needs a lock.",
        )


def outputs_vary(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """The baseline does not agree with itself, so there is nothing to compare those outputs with."""
    varying = len(findings.agreements.varying)
    if varying:
        yield VerdictWarning(
            "outputs_vary", None, varying,
            f"The results of {counted(varying, *circumstances.nouns)} change from run to run of the baseline "
            "itself, so they were not compared.",
            "If the work should always give the same, look for time, chance or order in it.",
        )


def failures(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """Tasks failed in some trials; trials that failed many more than the baseline do not count."""
    for one, trials in findings.by_configuration.items():
        failing = [trial for trial in trials if trial.failed]
        if not failing:
            continue
        dropped = sum(trial.configuration == one for trial in findings.dropped)
        which, does = counted(len(trials), "trial"), "does" if dropped == 1 else "do"
        yield VerdictWarning(
            "failures", one, max(trial.failed for trial in failing),
            f"{len(failing)} of {which} of {one.label} had failed tasks, at most "
            f"{max(trial.failed for trial in failing):,} of {counted(failing[0].tasks, *circumstances.nouns)}"
            + (f"; {dropped} failed more than the baseline did and {does} not count." if dropped else "."),
            "A failed task may be faster or slower than a good one: see the reasons, then compare without those tasks.",
        )


def nothing_finished(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """A planned configuration has no finished trial although nobody cancelled."""
    for one in circumstances.planned:
        if one not in findings.by_configuration and not circumstances.cancelled:
            yield VerdictWarning(
                "no_trial", one, 0,
                f"No trial of {one.label} finished, so nothing is said about it.",
                "Its trials' messages say why: see the table.",
            )
