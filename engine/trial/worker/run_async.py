"""`run_chunk` as a coroutine, for executors whose workers share one event loop.

It makes the same records in the same way as `run`, with two differences. A coroutine's CPU time and its run-queue delay
cannot be told from its neighbours', so they stay unknown. And the time limit is enforced here: a task that awaits
something is cancelled. One that blocks the event loop also stops the pulse on the board, which the orchestrator sees.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from engine.errors import Later
from engine.protocol.board import LONGEST_SLEEP_S, Board
from engine.protocol.reasons import time_limit
from engine.protocol.record import FAILED, line
from engine.trial.worker.chunks import PlainAttempt, Returned
from engine.trial.worker.endings import ChunkOutputs
from engine.trial.worker.run import WRAPPED, only_the_worker, unwrapped, without_traceback
from engine.trial.worker.state import WorkerState, coroutine_slot, used_by
from engine.workloads import Workload


class _Pulse:
    """The coroutine that shows on the board that the event loop runs."""

    task: asyncio.Task[None] | None = None


async def run_chunk_async(attempts: list[PlainAttempt], budget_s: float | None) -> Returned:
    """Run the tasks in turn until `budget_s` is spent (None: all of them); at least one is tried."""
    board, workload, slot = WorkerState.board, WorkerState.workload, coroutine_slot.get()
    assert board is not None and workload is not None
    if _Pulse.task is None:
        board.pulse()
        _Pulse.task = asyncio.get_running_loop().create_task(_pulse(board))
    outputs = ChunkOutputs(workload, slot.stores, slot.pickles)
    if slot.idle:
        slot.begin(board)
    lines: list[str] = []
    later: list[tuple[int, float]] = []
    tried = failed = 0
    between_cpu_s = 0.0
    own = asyncio.current_task()
    assert own is not None
    began, mark_s = time.perf_counter(), time.thread_time()
    for task, argument, number, waited_s in attempts:
        if tried and budget_s is not None and time.perf_counter() - began > budget_s:
            break
        tried += 1
        problem, output = None, None
        if type(argument) in WRAPPED:
            argument, problem = unwrapped(task, argument)
        board.begin(slot.number, task)
        between_cpu_s += time.thread_time() - mark_s
        started = time.perf_counter()
        try:
            if problem is None:
                output = await _limited(workload, argument, slot.limit_s)
        except BaseException as error:
            problem = without_traceback(error)
        finished, mark_s = time.perf_counter(), time.thread_time()  # nothing is awaited until the next task
        only_the_worker(slot.pid)
        if own.cancelling():
            await _uncancelled(own)
        board.idle(slot.number)
        if type(problem) is Later:
            later.append((task, problem.delay_s))
            continue
        ending, tries = outputs.ending(output, problem)
        failed += ending.startswith(FAILED)
        lines.append(line(task, slot.number, started, finished, None, None, number - 1 + tries, waited_s, ending))
    elapsed = time.perf_counter() - began
    between_cpu_s += time.thread_time() - mark_s
    used = used_by(slot).since(slot.ready)
    return Returned(
        "".join(lines).encode(), len(lines), failed, tried, elapsed, tuple(later), slot.number, used,
        between_cpu_s, 0.0, outputs.pickling_s, tuple(outputs.carried),
    )  # fmt: skip


async def _limited(workload: Workload, argument: Any, limit_s: float | None) -> Any:
    """The task's output. Raises TaskFailed(time_limit) for a coroutine that was cancelled at its limit."""
    scope = asyncio.timeout(limit_s)
    try:
        async with scope:
            return await workload.run_async(argument)
    except TimeoutError as error:
        raise (time_limit(limit_s or 0.0) if scope.expired() else error) from None


async def _uncancelled(own: asyncio.Task[Any]) -> None:
    """Take a cancel back that a task has asked for its own slot: the next task must not be hit by it."""
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    while own.cancelling():
        own.uncancel()


async def _pulse(board: Board) -> None:
    while True:
        board.pulse()
        await asyncio.sleep(LONGEST_SLEEP_S)
