"""The one loop that drives every executor, and how it goes on after a worker has died.

The loop names no executor and treats none apart: that it is the same is the fairness argument.
Sits beside `trial`, which opens the executor, warms it and reports the totals.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from engine.errors import TaskFailed, TrialBroken
from engine.executors.base import WorkerLost
from engine.machine.usage import Used
from engine.model import Pickled
from engine.protocol.board import Board, BusySlot
from engine.protocol.pickling import unpacked
from engine.protocol.reasons import crashed, time_limit
from engine.protocol.record import line
from engine.trial.batch import Batch
from engine.trial.worker import Errand, Returned, Unreadable, failure

LOOK_S = 0.05
"""How often the warden looks at the board, and the longest that the loop sleeps before it sees a cancel."""
_BREAKS_WITHOUT_PROGRESS = 3
_LOST_TRIES = 3
"""So often a task may be lost with the machine that had it before it is suspected of that."""

Write = Callable[[bytes], None]


@dataclass(slots=True)
class Spent:
    """CPU seconds of workers so far: in chunks, in the tasks of those chunks, and in pickling their results."""

    chunks_s: float = 0.0
    tasks_s: float = 0.0
    pickling_s: float = 0.0

    @property
    def bookkeeping_s(self) -> float:
        """What was neither a task nor pickling."""
        return max(0.0, self.chunks_s - self.tasks_s - self.pickling_s)

    def add(self, returned: Returned) -> None:
        """Count one chunk."""
        self.chunks_s += returned.chunk_cpu_s
        self.tasks_s += returned.tasks_cpu_s
        self.pickling_s += returned.pickling_s


@dataclass(slots=True)
class Flight:
    """The chunks that are with workers right now, and what the workers used so far, by slot."""

    run: Callable[..., Any]
    """What a worker runs a chunk with."""
    chunks: dict[Future[Returned], list[Errand]] = field(default_factory=dict)
    landed: queue.SimpleQueue[Future[Returned]] = field(default_factory=queue.SimpleQueue)
    used: dict[int, Used] = field(default_factory=dict)
    lost: Used = field(default_factory=Used)
    stores: bool = True
    carried: list[Returned] = field(default_factory=list)
    """What came back and is to be looked at only when the clock has stopped: a comparison's."""
    spent: Spent = field(default_factory=lambda: Spent())

    def total(self, shared_thread: bool = False) -> Used:
        """What all workers used, those of lost generations included; workers that share a thread read the same."""
        if shared_thread:
            return max(self.used.values(), key=lambda one: one.run_delay_s or 0.0, default=self.lost)
        return reduce(Used.plus, self.used.values(), self.lost)


def run_loop(
    executor: Executor,
    batch: Batch,
    flight: Flight,
    board: Board,
    write: Write,
    stop: threading.Event,
    mend: Callable[[], Executor],
    lose: Callable[[Future[Returned], WorkerLost], None],
) -> None:
    """Run the batch to its end, or until `stop` is set.

    Submission is bounded by `batch.window`. `write` gets each chunk's records as JSON lines as soon as
    the chunk is back. `mend` is called when the executor has broken: it settles what was in flight
    and opens another. `lose` is called when one worker is gone and the executor goes on without it.
    Raises TrialBroken when it cannot go on.
    """
    while not stop.is_set() and (batch or flight.chunks):
        board.beat()
        try:
            # What has come back is written before more is sent: an executor may run a task inside `submit`.
            if flight.landed.empty() and len(flight.chunks) < batch.window and (chunk := batch.take()):
                send(executor, chunk, batch, flight)
                continue
            future = flight.landed.get(timeout=batch.pause_s(LOOK_S))
            returned = future.result()
        except queue.Empty:
            continue
        except BrokenExecutor:
            executor = mend()
            continue
        except WorkerLost as lost:
            lose(future, lost)
            continue
        land(future, returned, batch, flight, write)


def send(executor: Executor, chunk: list[Errand], batch: Batch, flight: Flight) -> None:
    """Hand one chunk over; an executor that is already broken gives it back and raises BrokenExecutor."""
    try:
        future = executor.submit(flight.run, [tuple(errand) for errand in chunk], batch.budget_s)
    except BrokenExecutor:
        batch.give_back(chunk)
        raise
    flight.chunks[future] = chunk
    future.add_done_callback(flight.landed.put)


def land(future: Future[Returned], returned: Returned, batch: Batch, flight: Flight, write: Write) -> None:
    """Write a chunk's records and settle the rest of it. What a comparison's tasks returned is unpacked, and kept."""
    batch.settle(flight.chunks.pop(future), returned)
    flight.used[returned.slot] = returned.used
    flight.spent.add(returned)
    if not flight.stores:
        flight.carried.append(arrived(returned))
    elif returned.lines:
        write(returned.lines)


def arrived(returned: Returned) -> Returned:
    """The same with its outputs unpacked, which a pool in anybody's program would have done by now."""
    if not any(type(output) is Pickled for output in returned.outputs):
        return returned
    return replace(returned, outputs=tuple(map(_readable, returned.outputs)))


def _readable(output: Any) -> Any:
    try:
        return unpacked(output)
    except BaseException as error:  # a pickle is somebody's code: what it raises is its own task's failure
        return Unreadable(error)


class Mender:
    """What happens after a break: who is to blame, who runs again, and a new executor.

    Only tasks on the board are tried again alone; a task that takes its worker down alone, too, is
    named. When the warden killed a worker for its time limit, the culprit is known, and nobody else is suspect.
    """

    def __init__(self, board: Board, batch: Batch, flight: Flight, write: Write) -> None:
        self.board, self.batch, self.flight, self.write = board, batch, flight, write
        self.overdue: dict[int, float] = {}
        """Tasks whose worker the warden killed, with the limit in seconds."""
        self._breaks = 0

    def settle(self) -> None:
        """Take everything out of flight. Raises TrialBroken when breaks follow each other without progress."""
        kill_all(self.board.pids())
        alone = self.batch.generation_lost()
        lost = self._land_rest()
        at_work = self._at_work(lost)
        culprits = set(self.overdue) & set(at_work)
        back: list[Errand] = []
        for errand, _ in lost:
            if errand.task in culprits:
                self._blame(errand, at_work[errand.task], time_limit(self.overdue[errand.task]))
            elif errand.task in at_work and alone:
                self._blame(errand, at_work[errand.task], crashed(errand.attempt))
            elif errand.task in at_work and not self.overdue:
                self.batch.suspect(errand)
            else:
                back.append(errand)
        self.batch.give_back(back)
        self._count(progress=alone or bool(culprits) or len(back) < len(lost))
        self.overdue.clear()
        self.flight.lost = self.flight.total()
        self.flight.used.clear()

    def lose(self, future: Future[Returned], lost: WorkerLost) -> None:
        """One worker is gone with this chunk, and the others go on: only the task that it was at can be to blame.

        Where that is not known (a machine that is gone), tasks run again as others do, and alone after some tries.
        """
        chunk, alone = self.flight.chunks.pop(future), self.batch.generation_lost()
        back: list[Errand] = []
        for errand in chunk:
            suspect = errand.task == lost.task or (lost.task is None and errand.attempt >= _LOST_TRIES)
            post = BusySlot(lost.slot, 0, errand.task, lost.started_s or time.perf_counter())
            if suspect and lost.limit_s is not None:
                self._blame(errand, post, time_limit(lost.limit_s))
            elif suspect and alone:
                self._blame(errand, post, crashed(errand.attempt))
            elif suspect:
                self.batch.suspect(errand)
            else:
                back.append(errand if lost.task is not None else errand._replace(attempt=errand.attempt + 1))
        self.batch.give_back(back)
        self.flight.lost = self.flight.lost.plus(self.flight.used.pop(lost.slot, Used()))

    def _at_work(self, lost: list[tuple[Errand, bool]]) -> dict[int, BusySlot]:
        """Who was at work when the pool broke: the board says; of workers that are elsewhere, the executor."""
        if self.board.pids():
            return {post.task: post for post in self.board.busy()}
        now = time.perf_counter()
        return {errand.task: BusySlot(0, 0, errand.task, now) for errand, named in lost if named}

    def _land_rest(self) -> list[tuple[Errand, bool]]:
        """Lands what came back whole before the break; gives the rest, and whether its worker is said to have died."""
        lost: list[tuple[Errand, bool]] = []
        for future, chunk in list(self.flight.chunks.items()):
            try:
                land(future, future.result(timeout=10), self.batch, self.flight, self.write)
            except (BrokenExecutor, WorkerLost, CancelledError, TimeoutError) as error:
                lost += [(errand, getattr(error, "at_work", False)) for errand in chunk]
        self.flight.chunks.clear()
        self.flight.landed = queue.SimpleQueue()
        return lost

    def _blame(self, errand: Errand, post: BusySlot, error: TaskFailed) -> None:
        self.write(record_line(errand, post.number, post.started_s, error))

    def _count(self, progress: bool) -> None:
        self._breaks = 0 if progress else self._breaks + 1
        if self._breaks >= _BREAKS_WITHOUT_PROGRESS:
            raise TrialBroken(
                f"The workers died {self._breaks} times in a row while they were at no task: "
                "look at this server's memory limits and at its log."
            )


def record_line(errand: Errand, slot: int, started_s: float, error: TaskFailed) -> bytes:
    """The line of a failed record whose worker cannot write it any more."""
    now, attempts = time.perf_counter(), errand.attempt
    return line(errand.task, slot, started_s, now, None, None, attempts, errand.waited_s, failure(error)).encode()


def watch_limits(board: Board, mender: Mender, limit_s: float, stop: threading.Event) -> None:
    """The warden, a thread: kills the worker of any task that is past its limit, so that its pool breaks."""

    def watch() -> None:
        while not stop.wait(LOOK_S):
            now = time.perf_counter()
            for post in board.busy():
                if now - post.started_s > limit_s and post.task not in mender.overdue:
                    mender.overdue[post.task] = limit_s
                    kill_all({post.pid})

    threading.Thread(target=watch, name="overlap-warden", daemon=True).start()


def kill_all(pids: set[int]) -> None:
    """End worker processes at once, also those that ignore SIGTERM; one that is gone already is no error."""
    for pid in pids - {0, os.getpid()}:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
