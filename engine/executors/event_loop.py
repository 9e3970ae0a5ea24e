"""An event loop in a thread behind the Executor interface, with as many coroutine slots as there are workers.

Imported by `asyncio_` when one is opened, so that no other trial pays for asyncio. A call of a
coroutine function is awaited in its slot; any other call simply runs there. Slots take calls in the
order in which they were submitted.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError
from contextlib import suppress
from typing import Any

from engine.executors.base import Start

_STOPPED = "The event loop was stopped by a task."
_Call = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class LoopExecutor(Executor):
    """Runs calls in `workers` slots of one event loop, which lives in a thread of its own."""

    def __init__(self, workers: int, start: Start, arguments: tuple[Any, ...]) -> None:
        self._workers, self._start, self._arguments = workers, start, arguments
        self._calls: asyncio.Queue[_Call | None] = asyncio.Queue()
        self._waiting: set[Future[Any]] = set()
        """Calls without a result yet."""
        self._closed = self._ended = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="overlap-event-loop", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `fn(*args, **kwargs)`, awaited where it is a coroutine function."""
        if self._closed:
            raise RuntimeError("The event loop was shut down: it takes no more calls.")
        future: Future[Any] = Future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        try:
            self._loop.call_soon_threadsafe(self._calls.put_nowait, (future, fn, args, kwargs))
        except RuntimeError:  # the loop is closed
            raise BrokenExecutor(_STOPPED) from None
        if self._ended:
            self._break()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; with `wait`, return once all slots are done."""
        if cancel_futures:
            for future in list(self._waiting):
                future.cancel()
        if not self._closed:
            self._closed = True
            for _ in range(self._workers):
                self._loop.call_soon_threadsafe(self._calls.put_nowait, None)
        if wait:
            self._thread.join()

    def _live(self) -> None:
        """The thread. A task can stop the loop: the calls that are open then end as broken, instead of never."""
        runner = asyncio.Runner(loop_factory=lambda: self._loop)
        try:
            runner.run(self._slots())
            runner.close()
        except RuntimeError as error:  # not closed: that would cancel the other tasks, as if it were their fault
            print(f"The event loop ended: {error}", file=sys.stderr)  # noqa: T201 - the trial's log
        finally:
            self._ended = True
            self._break()

    def _break(self) -> None:
        for future in list(self._waiting):
            with suppress(InvalidStateError):  # it ended a moment ago
                future.set_exception(BrokenExecutor(_STOPPED))

    async def _slots(self) -> None:
        started = asyncio.Barrier(self._workers)
        await asyncio.gather(*(self._slot(slot, started) for slot in range(self._workers)))

    async def _slot(self, slot: int, started: asyncio.Barrier) -> None:
        self._start(slot, *self._arguments)
        await started.wait()  # a first call that never yields would keep the other slots from starting
        while (call := await self._calls.get()) is not None:
            future, fn, args, kwargs = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = fn(*args, **kwargs)
                future.set_result(await result if inspect.isawaitable(result) else result)
            except BaseException as error:
                if future.done():  # a task has stopped the loop: the call is broken already, and this slot is closed
                    raise
                future.set_exception(error)
