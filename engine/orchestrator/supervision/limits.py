"""When a supervisor ends a trial for a time limit, and whose fault that is. Pure functions over plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.orchestrator.supervision.outcome import Assignment
from engine.protocol.board import LONGEST_SLEEP_S, BusySlot

BACKUP_S = 2.0
"""How much later than the trial the supervisor enforces a limit that the trial can enforce itself."""
SILENT_S = 10 * LONGEST_SLEEP_S
"""A loop that has said nothing for this long is kept from running: a task holds the GIL."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Tasks that are past their limit. `certain`: it is known to be their own fault, and nobody else is suspect."""

    tasks: frozenset[int]
    certain: bool


def overdue(work: Assignment, busy: Sequence[BusySlot], silent_s: float, now_s: float) -> Overdue | None:
    """The tasks for which the trial must be killed now, None where it goes on.

    A trial that can end single tasks (by killing their worker, or by cancelling their coroutine while the event loop
    runs) gets BACKUP_S to do so. It is certain whose fault it is where a task was the only one at work, has a process
    of its own, or the loop still runs; else one task may hold the GIL and make the others late.
    """
    if not work.limit_s:
        return None
    ends_tasks = work.can_kill or (work.has_async and silent_s < SILENT_S)
    limit_s = work.limit_s + (BACKUP_S if ends_tasks else 0.0)
    late = frozenset(slot.task for slot in busy if now_s - slot.started_s > limit_s)
    if not late:
        return None
    return Overdue(late, work.can_kill or len(busy) == 1 or silent_s < SILENT_S)
