"""Why workers' time was lost, each cause with the figures that show it, and with the experiment that proves it.

A cause is stated only where it was measured: which factor of the efficiency was lost says what kind it is, and a
second figure (cores busy, megabytes sent, context switches, CPU time of one task alone) which one. What fits no
signature is named by its kind alone. Stands above `efficiency`; what a start-up is spent on is a matter of `startup`,
and `sentences` says what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from engine.analysis.causes.efficiency import Alone, Efficiency, alone_of, mean_efficiency
from engine.analysis.trials import Summary, TimedTrial, summary
from engine.model import Configuration, Measurement
from engine.text import counted, duration, number, percent

LOST = 0.10
"""A factor that lost less than a tenth is not worth a sentence."""
COMPUTES = 0.6
"""From this share of CPU time on a task alone counts as computing."""
ONE_CORE = 1.3
"""Cores busy up to here: tasks that compute took turns on one."""
CLEARLY = 0.25
"""What has to be lost for a cause that other programs could also have brought about."""
HEAVY_MB = 0.1
"""Megabytes a task from which on moving them shows."""
SMALL_S = 0.001
OWN_THREADS = 1.2
"""Tasks that keep more cores busy than this, one after the other, have threads or processes of their own."""
CROWDED = 0.2
"""Above this share of the machine other programs are named beside a cause that they may have added to."""
CHUNK = 64
"""Tasks a hand-over, to see whether they are too small; fewer where each worker would not get one chunk."""
ONE_THREAD = "OMP_NUM_THREADS=1"
"""OpenMP, OpenBLAS and MKL all obey it."""
READ_S = 100e-6
"""Tasks shorter than this cost so little CPU time that reading the clock is a part of it."""

Name = Literal[
    "gil", "lock", "other_programs", "memory", "disk", "pickling", "small_tasks", "native_threads",
    "workers_above_cpus", "imbalance", "few_tasks", "hand_over", "imports",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. `lost` is the share of the workers' time, `experiment` what to change in words, None where nothing
    would show it. `changed` is the configuration with that change, where a comparison can make it by itself."""

    name: Name
    lost: float
    sentence: str
    experiment: str | None = None
    changed: Configuration | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured of one configuration: medians over its trials."""

    configuration: Configuration
    figure: Summary
    efficiency: Efficiency
    alone: Alone
    alone_wall_s: float
    """The baseline's wall time net of other programs."""
    measured: Measurement
    usable_cpus: int | None
    gil: bool
    nouns: tuple[str, str] = ("task", "tasks")

    @property
    def cores_alone(self) -> float:
        """Cores that the tasks keep busy when they run one after the other: more than 1 with native threads."""
        return self.alone.cpu_s / self.alone_wall_s

    @property
    def sent_mb(self) -> float:
        """Megabytes to and from the workers, a task."""
        return ((self.measured.sent_mb or 0.0) + (self.measured.received_mb or 0.0)) / max(1, self.figure.tasks)


def why(
    trials: Sequence[TimedTrial], baseline: Sequence[TimedTrial], usable_cpus: int | None, gil: bool,
    nouns: tuple[str, str] = ("task", "tasks"),
) -> tuple[Efficiency | None, tuple[Cause, ...]]:
    """The mean efficiency of one configuration's trials and its causes, against the baseline's.

    Both are empty where the kernel does not tell how long workers waited for a CPU.
    """
    alone = alone_of(baseline)
    efficiency = mean_efficiency(trials, alone)
    middle = sorted(trials, key=lambda one: one.wall_s)[len(trials) // 2] if trials else None
    if alone is None or efficiency is None or middle is None or middle.measured is None:
        return efficiency, ()
    alone_s = median(one.net_s for one in baseline if one.net_s is not None)
    evidence = Evidence(
        middle.configuration, summary(trials), efficiency, alone, alone_s, middle.measured, usable_cpus, gil, nouns
    )
    return efficiency, causes(evidence)


Rule = Callable[[Evidence], Iterator[Cause]]


def causes(evidence: Evidence) -> tuple[Cause, ...]:
    """Every cause that was measured, the dearest first."""
    found = [
        replace(cause, experiment=None, changed=None) if cause.changed == evidence.configuration else cause
        for rule in RULES for cause in rule(evidence)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda cause: -cause.lost))


def _balance(seen: Evidence) -> Iterator[Cause]:
    lost = 1 - seen.efficiency.load_balance
    if lost < LOST or seen.configuration.workers < 2:
        return
    tasks, workers = seen.figure.tasks, seen.configuration.workers
    idle = f"workers had nothing left to do for {percent(lost)} of the time"
    if tasks < 2 * workers:
        fewer = max(1, workers // 2)
        few = f"There are too few {seen.nouns[1]}: {idle}, with {counted(tasks, *seen.nouns)} for {workers} workers"
        yield Cause("few_tasks", lost, few + ".", f"--workers {fewer}", replace(seen.configuration, workers=fewer))
    else:
        yield Cause("imbalance", lost, f"The load is not balanced: {idle} while the last {seen.nouns[1]} ran.")


def _waiting_for_a_cpu(seen: Evidence) -> Iterator[Cause]:
    lost, cpus, workers = 1 - seen.efficiency.cpu_at_hand, seen.usable_cpus or 1, seen.configuration.workers
    if lost < LOST:
        return
    waited = f"at work, they waited for a CPU for {percent(lost)} of the time"
    if (others := seen.figure.other_busy or 0.0) > CROWDED and (workers > cpus or seen.cores_alone > OWN_THREADS):
        waited += f", also for other programs, which used {percent(others)} of the machine"
    limited = any("NUM_THREADS=" in variable for variable in seen.configuration.environment)  # what alone has not
    if workers > 1 and not limited and seen.cores_alone > OWN_THREADS and workers * seen.cores_alone > 1.1 * cpus:
        yield Cause(
            "native_threads", lost,
            f"Native threads oversubscribe the {counted(cpus, 'CPU', 'CPUs')}: one {seen.nouns[0]} alone keeps "
            f"{seen.cores_alone:.1f} busy (up to {seen.measured.most_threads} threads in a process); {waited}.",
            f"--env {ONE_THREAD}", replace(seen.configuration, environment=(ONE_THREAD,)),
        )
    elif workers > cpus:
        above = f"{workers} workers share {counted(cpus, 'CPU', 'CPUs')}: {waited}."
        yield Cause("workers_above_cpus", lost, above, f"--workers {cpus}", replace(seen.configuration, workers=cpus))
    else:
        held = f"At work, they waited {percent(lost)} of the time for a CPU that other programs held."
        yield Cause("other_programs", lost, held)


def _turns(seen: Evidence) -> Iterator[Cause]:
    """Blocked longer than alone. Threads also wait for the GIL between tasks, where a task gave it up at its end; what
    lies between tasks that are too small is another cause."""
    if seen.configuration.workers < 2 or seen.configuration.executor not in ("threads", "asyncio", "processes"):
        return
    threads = seen.configuration.executor == "threads"
    computes = seen.alone.cpu_s >= COMPUTES * seen.alone.work_s
    together = seen.efficiency.no_turns * (seen.efficiency.hand_over if _gil_between(seen) else 1.0)
    lost, cores = 1 - together, seen.figure.cores_busy
    if lost < LOST or cores is None:
        return
    if _disturbed(seen) and (lost < CLEARLY or (threads and computes)):
        return
    if threads and computes and seen.gil and cores <= ONE_CORE * max(1.0, seen.cores_alone):
        yield Cause(
            "gil", lost,
            f"The GIL: {seen.nouns[1]} that compute took turns for {percent(lost)} of the workers' time, with "
            f"{cores:.1f} cores busy; each process or subinterpreter has a GIL of its own.",
            "--executors processes", _as_processes(seen),
        )
        return
    moved_mb = (seen.measured.disk_read_mb or 0.0) + (seen.measured.disk_written_mb or 0.0)
    blocked = f"blocked for {percent(lost)} of the time more than alone"
    if moved_mb > HEAVY_MB * seen.figure.tasks:
        disk = f"The disk: {seen.nouns[1]} were {blocked}, and {moved_mb:.1f} MB went to or came from it."
        yield Cause("disk", lost, disk)
    elif not computes or not threads:
        lock = f"A lock, or something else that they share: {seen.nouns[1]} were {blocked}, on no CPU and at no disk."
        # Each process has a lock of its own, unless it is a file's or a server's.
        without = ("--executors processes", _as_processes(seen)) if threads else (None, None)
        yield Cause("lock", lost, lock, *without)


def _disturbed(seen: Evidence) -> bool:
    """Whether waiting for a CPU may have held up others than those who waited: a lock's holder, who hands tasks out."""
    return 1 - seen.efficiency.cpu_at_hand >= LOST


def _gil_between(seen: Evidence) -> bool:
    """Whether what lies between two tasks is waiting for the GIL: threads that compute, for longer than a hand-over."""
    computes = seen.alone.cpu_s >= COMPUTES * seen.alone.work_s
    long = seen.alone.work_s >= READ_S * seen.figure.tasks
    return seen.configuration.executor == "threads" and computes and long


def _cpu_growth(seen: Evidence) -> Iterator[Cause]:
    lost = 1 - seen.efficiency.same_cpu
    if _disturbed(seen) or seen.alone.work_s < READ_S * seen.figure.tasks:  # other programs use caches, too
        return
    if lost >= LOST and seen.configuration.workers > 1:
        yield Cause(
            "memory", lost,
            f"The same {seen.nouns[1]} cost {number(1 / seen.efficiency.same_cpu)}× the CPU time side by side: "
            "the CPUs share memory bandwidth, caches or their clock.",
        )


def _hand_over(seen: Evidence) -> Iterator[Cause]:
    lost = 1 - seen.efficiency.hand_over
    if lost < LOST or seen.configuration.workers < 2 or _gil_between(seen):
        return
    if _disturbed(seen) and seen.sent_mb < HEAVY_MB:
        return
    tasks = max(1, seen.figure.tasks)
    each_s = lost * seen.figure.wall_s * seen.configuration.workers / tasks
    task_s = seen.alone.work_s / tasks
    between = f"between {seen.nouns[1]}, {percent(lost)} of the workers' time"
    if seen.sent_mb >= HEAVY_MB:
        yield Cause(
            "pickling", lost,
            f"Arguments and results travel as pickles: {seen.sent_mb:.2g} MB a {seen.nouns[0]}; {between}.",
            *_without_pickles(seen),
        )
    elif task_s < SMALL_S:
        yield Cause(
            "small_tasks", lost,
            f"The {seen.nouns[1]} are too small: handing one over costs {duration(each_s)}, it takes "
            f"{duration(task_s)} itself; {between}.",
            *_in_chunks(seen),
        )
    else:
        yield Cause("hand_over", lost, f"Workers waited for their next {seen.nouns[0]}: {between}.")


def _as_processes(seen: Evidence) -> Configuration:
    return replace(seen.configuration, executor="processes")


def _in_chunks(seen: Evidence) -> tuple[str | None, Configuration | None]:
    """Several of them a hand-over, and still one for each worker; nothing where there are too few for that."""
    chunk = min(CHUNK, seen.figure.tasks // seen.configuration.workers)
    return (f"--chunk {chunk}", replace(seen.configuration, chunk=chunk)) if chunk > 1 else (None, None)


def _without_pickles(seen: Evidence) -> tuple[str, Configuration | None]:
    """Large arguments can be loaded by the workers instead; large results only the function itself can keep back."""
    one = seen.configuration
    if (seen.measured.sent_mb or 0.0) < (seen.measured.received_mb or 0.0):
        return "what the function returns written to a file, and its path returned", None
    held = replace(one, held=True) if one.executor == "processes" else None
    return "the arguments loaded by each worker as it starts (an initializer, --setup)", held


RULES: tuple[Rule, ...] = (_balance, _waiting_for_a_cpu, _turns, _cpu_growth, _hand_over)
"""One for each factor; a test holds each cause to a case in which it is named and one in which it is not."""
