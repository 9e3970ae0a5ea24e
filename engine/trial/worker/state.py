"""What the workers of one process share, what each knows of itself, and how it gets ready for its first task."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.config import from_plain
from engine.errors import OverlapError
from engine.machine.usage import RunQueue, SharedChildren, Used, process_used, run_queue
from engine.protocol.board import Board
from engine.protocol.elsewhere import Elsewhere
from engine.text import storable
from engine.trial.worker.arguments import held_arguments
from engine.trial.worker.endings import failure_of
from engine.trial.worker.setup import Setup
from engine.workloads import Place, Workload, workload_class

_WARM_LIMIT_S = 60.0


@dataclass(slots=True)
class Slot:
    """What one worker knows of itself. `ready` is what had been used when it was ready for its first task."""

    number: int
    clock: Callable[[], float]
    """The CPU seconds of the worker: of its process where it has that to itself, else of its thread."""
    own_process: bool
    queue: RunQueue | None
    children: SharedChildren | None
    """The CPU time of processes that tasks started."""
    ready: Used
    limit_s: float | None
    stores: bool = True
    pickles: bool = False
    pid: int = field(default_factory=os.getpid)
    idle: bool = True
    """Whether it had no chunk yet."""

    def begin(self, board: Board) -> None:
        """Note that the first chunk has come. The time for which this worker has waited for a CPU counts only from the
        moment when the trial's clock was started, not from when the worker was made."""
        self.idle = False
        if self.queue:
            now_s = self.queue.delay_s()
            self.ready = self.ready._replace(run_delay_s=max(self.ready.run_delay_s or 0.0, now_s - board.open_s()))


class WorkerState:
    """What the workers of this process, or of this subinterpreter, share."""

    lock = threading.Lock()
    workload: Workload | None = None
    board: Board | None = None
    problem: str | None = None
    children: SharedChildren | None = None
    pid = 0
    """The process that has them: a task may fork, and a child is no worker."""
    trial: str | None = None
    """Whose these are, by its board: a process may outlive a trial."""
    arguments: tuple[Any, ...] = ()
    """Those of all tasks, where workers hold them."""
    slot: Slot | None = None
    """The last slot taken: the only one in a subinterpreter, which gets a new thread state with every call."""


_thread = threading.local()
coroutine_slot: ContextVar[Slot] = ContextVar("coroutine_slot")
"""The slot of a worker that is a coroutine: many share one thread."""


def own_slot() -> Slot | None:
    """The slot of the worker that this thread is."""
    slot: Slot | None = getattr(_thread, "slot", WorkerState.slot)
    return slot


def start(number: int, setup: Setup) -> str | None:
    """Make this thread the worker of slot `number`: open the board, make the workload once per process.

    Never raises, because a pool would hide the reason: `warm` reports it. It is also given back.
    """
    with WorkerState.lock:
        if WorkerState.trial != setup.board:
            _share_with_this_process(setup)
    assert WorkerState.board is not None
    alone = setup.own_process or setup.workers == 1
    slot = Slot(
        number=number,
        clock=time.process_time if alone else time.thread_time,
        own_process=setup.own_process,
        queue=run_queue(),
        children=WorkerState.children,
        ready=Used(),
        limit_s=setup.limit_s,
        stores=setup.stores,
        pickles=setup.pickles,
    )
    slot.ready = used_by(slot)
    WorkerState.slot = _thread.slot = slot
    coroutine_slot.set(slot)
    WorkerState.board.ready(number, os.getpid())
    return WorkerState.problem


def _share_with_this_process(setup: Setup) -> None:
    """Make what this process's workers share."""
    WorkerState.board = Board(Path(setup.board))
    WorkerState.trial, WorkerState.problem, WorkerState.pid = setup.board, None, os.getpid()
    WorkerState.children = SharedChildren()
    try:
        WorkerState.workload = _make(setup)
        WorkerState.arguments = held_arguments(setup.tasks) if setup.tasks else ()
    except OverlapError as error:
        WorkerState.problem = storable(str(error))
    except BaseException as error:  # a module may call sys.exit() when it is imported
        WorkerState.problem = f"The workload {setup.workload} cannot start here: {failure_of(error)[1]}"


def ready_here(setup: Setup) -> None:
    """Make the workload in this process, which runs tasks without being a worker of the loop. Raises OverlapError."""
    WorkerState.problem = None
    _share_with_this_process(setup)
    if WorkerState.problem:
        raise OverlapError(WorkerState.problem)


def _make(setup: Setup) -> Workload:
    settings = from_plain(setup.settings, setup.secrets)
    place = Place(settings, Path(setup.folder), Path(setup.outputs), setup.workers, setup.coroutines)
    return workload_class(setup.workload)(setup.options, place)


def warm(workers: int) -> str | None:
    """Hold this worker until all are ready, so that each is started before the clock; gives what went wrong."""
    deadline_s, board = time.perf_counter() + _WARM_LIMIT_S, WorkerState.board
    assert board is not None
    while WorkerState.problem is None and not Elsewhere.away and board.workers_ready() < workers:
        if time.perf_counter() > deadline_s:
            return f"Only {board.workers_ready()} of {workers} workers started within {_WARM_LIMIT_S:.0f} s."
        time.sleep(0.0005)
    if (slot := coroutine_slot.get(WorkerState.slot)) is not None:
        slot.ready = used_by(slot)
    return WorkerState.problem


def used_by(slot: Slot) -> Used:
    """What the worker in this slot used up to now."""
    used = process_used() if slot.own_process else Used()
    return used._replace(run_delay_s=slot.queue.delay_s() if slot.queue else None)
