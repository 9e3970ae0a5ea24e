"""`run_chunk` as a coroutine, for executors whose workers share one event loop.

The same records from the same places as in `worker`, with two differences. A coroutine's CPU time
and its run-queue delay cannot be told from its neighbours', so they stay unknown. And the time limit is kept
here: a task that yields is cancelled; one that holds up the loop stops the pulse on the board, where the
orchestrator sees it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from engine.board import Board
from engine.errors import Later
from engine.loop import LOOK_S, time_limit
from engine.record import line
from engine.worker import FAILED, Parcel, Returned, Shared, coroutine_seat, failure, success, used_by
from engine.workloads import Workload


class _Pulse:
    """The task that shows on the board that the event loop comes round."""

    task: asyncio.Task[None] | None = None


async def run_chunk_async(parcels: list[Parcel], budget_s: float | None) -> Returned:
    """Run the tasks in turn until `budget_s` is spent (None: all of them); at least one is tried."""
    board, workload, seat = Shared.board, Shared.workload, coroutine_seat.get()
    assert board is not None and workload is not None
    if _Pulse.task is None:
        board.pulse()
        _Pulse.task = asyncio.get_running_loop().create_task(_pulse(board))
    lines: list[str] = []
    later: list[tuple[int, float]] = []
    tried = failed = 0
    began = time.perf_counter()
    for task, argument, attempt, waited_s in parcels:
        if tried and budget_s is not None and time.perf_counter() - began > budget_s:
            break
        tried += 1
        board.begin(seat.slot, task)
        started = time.perf_counter()
        try:
            ending, tries = success(workload, await _limited(workload, argument, seat.limit_s))
        except Later as wait:
            later.append((task, wait.delay_s))
            board.idle(seat.slot)
            continue
        except BaseException as error:
            ending, tries = failure(error), getattr(error, "attempts", 1)
        finished = time.perf_counter()
        board.idle(seat.slot)
        failed += ending.startswith(FAILED)
        lines.append(line(task, seat.slot, started, finished, None, None, attempt - 1 + tries, waited_s, ending))
    elapsed = time.perf_counter() - began
    used = used_by(seat).since(seat.ready)
    return Returned("".join(lines).encode(), len(lines), failed, tried, elapsed, tuple(later), seat.slot, used)


async def _limited(workload: Workload, argument: Any, limit_s: float | None) -> Any:
    """The task's output. Raises TaskFailed(time_limit) for a coroutine that was cancelled at its limit."""
    scope = asyncio.timeout(limit_s)
    try:
        async with scope:
            return await workload.run_async(argument)
    except TimeoutError as error:
        raise (time_limit(limit_s or 0.0) if scope.expired() else error) from None


async def _pulse(board: Board) -> None:
    while True:
        board.pulse()
        await asyncio.sleep(LOOK_S)
