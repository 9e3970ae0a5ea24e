"""What a chain of trials still has to run, and what a trial's death says about its tasks.

Pure: given what was planned, what came back and what the board showed, say who runs again, who
runs again alone, and who is to blame. Used by the orchestrator when a trial's process has died
(the trial's own `Mender` does the same for a pool that broke inside it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.protocol.board import Post


@dataclass(frozen=True, slots=True)
class Remaining:
    """Task to attempts so far. `tasks` None stands for all of the run's, none of them tried."""

    tasks: dict[int, int] | None
    suspects: dict[int, int] = field(default_factory=dict)
    """Those that run first, each alone."""

    def attempts(self, total: int) -> dict[int, int]:
        """All tasks that remain, of a run of `total`, with their attempts so far."""
        return {**(dict.fromkeys(range(total), 0) if self.tasks is None else self.tasks), **self.suspects}


@dataclass(frozen=True, slots=True)
class Guilty:
    """A task that is not run again: where it was, and how often it was tried."""

    post: Post
    task: int
    attempts: int
    overdue: bool


def after_death(
    before: Remaining,
    total: int,
    done: Iterable[int],
    busy: Iterable[Post],
    overdue: set[int],
    known_suspects: Iterable[tuple[int, int]] | None,
) -> tuple[Remaining, list[Guilty]]:
    """What the next trial runs, and the guilty.

    A task past its limit is the known culprit, and nobody else is suspect. Else the tasks on the
    board run again alone, and one that was alone already is guilty. `known_suspects` (task, attempts)
    come from a trial that could still say who was at work when its pool broke.
    """
    settled = set(done)
    attempts = {task: count for task, count in before.attempts(total).items() if task not in settled}
    posts = {post.task: post for post in busy if post.task in attempts}
    alone = len(posts) == 1 and next(iter(posts)) in before.suspects
    guilty: list[Guilty] = []
    suspects = {task: count for task, count in before.suspects.items() if task in attempts}
    if known_suspects is not None:
        suspects |= dict(known_suspects)
    else:
        for task, post in posts.items():
            if task is None:
                continue
            if task in overdue or (alone and not overdue):
                guilty.append(Guilty(post, task, attempts.pop(task) + 1, task in overdue))
                suspects.pop(task, None)
            elif not overdue:
                suspects[task] = attempts[task] + 1
    rest = {task: count for task, count in attempts.items() if task not in suspects}
    return Remaining(rest, suspects), guilty
