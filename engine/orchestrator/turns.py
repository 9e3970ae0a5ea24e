"""Whose turn it is on this machine: measuring runs have it to themselves, jobs share it up to a limit.

The locks are the kernel's, on files in this user's folder among the temporary files (`engine.machine.private`). So they
hold between several servers and commands, no other user can hold them, and a dead holder frees them:

    measuring.lock      held by a comparison or experiment while it waits for the jobs and while it runs;
                        a job passes through it, so none starts beside a measurement
    job-<n>.lock        one for each job that may run at a time; a measurement takes them all

Beside each lock stands a text that says who holds it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine.machine import private
from engine.model import Run

LOOK_S = 0.2
_MOST_SLOTS = 64

Waiting = Callable[[str | None], None]
"""Told whom a run waits for (a sentence), then None."""


@contextmanager
def turn(
    run: Run,
    jobs_at_once: int,
    waiting: Waiting,
    cancelled: Callable[[], bool],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[bool]:
    """Hold this run's turn; gives False when the run was cancelled while it waited. Tests bring their own `sleep`."""
    folder = private.temporary_folder()
    with ExitStack() as held:
        take = _take_slot if run.kind == "job" else _take_machine
        got = take(folder, run, jobs_at_once, _Queue(held, waiting, cancelled, sleep))
        waiting(None)
        yield got


class _Queue:
    """The waiting for one lock after the other, with what was taken so far."""

    def __init__(
        self, held: ExitStack, waiting: Waiting, cancelled: Callable[[], bool], sleep: Callable[[float], None]
    ) -> None:
        self.held, self.waiting, self.cancelled, self.sleep = held, waiting, cancelled, sleep

    def hold(self, path: Path, run: Run) -> bool:
        """Take this lock if it is free, and sign it."""
        lock = FileLock(path, timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            return False
        self.held.callback(lock.release)
        private.write_text(path.with_suffix(".txt"), f"run {run.id}, {run.title}")
        return True

    def wait(self, paths: list[Path], run: Run) -> Path | None:
        """The first of these locks that could be taken; None when the run was cancelled meanwhile."""
        looks = 0
        while not self.cancelled():
            for path in paths:
                if self.hold(path, run):
                    return path
            looks += 1
            if looks == 2:  # at the first look it may only be a job that passes through the door
                self.waiting(f"waits for {holder(paths[0])}")
            self.sleep(LOOK_S)
        return None


def holder(path: Path) -> str:
    """Who signed a lock."""
    with contextlib.suppress(OSError):
        return path.with_suffix(".txt").read_text(encoding="utf-8", errors="replace") or "another run"
    return "another run"


def _slots(folder: Path, count: int) -> list[Path]:
    return [folder / f"job-{number}.lock" for number in range(count)]


def _take_slot(folder: Path, run: Run, jobs_at_once: int, queue: _Queue) -> bool:
    """A job: through the measuring lock, which is given back at once, to one of the slots."""
    with ExitStack() as passing:
        door = _Queue(passing, queue.waiting, queue.cancelled, queue.sleep)
        if door.wait([folder / "measuring.lock"], run) is None:
            return False
        return queue.wait(_slots(folder, max(1, jobs_at_once)), run) is not None


def _take_machine(folder: Path, run: Run, jobs_at_once: int, queue: _Queue) -> bool:
    """A measurement: the measuring lock, then every slot there is, as the jobs leave them."""
    slots = {*_slots(folder, max(1, jobs_at_once)), *list(folder.glob("job-*.lock"))[:_MOST_SLOTS]}
    wanted = [folder / "measuring.lock", *sorted(slots)]
    return all(queue.wait([path], run) is not None for path in wanted)
