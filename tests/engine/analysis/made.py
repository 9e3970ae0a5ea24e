"""Made trials with a known truth, for the tests of the analysis."""

from __future__ import annotations

import random
from collections.abc import Mapping

from engine.analysis.trials import TimedTrial
from engine.model import Configuration, Record, Status

SEQUENTIAL = Configuration("sequential", 1)
THREADS_2 = Configuration("threads", 2)
THREADS_4 = Configuration("threads", 4)
PROCESSES_2 = Configuration("processes", 2)

COSTS = {"sequential": (0.001, 30.0), "threads": (0.002, 30.5), "processes": (0.102, 91.5)}
"""Start-up in seconds and peak memory in MB of each executor's made trials."""


def comparison(
    speeds: Mapping[Configuration, float], repeats: int = 5, noise: float = 0.0, seed: int = 1, wall_s: float = 10.0
) -> list[TimedTrial]:
    """A whole comparison against sequential: true speeds, Gaussian noise, and a drift that blocks share."""
    rng = random.Random(seed)
    trials: list[TimedTrial] = []
    for block in range(repeats):
        level_s = wall_s * (1 + 0.2 * rng.random())
        slots = [(SEQUENTIAL, 1.0, "baseline"), (SEQUENTIAL, 1.0, "baseline_again")]
        slots += [(one, speed, "candidate") for one, speed in speeds.items()]
        for one, speed, role in slots:
            startup_s, memory_mb = COSTS[one.executor]
            measured_s = level_s / speed * (1 + rng.gauss(0, noise))
            trials.append(
                TimedTrial(
                    one, block, measured_s, role, startup_s=startup_s, teardown_s=0.01, cpu_s=0.98 * level_s,  # type: ignore[arg-type]
                    peak_pss_mb=memory_mb, tasks=60, failed=0, task_s_sum=0.98 * level_s, other_busy=0.01,
                    fingerprints={task: f"output {task}" for task in range(60)}, order=len(trials),
                )
            )
    return trials


def record(
    task: int, started_s: float, finished_s: float, worker: int = 0, status: Status = "ok", cpu_s: float = 0.9
) -> Record:
    """A task that ran on a worker, a second of which was 0.9 s of CPU time."""
    return Record(task, str(task), worker, started_s, finished_s, cpu_s, status=status)


def busy(net: bool = True) -> list[TimedTrial]:
    """Three blocks, lengthened by one half to the fourfold; processes are twice as fast net of it."""
    waits = [0.5, 2.5, 1.0, 3.0, 0.8, 1.7]
    found = []
    for block in range(3):
        found.append(TimedTrial(SEQUENTIAL, block, 1.0 + waits[2 * block], net_s=1.0 if net else None))
        found.append(TimedTrial(PROCESSES_2, block, 0.5 + waits[2 * block + 1], net_s=0.5 if net else None))
    return found
