"""Whose turn it is on this machine: measuring runs have it to themselves, jobs share it up to a limit.

The locks are the kernel's, on files in this user's folder among the temporary files (`engine.machine.private`). So they
hold between several servers and commands, no other user can hold them, and a dead holder frees them:

    measuring.lock      held by a comparison or experiment while it waits for the jobs and while it runs;
                        a job passes through it, so none starts beside a measurement
    job-<n>.lock        one for each job that may run at a time; a measurement takes them all

Beside each lock stands a text that says who holds it and, where that can be said, until when. Before any of them a
run stands in the line (`line`): the first of it takes what it needs, the others wait, so none is overtaken.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine.machine import private
from engine.model import Run
from engine.orchestrator.line import Expected, Ticket, expected_from, told

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
    expected: Expected | None = None,
) -> Iterator[bool]:
    """Hold this run's turn; gives False when the run was cancelled while it waited.

    `expected` is how long the run will take, where that can be said. Tests bring their own `sleep`.
    """
    folder = private.temporary_folder()
    with ExitStack() as held:
        take = _take_slot if run.kind == "job" else _take_machine
        queue = _Queue(held, waiting, cancelled, sleep, expected)
        ticket = Ticket(folder, expected)
        try:
            got = queue.stand(ticket, folder, run) and take(folder, run, jobs_at_once, queue)
        finally:
            ticket.give_back()
        waiting(None)
        yield got


class _Queue:
    """The waiting for one lock after the other, with what was taken so far."""

    def __init__(
        self, held: ExitStack, waiting: Waiting, cancelled: Callable[[], bool], sleep: Callable[[float], None],
        expected: Expected | None,
    ) -> None:
        self.held, self.waiting, self.cancelled, self.sleep = held, waiting, cancelled, sleep
        self.expected = expected

    def hold(self, path: Path, run: Run) -> bool:
        """Take this lock if it is free, and sign it."""
        lock = FileLock(path, timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            return False
        self.held.callback(lock.release)
        _sign(path, run, self.expected)
        return True

    def stand(self, ticket: Ticket, folder: Path, run: Run) -> bool:
        """Wait until nobody is before this run; False when it was cancelled meanwhile."""
        looks, said = 0, None
        while not self.cancelled():
            before = ticket.before()
            if not before:
                return True
            looks += 1
            # Who runs holds a slot; who holds the measuring lock alone waits too, and is counted among those before.
            locks = [*sorted(folder.glob("job-*.lock")), folder / "measuring.lock"]
            busy = next(filter(_is_held, locks), locks[-1])
            place = f"waits for {holder(busy)}{told(before, left_of(busy))}"
            if looks >= 2 and place != said:  # at the first look they may be about to begin
                said = place
                self.waiting(place)
            self.sleep(LOOK_S)
        return False

    def wait(self, paths: list[Path], run: Run) -> Path | None:
        """The first of these locks that could be taken; None when the run was cancelled meanwhile."""
        looks, said = 0, None
        while not self.cancelled():
            for path in paths:
                if self.hold(path, run):
                    return path
            looks += 1
            place = f"waits for {holder(paths[0])}{told([], left_of(paths[0]))}"
            if looks >= 2 and place != said:  # at the first look it may only be a job that passes through the door
                said = place
                self.waiting(place)
            self.sleep(LOOK_S)
        return None


def _is_held(path: Path) -> bool:
    """Whether a run holds this lock now."""
    try:
        with FileLock(path, timeout=0, mode=0o600):
            return False
    except Timeout:
        return True


def is_measured() -> bool:
    """Whether a run has this machine to itself, or waits for that."""
    return _is_held(private.temporary_folder() / "measuring.lock")


def holder(path: Path) -> str:
    """Who signed a lock."""
    return _signature(path).partition("\n")[0] or "another run"


def left_of(path: Path) -> Expected | None:
    """How long the holder of a lock will go on; None where nobody can say."""
    until = expected_from(_signature(path).partition("\n")[2])
    return until and until._replace(seconds=max(0.0, until.seconds - time.time()))


def judge_anew(run: Run, left: Expected) -> None:
    """Say of the turn that a run of this process holds how long it goes on from now on."""
    folder = private.temporary_folder()
    for path in [*folder.glob("job-*.lock"), folder / "measuring.lock"]:
        if _signature(path).endswith(f"\n{os.getpid()}") and holder(path) == _name(run):
            _sign(path, run, left)


def _sign(path: Path, run: Run, left: Expected | None) -> None:
    until = "\n" if left is None else left._replace(seconds=time.time() + left.seconds).written()
    private.write_text(path.with_suffix(".txt"), f"{_name(run)}\n{until}\n{os.getpid()}")


def _name(run: Run) -> str:
    """What others are told of a run; where people sign in, its title is its owner's alone."""
    return f"run {run.id}" if run.person else f"run {run.id}, {' '.join(run.title.split())}"


def _signature(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.with_suffix(".txt").read_text(encoding="utf-8", errors="replace")
    return ""


def _slots(folder: Path, count: int) -> list[Path]:
    return [folder / f"job-{number}.lock" for number in range(count)]


def _take_slot(folder: Path, run: Run, jobs_at_once: int, queue: _Queue) -> bool:
    """A job: through the measuring lock, which is given back at once, to one of the slots."""
    with ExitStack() as passing:
        door = _Queue(passing, queue.waiting, queue.cancelled, queue.sleep, queue.expected)
        if door.wait([folder / "measuring.lock"], run) is None:
            return False
        return queue.wait(_slots(folder, max(1, jobs_at_once)), run) is not None


def _take_machine(folder: Path, run: Run, jobs_at_once: int, queue: _Queue) -> bool:
    """A measurement: the measuring lock, then every slot there is, as the jobs leave them."""
    slots = {*_slots(folder, max(1, jobs_at_once)), *list(folder.glob("job-*.lock"))[:_MOST_SLOTS]}
    wanted = [folder / "measuring.lock", *sorted(slots)]
    return all(queue.wait([path], run) is not None for path in wanted)
