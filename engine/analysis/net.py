"""A trial's wall time net of other programs: what it would have been had its workers never waited for a CPU.

    net = wall − D / W − min(L, G)

but never less than the tasks' CPU time on W workers. D is the workers' run-queue delay in all, W how many workers it
was spread over (a worker that ran out of tasks early bore less of it), L the delay of the thread that hands tasks
out, and G the time for which a worker was neither at a task nor in a run queue: only that much of L can have held the
workers up. Held against trials beside fifteen busy programs, it is within 3% of what tasks that compute take in
CPU time (docs/measuring.md).

It is known only where waiting for a CPU is other programs' doing and nothing else hides behind it: no more workers
than CPUs, workers that do not take turns holding an interpreter lock, and little CPU time but the tasks' own; of an
event loop, where it had hardly a moment to spare. Stands above `event_loop`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from engine.analysis.event_loop import loop_time
from engine.model import Configuration, Measurement, Record

TURNS = 0.10
"""Threads of one interpreter that were idle for more than this share of their CPU time took turns: a lock's
holder that waits for a CPU holds up all of them, so the delays do not simply divide by the workers."""
BESIDE = 0.25
"""CPU time beside the tasks (pickling, handing over), as a share of their own work, from which on it is on the critical
path itself: what delays it cannot be told from what delays the workers."""
_SEPARATE = ("sequential", "processes", "subinterpreters")
"""Executors whose workers share no interpreter lock."""


@dataclass(frozen=True, slots=True)
class Split:
    """Worker-seconds of one trial's tasks, and how many workers shared them: `spread` is 1.9 of 2, say.

    `blocked_s` is what is left of the tasks' time: neither on a CPU nor waiting for one.
    """

    task_s: float
    cpu_s: float
    delay_s: float
    spread: float

    @property
    def blocked_s(self) -> float:
        """Neither on a CPU nor waiting for one; native threads and children can make CPU time exceed the rest."""
        return max(0.0, self.task_s - self.cpu_s - self.delay_s)


def split_of(records: Sequence[Record]) -> Split | None:
    """The sums over one trial's records, in whatever order; None where one does not know its CPU time or its delay."""
    spent: list[tuple[float, float, float]] = []
    last_s: dict[int, float] = {}
    for record in records:
        if record.worker is None or record.started_s is None or record.finished_s is None:
            continue
        if record.cpu_s is None or record.run_delay_s is None:
            return None
        spent.append((record.finished_s - record.started_s, record.cpu_s, record.run_delay_s))
        last_s[record.worker] = max(last_s.get(record.worker, 0.0), record.finished_s)
    longest_s = max(last_s.values(), default=0.0)
    if longest_s <= 0:
        return None
    task_s, cpu_s, delay_s = map(fsum, zip(*spent, strict=True))
    return Split(task_s, cpu_s, delay_s, fsum(last_s.values()) / longest_s)


def why_unknown(configuration: Configuration, usable_cpus: int | None) -> str:
    """Why a configuration's net time is not known beside other programs, where others' are: half a sentence."""
    if configuration.reference:
        return "its workers run other code, which does not tell when each of them waited"
    if usable_cpus and configuration.workers > usable_cpus:
        return "with more workers than CPUs they also wait for each other, which no clock tells from waiting for others"
    if configuration.executor == "asyncio":
        return "its event loop had time to spare, and whom a delay holds up then depends on what is awaited"
    if configuration.executor not in _SEPARATE:
        return (
            "its workers share one lock, and while the one that holds it waits for a CPU all the others wait, too, "
            "which no clock tells from taking turns"
        )
    return "what is handed over kept the loop so busy that its waiting cannot be told from the workers'"


def net_wall_s(
    configuration: Configuration, measured: Measurement, split: Split | None, usable_cpus: int | None
) -> float | None:
    """The wall time less the delay on its critical path; None where that cannot be told."""
    wall_s, delay_s, loop_s = measured.wall_s, measured.run_delay_s, measured.loop_delay_s
    if configuration.reference and configuration.executor == "sequential":  # a plain loop: one thread, no records
        return wall_s - delay_s if wall_s and delay_s is not None and wall_s > delay_s else None
    if configuration.executor == "asyncio":
        return _of_an_event_loop(configuration, measured)
    if split is None or wall_s is None or delay_s is None or loop_s is None:
        return None
    if not usable_cpus or configuration.workers > usable_cpus:
        return None
    between_s = max(0.0, delay_s - split.delay_s)
    idle_s = max(0.0, wall_s - (split.task_s + between_s) / split.spread)
    shares_lock = configuration.executor not in _SEPARATE and configuration.workers > 1
    if shares_lock and split.blocked_s + idle_s * split.spread > TURNS * split.cpu_s:
        return None
    beside_s = (measured.cpu_s or split.cpu_s) - split.cpu_s
    if configuration.workers > 1 and beside_s > BESIDE * (split.cpu_s + split.blocked_s):
        return None
    net_s = wall_s - delay_s / split.spread - min(loop_s, idle_s)
    # The tasks' CPU time has to fit: on the workers, or on all CPUs where tasks have threads or children of their own.
    alone = split.cpu_s + split.delay_s <= split.task_s
    net_s = max(net_s, split.cpu_s / (configuration.workers if alone else usable_cpus))
    return net_s if 0 < net_s <= wall_s else None


def _of_an_event_loop(configuration: Configuration, measured: Measurement) -> float | None:
    """One thread has all coroutines: where it had hardly a moment to spare, each delay held up all that followed."""
    time = loop_time(configuration, measured)
    return None if time is None or time.idle > TURNS * time.on_cpu else time.on_cpu + time.idle
