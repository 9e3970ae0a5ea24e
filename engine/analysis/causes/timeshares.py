"""Where a trial's time went: starting, working, waiting for the next task, collecting.

Works on one trial's records. Stands above `engine.model`, beside `explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from engine.model import Record


@dataclass(frozen=True, slots=True)
class TimeShares:
    """Where one trial's worker-seconds went: (start-up + wall + teardown) × workers, split in four.

    `starting` is the start-up, `working` the tasks themselves, `waiting` all time between a worker's tasks,
    before its first and after its last, `collecting` what passed after the last task of all and the teardown.
    `ran_out_s` is the part of `waiting_s` after a worker's last task, while others still had one.
    """

    workers: int
    starting_s: float
    working_s: float
    waiting_s: float
    collecting_s: float
    ran_out_s: float

    @property
    def shares(self) -> dict[str, float]:
        """Each part as a fraction of all worker-seconds, in the order in which they happen."""
        parts = {
            "starting": self.starting_s, "working": self.working_s,
            "waiting": self.waiting_s, "collecting": self.collecting_s,
        }
        total = sum(parts.values())
        return {name: value / total if total else 0.0 for name, value in parts.items()}


@dataclass(frozen=True, slots=True)
class FirstTasks:
    """Median duration of each worker's first task, and of all others: imports and caches show in the first."""

    first_s: float
    rest_s: float


def time_shares(
    records: Iterable[Record], workers: int, wall_s: float, startup_s: float | None, teardown_s: float | None
) -> TimeShares:
    """Split one trial's worker-seconds. Records that never reached a worker take no time."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for record in records:
        if record.worker is not None and record.started_s is not None and record.finished_s is not None:
            spans.setdefault(record.worker, []).append((record.started_s, record.finished_s))
    last_s = min(wall_s, max((end for spans_of in spans.values() for _, end in spans_of), default=0.0))
    working = sum(_covered(spans_of) for spans_of in spans.values())
    ran_out = sum(max(0.0, last_s - max(end for _, end in spans_of)) for spans_of in spans.values())
    ran_out += last_s * max(0, workers - len(spans))
    return TimeShares(
        workers=workers,
        starting_s=(startup_s or 0.0) * workers,
        working_s=working,
        waiting_s=max(0.0, last_s * workers - working),
        collecting_s=(wall_s - last_s + (teardown_s or 0.0)) * workers,
        ran_out_s=ran_out,
    )


def first_tasks(records: Iterable[Record]) -> FirstTasks | None:
    """Each worker's first task apart from the rest; None unless both exist."""
    by_worker: dict[int, list[tuple[float, float]]] = {}
    for record in records:
        if record.status == "ok" and record.worker is not None:
            if record.started_s is None or record.finished_s is None:
                continue
            duration_s = record.finished_s - record.started_s
            by_worker.setdefault(record.worker, []).append((record.started_s, duration_s))
    first = [min(tasks)[1] for tasks in by_worker.values()]
    rest = [duration_s for tasks in by_worker.values() for _, duration_s in sorted(tasks)[1:]]
    return FirstTasks(median(first), median(rest)) if first and rest else None


def _covered(spans: Sequence[tuple[float, float]]) -> float:
    """Seconds covered by at least one of the spans; batched tasks of one worker may touch, never count twice."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
