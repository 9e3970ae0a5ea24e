"""Why a configuration is as fast as it is, in measured figures: how much longer each task took, and who took turns.

A cause is stated only where it was measured. Works on the records of a configuration's trials and of the
baseline's. Stands above `speedup` and `trials`, beside `verdict`; where the time went is in `timeshares`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median

from engine.analysis.statistics.ratio import LEVEL, Ratio, ratio_of
from engine.analysis.trials import Summary, break_even
from engine.model import Configuration, Record
from engine.text import counted, number, percent

SLOWED = 1.25
"""Each task took a quarter longer: past what caches and clock frequencies usually cost two busy cores."""
ALIKE = 1.10
BUSY_EACH = 0.6
"""Cores busy below this (with tasks that took longer) means waiting for something other than a CPU."""
FULL = 0.8
"""All usable CPUs count as taken from this share on; the rest is what the operating system keeps."""

CROWDED = 0.2
"""Other programs that used more of the machine than this may have slowed the tasks as well as their neighbours did."""

_WORKERS = {
    "threads": "threads",
    "processes": "processes",
    "asyncio": "coroutines",
    "subinterpreters": "subinterpreters",
    "dask": "Dask workers",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One configuration's explanation against the baseline. `slowdown` is per task: 1.9 is 1.9 times as long.

    `cpu_growth` is the same for each task's own CPU time. `took_turns` is None where it was not measured.
    `pays_from` is the number of tasks from which on its start-up pays, None when it never does.
    """

    configuration: Configuration
    tasks_at_once: float | None
    cores_busy: float | None
    slowdown: Ratio | None
    cpu_growth: float | None
    took_turns: bool | None
    pays_from: int | None
    sentences: tuple[str, ...]


def durations(trials: Iterable[Iterable[Record]]) -> dict[int, float]:
    """Each task's median duration in seconds over several trials; only tasks that went well."""
    return _medians((record.task, _duration_s(record)) for records in trials for record in records)


def cpu_times(trials: Iterable[Iterable[Record]]) -> dict[int, float]:
    """Each task's median CPU time in seconds over several trials, where it is known."""
    return _medians(
        (record.task, record.cpu_s if record.status == "ok" else None) for records in trials for record in records
    )


def slowdown(alone_s: Mapping[int, float], together_s: Mapping[int, float], level: float = LEVEL) -> Ratio | None:
    """How many times as long each task took, paired by task: a geometric mean with Student's interval."""
    logs = [log(together_s[task] / alone_s[task]) for task in alone_s if together_s.get(task, 0) > 0 < alone_s[task]]
    return ratio_of(logs, level) if logs else None


def explain(
    alone: Sequence[Sequence[Record]],
    together: Sequence[Sequence[Record]],
    baseline: Summary,
    figure: Summary,
    usable_cpus: int | None = None,
    nouns: tuple[str, str] = ("task", "tasks"),
    causes: Sequence[str] = (),
    faster: bool = True,
) -> Explanation:
    """Explain one configuration from its trials' records (`together`) and the baseline's (`alone`).

    `causes` are sentences that `causes.why` found; of one that is not shown to be `faster` no start-up pays. The
    per-task comparison needs a baseline with one worker; otherwise "alone" was not measured.
    """
    slowed = slowdown(durations(alone), durations(together)) if baseline.configuration.workers == 1 else None
    grown = slowdown(cpu_times(alone), cpu_times(together)) if slowed else None
    return described(
        figure.configuration, slowed, grown.estimate if grown else None, figure.tasks_at_once, figure.cores_busy,
        usable_cpus, break_even(baseline, figure) if faster else None, nouns, figure.other_busy, causes,
    )


def described(
    configuration: Configuration,
    slowed: Ratio | None,
    cpu_growth: float | None,
    tasks_at_once: float | None,
    cores_busy: float | None,
    usable_cpus: int | None = None,
    pays_from: int | None = None,
    nouns: tuple[str, str] = ("task", "tasks"),
    other_busy: float | None = None,
    causes: Sequence[str] = (),
) -> Explanation:
    """Put the measured figures of one configuration into words; "took turns" only where cores busy says so."""
    turns, cause = _turns(configuration, slowed, cpu_growth, cores_busy, usable_cpus)
    if turns is not None and slowed is not None and slowed.estimate >= SLOWED and (other_busy or 0.0) > CROWDED:
        share = percent(other_busy or 0.0)
        turns = None
        cause = f": other programs used {share} of the machine meanwhile, so the cause was not measured"
    if causes:  # they were measured more closely, and say what kept the tasks
        cause = ""
    sentences: list[str] = []
    if slowed is not None and configuration.workers > 1:
        times = f"{number(slowed.estimate)}×"
        alike = 1 / ALIKE <= slowed.estimate <= ALIKE
        how = f"as long on {_crew(configuration)} as alone ({times})" if alike else (
            f"{times} as long on {_crew(configuration)} as alone"
        )
        busy = "" if cores_busy is None else f", with {cores_busy:.1f} cores busy"
        sentences.append(f"Each {nouns[0]} took {how}{busy}{cause}.")
    elif tasks_at_once is not None and cores_busy is not None:
        sentences.append(f"{tasks_at_once:.1f} {nouns[1]} at once on {cores_busy:.1f} cores.")
    sentences.extend(causes)
    if pays_from is not None and pays_from > 1:
        sentences.append(
            f"With start-up counted, {configuration.label} is done first from about "
            f"{counted(pays_from, *nouns)} on (an estimate)."
        )
    return Explanation(
        configuration, tasks_at_once, cores_busy, slowed, cpu_growth, turns, pays_from, tuple(sentences)
    )


def _turns(
    configuration: Configuration,
    slowed: Ratio | None,
    cpu_growth: float | None,
    cores_busy: float | None,
    usable_cpus: int | None,
) -> tuple[bool | None, str]:
    """Whether the tasks took turns, and the end of the sentence that says so."""
    if slowed is None or cores_busy is None or configuration.workers < 2:
        return None, ""
    if slowed.estimate < SLOWED:
        return False, ": they did not take turns" if slowed.estimate <= ALIKE else ""
    if cores_busy < BUSY_EACH:
        return False, ": they waited longer, and not for a CPU; for what was not measured"
    grew = cpu_growth is not None and cpu_growth >= SLOWED
    if cores_busy <= SLOWED and not grew:
        return True, ": they took turns"
    if usable_cpus and configuration.workers > usable_cpus and cores_busy >= FULL * usable_cpus:
        shared = f"{configuration.workers} workers shared {counted(usable_cpus, 'CPU', 'CPUs')}"
        return True, f": {shared}" + (_growth(cpu_growth) if grew else "")
    return False, _growth(cpu_growth) if grew else ": taking turns explains only part of it, the rest was not measured"


def _growth(cpu_growth: float | None) -> str:
    return "" if cpu_growth is None else f"; the same work also cost {number(cpu_growth)}× the CPU time"


def _crew(configuration: Configuration) -> str:
    return f"{configuration.workers} {_WORKERS.get(configuration.executor, 'workers')}"


def _duration_s(record: Record) -> float | None:
    if record.status != "ok" or record.started_s is None or record.finished_s is None:
        return None
    return record.finished_s - record.started_s


def _medians(pairs: Iterable[tuple[int, float | None]]) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for task, value in pairs:
        if value is not None:
            found.setdefault(task, []).append(value)
    return {task: median(values) for task, values in found.items()}
