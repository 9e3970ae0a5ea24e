"""What a short sequential trial says before a comparison: busy or waiting, which grid, how long it will take.

Stands above `engine.model`; pure. The estimates are labelled as such and given as a range, because
before the comparison nobody knows whether threads will take turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from engine.model import Configuration, Record
from engine.text import counted, percent

PILOT_S = 2.0
"""A pilot may take this long at most."""
BUSY = 0.8
WAITING = 0.2
"""CPU ÷ wall above 0.8: a second task finds the CPU taken. Below 0.2: five tasks fit on one CPU."""
WAITING_COUNTS = (8, 16, 32, 64, 128)
TRIAL_S = 0.3
"""Starting and ending one trial's interpreter, sampler and records included."""
START_S = {"processes": 0.05, "subinterpreters": 0.03, "dask": 0.5}
"""Start-up per worker, in seconds, where it is not negligible; only for the estimate."""

Nature = Literal["busy", "waiting", "mixed"]


@dataclass(frozen=True, slots=True)
class Pilot:
    """A trial of the tasks run one after another. `cpu_s` is None where it could not be measured."""

    tasks: int
    wall_s: float
    cpu_s: float | None

    @property
    def busy(self) -> float | None:
        """CPU ÷ wall per task, at most 1."""
        return None if self.cpu_s is None or self.wall_s <= 0 else min(1.0, self.cpu_s / self.wall_s)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The grid that fits the tasks, sequential first, and how long a comparison of it would take."""

    nature: Nature
    busy: float | None
    configurations: tuple[Configuration, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Duration:
    """An estimate: `low_s` if nothing takes turns, `high_s` if everything in one process does."""

    low_s: float
    high_s: float


def pilot_of(records: Iterable[Record]) -> Pilot:
    """The pilot from a sequential trial's records; failed tasks count for nothing."""
    good = [
        (record.finished_s - record.started_s, record.cpu_s)
        for record in records
        if record.status == "ok" and record.started_s is not None and record.finished_s is not None
    ]
    known = [cpu_s for _, cpu_s in good if cpu_s is not None]
    return Pilot(len(good), sum(wall_s for wall_s, _ in good), sum(known) if good and len(known) == len(good) else None)


def propose(
    pilot: Pilot,
    usable_cpus: int,
    tasks: int,
    offered: Sequence[str] = ("threads", "processes"),
    max_workers: int = 256,
) -> Proposal:
    """The grid: up to the usable CPUs for busy tasks, 8 to 128 threads and coroutines for waiting ones.

    `offered` names the executors that this machine and workload have. No worker count exceeds the tasks.
    """
    nature = nature_of(pilot)
    limit = max(1, min(tasks, max_workers))
    cpu_counts = [count for count in _doubling(usable_cpus) if count <= limit]
    waiting_counts = [count for count in WAITING_COUNTS if count <= limit] or [limit]
    grid = {
        "busy": [(name, cpu_counts) for name in offered if name != "asyncio"],
        "waiting": [(name, waiting_counts) for name in offered if name in ("threads", "asyncio")],
        "mixed": [
            (name, sorted({*cpu_counts, *(count for count in _beyond(usable_cpus) if count <= limit)}))
            if name in ("threads", "asyncio") else (name, cpu_counts)
            for name in offered
        ],
    }[nature]
    configurations = [Configuration("sequential", 1)]
    configurations += [
        Configuration(name, count) for name, counts in grid if name != "sequential" for count in counts
    ]
    return Proposal(nature, pilot.busy, tuple(dict.fromkeys(configurations)), _sentence(pilot, nature, usable_cpus))


def nature_of(pilot: Pilot) -> Nature:
    """Busy, waiting or mixed; mixed too where the CPU time is unknown."""
    busy = pilot.busy
    if busy is None:
        return "mixed"
    return "busy" if busy >= BUSY else "waiting" if busy <= WAITING else "mixed"


def duration(
    pilot: Pilot, configurations: Sequence[Configuration], baseline: Configuration, tasks: int, repeats: int,
    usable_cpus: int,
) -> Duration:
    """How long a comparison will take: the discarded warm-up, then every block with the baseline twice."""
    each = [one for one in dict.fromkeys(configurations) if one != baseline]
    base = _trial_s(pilot, baseline, tasks, usable_cpus)
    low = base[0] + repeats * (2 * base[0] + sum(_trial_s(pilot, one, tasks, usable_cpus)[0] for one in each))
    high = base[1] + repeats * (2 * base[1] + sum(_trial_s(pilot, one, tasks, usable_cpus)[1] for one in each))
    return Duration(low, high)


def _trial_s(pilot: Pilot, one: Configuration, tasks: int, usable_cpus: int) -> tuple[float, float]:
    """One trial's seconds: bounded below by its workers and by the CPUs, above by one CPU for one process's tasks."""
    work_s = pilot.wall_s / max(1, pilot.tasks) * tasks
    cpu_s = work_s * (1.0 if pilot.busy is None else pilot.busy)
    workers = max(1, min(one.workers, tasks))
    fixed_s = TRIAL_S + START_S.get(one.executor, 0.0) * one.workers
    lowest_s = max(work_s / workers, cpu_s / min(workers, usable_cpus))
    alone = one.executor in ("threads", "asyncio", "sequential")
    highest_s = max(lowest_s, cpu_s) if alone else lowest_s
    return fixed_s + lowest_s, fixed_s + highest_s


def _doubling(cpus: int) -> list[int]:
    """Worker counts up to the CPUs. From 4 CPUs on they are four at least, enough to fit the scaling law."""
    if cpus <= 4:
        return list(range(1 if cpus in (1, 4) else 2, cpus + 1))
    return sorted({2**power for power in range(10) if 2**power <= cpus} | {cpus})


def _beyond(cpus: int) -> list[int]:
    return [ceil(cpus * factor) for factor in (2, 4)]


def _sentence(pilot: Pilot, nature: Nature, usable_cpus: int) -> str:
    if pilot.busy is None:
        return "The pilot could not measure CPU time, so both few and many workers are proposed."
    share = percent(pilot.busy)
    return {
        "busy": f"The tasks compute for {share} of their time: more workers than the "
                f"{counted(usable_cpus, 'usable CPU', 'usable CPUs')} cannot help.",
        "waiting": f"The tasks wait for all but {share} of their time: many of them fit side by side.",
        "mixed": f"The tasks compute for {share} of their time and wait for the rest: "
                 "somewhat more workers than CPUs may help.",
    }[nature]
