"""Which tasks a run still has to run, and what the death of a trial's process says about them.

Pure functions: given what was planned, what came back and what the board showed, they say which tasks run again,
which run again alone, and which one is to blame. `engine.trial.recovery` decides the same for a pool that broke inside
a trial that lives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.protocol.board import BusySlot


@dataclass(frozen=True, slots=True)
class Pending:
    """Tasks that are still to run, by index, with the attempts that each has had so far.

    `tasks` None stands for all tasks of the run, none of them tried yet.
    """

    tasks: dict[int, int] | None
    suspects: dict[int, int] = field(default_factory=dict)
    """Those that run first, each with no other task beside it."""

    def attempts(self, total: int) -> dict[int, int]:
        """All pending tasks of a run of `total`, with their attempts so far."""
        return {**(dict.fromkeys(range(total), 0) if self.tasks is None else self.tasks), **self.suspects}


    def count(self, total: int) -> int:
        """How many those are."""
        return total if self.tasks is None else len(self.tasks.keys() | self.suspects.keys())


ALL = Pending(None)


@dataclass(frozen=True, slots=True)
class Culprit:
    """A task that is not run again: where it ran last, and how often it was tried."""

    at: BusySlot
    attempts: int
    overdue: bool
    """Whether it was past its time limit; else it took its worker down."""

    @property
    def task(self) -> int:
        """The task's index."""
        return self.at.task


def after_death(
    before: Pending,
    total: int,
    done: Iterable[int],
    busy: Iterable[BusySlot],
    overdue: set[int],
    known_suspects: Iterable[tuple[int, int]] | None,
) -> tuple[Pending, list[Culprit]]:
    """What the next trial runs, and the culprits.

    A task past its limit is a known culprit, and nobody else is suspect. Else the tasks on the board run again alone,
    and a task that was alone already is the culprit. `known_suspects` (task, attempts so far) come from a trial that
    could still say which tasks were at work when its pool broke.
    """
    settled = set(done)
    attempts = {task: count for task, count in before.attempts(total).items() if task not in settled}
    at_work = {slot.task: slot for slot in busy if slot.task in attempts}
    alone = len(at_work) == 1 and next(iter(at_work)) in before.suspects
    culprits: list[Culprit] = []
    suspects = {task: count for task, count in before.suspects.items() if task in attempts}
    if known_suspects is not None:
        suspects |= dict(known_suspects)
        at_work = {}
    for task, slot in at_work.items():
        if task in overdue or (alone and not overdue):
            culprits.append(Culprit(slot, attempts.pop(task) + 1, task in overdue))
            suspects.pop(task, None)
        elif not overdue:
            suspects[task] = attempts[task] + 1
    rest = {task: count for task, count in attempts.items() if task not in suspects}
    return Pending(rest, suspects), culprits
