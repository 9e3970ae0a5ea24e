"""The one loop that drives every executor.

It names no executor and treats none apart: that it is the same for all is the fairness argument. `recovery` says how it
goes on when workers have died.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from engine.executors.base import WorkerLost
from engine.machine.usage import Used
from engine.model import Pickled
from engine.protocol.board import LONGEST_SLEEP_S, Board
from engine.protocol.pickling import unpacked
from engine.trial.batch import Batch
from engine.trial.worker.chunks import Attempt, Returned, Unreadable

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
class InFlight:
    """The chunks that are with workers right now, and what the workers used so far, by slot."""

    run: Callable[..., Any]
    """What a worker runs a chunk with."""
    chunks: dict[Future[Returned], list[Attempt]] = field(default_factory=dict)
    landed: queue.SimpleQueue[Future[Returned]] = field(default_factory=queue.SimpleQueue)
    """Those that have come back and are still to be looked at."""
    used: dict[int, Used] = field(default_factory=dict)
    lost: Used = field(default_factory=Used)
    """What workers that have died used."""
    stores: bool = True
    """Whether records are written as they come back (a job's)."""
    carried: list[Returned] = field(default_factory=list)
    """What came back and is to be looked at only when the clock has stopped: a comparison's."""
    spent: Spent = field(default_factory=Spent)

    def total(self, shared_thread: bool = False) -> Used:
        """What all workers used, those of lost generations included; workers that share a thread read the same."""
        if shared_thread:
            return max(self.used.values(), key=lambda one: one.run_delay_s or 0.0, default=self.lost)
        return reduce(Used.plus, self.used.values(), self.lost)


def run_loop(
    executor: Executor,
    batch: Batch,
    in_flight: InFlight,
    board: Board,
    write: Write,
    stop: threading.Event,
    recover: Callable[[], Executor],
    lose: Callable[[Future[Returned], WorkerLost], None],
) -> None:
    """Run the batch to its end, or until `stop` is set.

    Submission is bounded by `batch.window`. `write` gets each chunk's records as JSON lines as soon as
    the chunk is back. `recover` is called when the executor has broken: it settles what was in flight
    and opens another. `lose` is called when one worker is gone and the executor goes on without it.
    Raises TrialBroken when it cannot go on.
    """
    while not stop.is_set() and (batch or in_flight.chunks):
        board.beat()
        try:
            # What has come back is written before more is sent: an executor may run a task inside `submit`.
            if in_flight.landed.empty() and len(in_flight.chunks) < batch.window and (chunk := batch.take()):
                send(executor, chunk, batch, in_flight)
                continue
            future = in_flight.landed.get(timeout=batch.pause_s(LONGEST_SLEEP_S))
            returned = future.result()
        except queue.Empty:
            continue
        except BrokenExecutor:
            executor = recover()
            continue
        except WorkerLost as lost:
            lose(future, lost)
            continue
        land(future, returned, batch, in_flight, write)


def send(executor: Executor, chunk: list[Attempt], batch: Batch, in_flight: InFlight) -> None:
    """Hand one chunk over; an executor that is already broken gives it back and raises BrokenExecutor."""
    try:
        future = executor.submit(in_flight.run, [tuple(attempt) for attempt in chunk], batch.budget_s)
    except BrokenExecutor:
        batch.give_back(chunk)
        raise
    in_flight.chunks[future] = chunk
    future.add_done_callback(in_flight.landed.put)


def land(future: Future[Returned], returned: Returned, batch: Batch, in_flight: InFlight, write: Write) -> None:
    """Write a chunk's records and settle the rest of it. What a comparison's tasks returned is unpacked, and kept."""
    batch.settle(in_flight.chunks.pop(future), returned)
    in_flight.used[returned.slot] = returned.used
    in_flight.spent.add(returned)
    if not in_flight.stores:
        in_flight.carried.append(arrived(returned))
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
