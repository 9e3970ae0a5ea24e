"""The measured part of a trial: the loop between two readings of the clocks, then the end of the executor."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import TrialBroken
from engine.executors import Factory
from engine.protocol.board import Board
from engine.protocol.events import Broken, Closing, End, Open, Seated
from engine.trial.batch import Batch
from engine.trial.loop import InFlight, Spent, land, run_loop
from engine.trial.meter import Meter
from engine.trial.opening import opened
from engine.trial.outputs import tell_outputs
from engine.trial.recovery import PoolRecovery, Watchdog, kill_all
from engine.trial.reporting import Output
from engine.trial.worker.run import run_chunk
from engine.trial.worker.setup import Setup
from engine.workloads import workload_class

GRACE_S = 0.5
"""How long a cancelled trial waits for tasks that are under way."""


@dataclass(frozen=True, slots=True)
class Running:
    """What the measured part of a trial works with. `stop` is set by a cancel."""

    kind: Factory
    setup: Setup
    board: Board
    batch: Batch
    stop: threading.Event
    output: Output


def measure(trial: Running, executor: Executor) -> int:
    """Run the loop to its end and say what was measured; 0, or 1 for a trial that has broken."""
    kind, output = trial.kind, trial.output
    in_flight = InFlight(chunk_runner(kind), stores=trial.setup.stores)
    recovery = PoolRecovery(trial.board, trial.batch, in_flight, output.write)

    def recover() -> Executor:
        nonlocal executor
        recovery.settle()
        executor.shutdown(wait=False, cancel_futures=True)
        trial.board.clear()
        executor = opened(kind, trial.setup, again=True)
        return executor

    if trial.setup.limit_s and kind.can_kill:
        Watchdog(trial.board, trial.setup.limit_s, recovery.overdue).start(trial.stop)
    output.say(Open())
    trial.board.opened()
    write = naming(kind, lambda: executor, output)
    clock = time.process_time if kind.inline else time.thread_time  # a task's native threads are no part of it
    meter, loop_cpu_s = Meter.begin(output.written), clock()
    try:
        run_loop(executor, trial.batch, in_flight, trial.board, write, trial.stop, recover, recovery.lose)
    except TrialBroken as error:
        output.say(Broken(message=str(error), final=False, suspects=tuple(trial.batch.suspects())))
        return 1
    ended_s = time.perf_counter()
    loop_s = own_s(kind, in_flight.spent, clock() - loop_cpu_s)
    figures = replace(
        meter.figures(kind, in_flight, output.written),
        chunk=trial.batch.largest, loop_s=loop_s, pickling_s=in_flight.spent.pickling_s,
        worker_names=tuple(kind.names_of(executor) or ()),
    )  # fmt: skip
    if trial.stop.is_set():
        leave(trial, in_flight)
        kind.abandon(executor)
    output.say(End(at=ended_s, figures=figures, cancelled=trial.stop.is_set()))
    tell_outputs(in_flight.carried, workload_class(trial.setup.workload).fingerprint, output.write)
    output.say(Closing())
    if not trial.stop.is_set():
        executor.shutdown(wait=True)
    return 0


def naming(kind: Factory, executor: Callable[[], Executor], output: Output) -> Callable[[bytes], None]:
    """What writes records. Where workers have names, it says them first, and again whenever they have changed."""
    if kind.names_of(executor()) is None:
        return output.write
    said: tuple[str, ...] = ()

    def write(lines: bytes) -> None:
        nonlocal said
        names = tuple(kind.names_of(executor()) or ())
        if names != said:
            said = names
            output.say(Seated(names=names))
        output.write(lines)

    write(b"")
    return write


def own_s(kind: Factory, spent: Spent, loop_cpu_s: float) -> float:
    """What the loop and its records added to the wall time, in CPU seconds, which other programs do not lengthen.

    It is the loop's CPU time (without the tasks, where they run in its thread) and each worker's share of the
    bookkeeping.
    """
    if kind.inline:
        return max(0.0, loop_cpu_s - spent.tasks_s)
    return loop_cpu_s + spent.bookkeeping_s / kind.workers


def chunk_runner(kind: Factory) -> Callable[..., Any]:
    """What a worker of this kind runs a chunk with: a function, or a coroutine function where tasks are coroutines."""
    if not kind.has_async:
        return run_chunk
    from engine.trial.worker.run_async import run_chunk_async  # imports asyncio, which no other trial needs

    return run_chunk_async


def leave(trial: Running, in_flight: InFlight) -> None:
    """A cancelled trial's end: what comes back within the grace still counts, then every worker is killed."""
    deadline_s = time.perf_counter() + GRACE_S
    for future in list(in_flight.chunks):
        if future.cancel():
            continue
        try:
            returned = future.result(timeout=max(0.0, deadline_s - time.perf_counter()))
            land(future, returned, trial.batch, in_flight, trial.output.write)
        except Exception as error:  # whatever a task under way ends in, the cancel goes on
            print(f"A task was still under way at the cancel: {error!r}", file=sys.stderr)  # noqa: T201
    kill_all(trial.board.pids())
