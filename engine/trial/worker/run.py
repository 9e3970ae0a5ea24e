"""What runs inside a worker: the tasks of one chunk, each becoming one record's line. The same on every executor."""

from __future__ import annotations

import os
import time
from typing import Any

from engine.errors import Later
from engine.model import Pickled
from engine.protocol.elsewhere import Elsewhere
from engine.protocol.record import FAILED, line
from engine.trial.worker.arguments import opened
from engine.trial.worker.chunks import Held, PlainAttempt, Returned
from engine.trial.worker.endings import ChunkOutputs
from engine.trial.worker.state import Slot, WorkerState, own_slot, used_by

INSTANT_S = 50e-6
"""A task shorter than this had its CPU all the time (a time slice is a hundred times as long) and started no
process: neither is read for it, because two readings would cost as much as the task."""
UNTOUCHED_S = 10e-6
"""A task whose CPU time is as long as itself, but for so much, neither waited for a CPU nor for a process: nothing is
read for it either. Of a task that computes that is the rule on a quiet machine."""
WRAPPED = (Held, Pickled)
"""Types of arguments that stand for what a task is given: `unwrapped`."""


def run_chunk(attempts: list[PlainAttempt], budget_s: float | None) -> Returned:
    """Run the tasks in turn until `budget_s` is spent (None: all of them); at least one is tried."""
    board, workload, own = WorkerState.board, WorkerState.workload, own_slot()
    assert board is not None and workload is not None and own is not None
    slot, clock, offset_s = own.number, own.clock, Elsewhere.clock_offset_s
    if own.idle and not Elsewhere.away:
        own.begin(board)
    beside, instant_delay_s = Beside(own), 0.0 if own.queue else None
    outputs = ChunkOutputs(workload, own.stores, own.pickles)
    lines: list[str] = []
    later: list[tuple[int, float]] = []
    tried = failed = 0
    tasks_cpu_s = 0.0
    began, began_cpu_s = time.perf_counter(), clock()
    for task, argument, number, waited_s in attempts:
        if tried and budget_s is not None and time.perf_counter() - began > budget_s:
            break
        tried += 1
        problem, output = None, None
        if type(argument) in WRAPPED:
            argument, problem = unwrapped(task, argument)
        board.begin(slot, task)
        cpu_s = clock()
        started = time.perf_counter()
        try:
            if problem is None:
                output = workload.run(argument)
        except BaseException as error:
            problem = without_traceback(error)
        finished = time.perf_counter()
        only_the_worker(own.pid)
        cpu_s = clock() - cpu_s
        tasks_cpu_s += cpu_s
        if (duration_s := finished - started) > INSTANT_S and abs(duration_s - cpu_s) > UNTOUCHED_S:
            children_s, delay_s = beside.read(duration_s, cpu_s)
            cpu_s += children_s
        else:
            delay_s = instant_delay_s
        board.idle(slot)
        if type(problem) is Later:
            later.append((task, problem.delay_s))
            continue
        ending, tries = outputs.ending(output, problem)
        failed += ending.startswith(FAILED)
        tries += number - 1
        lines.append(line(task, slot, started + offset_s, finished + offset_s, cpu_s, delay_s, tries, waited_s, ending))
    elapsed_s, chunk_cpu_s = time.perf_counter() - began, clock() - began_cpu_s
    used = used_by(own).since(own.ready)
    return Returned(
        "".join(lines).encode(), len(lines), failed, tried, elapsed_s, tuple(later), slot, used,
        chunk_cpu_s, tasks_cpu_s, outputs.pickling_s, tuple(outputs.carried),
    )  # fmt: skip


def unwrapped(task: int, argument: Any) -> tuple[Any, BaseException | None]:
    """What the task is given, or what kept it from being read here."""
    if type(argument) is Held:
        argument = WorkerState.arguments[task]
    return opened(argument) if type(argument) is Pickled else (argument, None)


class Beside:
    """What a chunk's tasks used beside their own CPU time: processes that they started, and waiting for a CPU."""

    __slots__ = ("_children", "_delayed_s", "_queue")

    def __init__(self, own: Slot) -> None:
        self._queue, self._children = own.queue, own.children
        self._delayed_s = own.queue.delay_s() if own.queue else 0.0

    def read(self, duration_s: float, cpu_s: float) -> tuple[float, float | None]:
        """CPU seconds of processes that the task which has just ended had started, and how long it waited for a CPU.

        The wait counts from the last reading on: between two tasks of a chunk hardly anything is waited for. It is
        no longer than the task was without its CPU time, unless that is also of native threads beside it.
        """
        children_s = self._children.claim_s() if self._children else 0.0
        if not self._queue:
            return children_s, None
        before_s, self._delayed_s = self._delayed_s, self._queue.delay_s()
        most_s = duration_s - cpu_s if cpu_s < duration_s else duration_s
        return children_s, min(most_s, self._delayed_s - before_s)


def only_the_worker(pid: int) -> None:
    """End this process if it is not the worker: a task has forked, and its child has come back from the task.

    A `pid` of 0 stands for no worker: then nothing ends.
    """
    if pid and os.getpid() != pid:
        os._exit(0)


def without_traceback(error: BaseException) -> BaseException:
    """The error without its traceback, which would keep the frame that caught it alive."""
    return BaseException.with_traceback(error, None)  # not the error's own method, which may do anything
