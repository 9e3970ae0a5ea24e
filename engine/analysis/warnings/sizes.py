"""Warnings about sizes: too many workers, too few tasks, too short a batch, a start-up that is not paid back.

Stands above `findings`, below `every`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.analysis import words
from engine.analysis.findings.findings import Circumstances, Findings, VerdictWarning
from engine.analysis.trials import break_even
from engine.model import Configuration
from engine.text import counted, duration, listed

SHORT_S = 0.1
"""Below this wall time the operating system's time slices (some milliseconds each) are a visible part of it."""
KEEPS_BUSY = 0.5
"""CPU time ÷ wall time of one worker from which tasks count as busy rather than waiting."""


def workers_above_cpus(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """More workers than CPUs for tasks that keep a CPU busy; for tasks that wait that is right, and not told."""
    cpus = circumstances.usable_cpus
    base = findings.figures.get(findings.baseline)
    if not cpus or base is None or base.cores_busy is None or base.cores_busy / base.configuration.workers < KEEPS_BUSY:
        return
    usable = counted(cpus, "usable CPU", "usable CPUs")
    above = [one for one in findings.figures if one.workers > cpus]
    if above:
        names = words.sentence(listed([one.label for one in above]))
        yield VerdictWarning(
            "workers_above_cpus", _only(above), max(one.workers for one in above),
            f"{names}: more workers than the {usable}, and these tasks keep a CPU busy.",
            f"For such tasks try at most {counted(cpus, 'worker', 'workers')}.",
        )


def too_few_tasks(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """Hardly one task for each worker."""
    starved = [
        one for one, figure in findings.figures.items() if one.workers > 1 and 0 < figure.tasks < 2 * one.workers
    ]
    if starved:
        tasks = findings.figures[starved[0]].tasks
        yield VerdictWarning(
            "too_few_tasks", _only(starved), tasks,
            f"There are only {counted(tasks, *circumstances.nouns)} for the workers of "
            f"{listed([one.label for one in starved])}: hardly one each, so beginning and ending show.",
            f"Compare on at least {4 * max(one.workers for one in starved):,} {circumstances.nouns[1]}, "
            "or with fewer workers.",
        )


def _only(concerned: Sequence[Configuration]) -> Configuration | None:
    """The configuration that a warning is about, where it is about one."""
    return concerned[0] if len(concerned) == 1 else None


def too_short(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """The batch is over before it can be timed well."""
    shortest = min(findings.figures.values(), key=lambda figure: figure.wall_s, default=None)
    if shortest is None or shortest.wall_s >= SHORT_S:
        return
    more = max(2, round(2 * SHORT_S / shortest.wall_s))
    yield VerdictWarning(
        "batch_too_short", shortest.configuration, shortest.wall_s,
        f"The whole batch took only {duration(shortest.wall_s)} on {shortest.configuration.label}: "
        "short enough for the operating system's scheduling to show.",
        f"Compare on {more:,} times as many {circumstances.nouns[1]}, or on longer ones.",
    )


def startup_not_paid(findings: Findings, circumstances: Circumstances) -> Iterator[VerdictWarning]:
    """The recommended configuration is shown to be faster, but only when its start-up is not counted."""
    one = findings.recommended
    base = findings.figures.get(findings.baseline)
    if one is None or base is None or one not in findings.faster:
        return
    batch = circumstances.all_tasks or findings.figures[one].tasks
    pays = break_even(base, findings.figures[one])
    if pays is not None and batch and pays > batch:
        yield VerdictWarning(
            "startup_not_paid", one, pays,
            f"Starting {one.label} pays only from about {counted(pays, *circumstances.nouns)} on; "
            f"there are {batch:,}.",
            f"For one batch of this size take {findings.baseline.label}; "
            "for many, keep the workers alive between them.",
        )
