"""The ways to run a list of chores, behind one small interface; each is opened once and used again.

Threads and processes are opened by the engine's own executors. asyncio is an event loop of this process
with as many slots as workers; subinterpreters are the standard library's, where this Python has them.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

from engine.errors import NotAvailable
from engine.executors import factory
from engine.lab.running import chores
from engine.model import Configuration

Chore = Callable[[Any], Any]


class Runner(ABC):
    """Runs chores on workers that are open already."""

    @abstractmethod
    def run(self, chore: Chore, items: Sequence[Any]) -> None:
        """Do `chore` for every item and wait for the last."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """End the workers."""


class Inline(Runner):
    """No workers: one item after the other, here."""

    def run(self, chore: Chore, items: Sequence[Any]) -> None:
        """A plain loop."""
        for item in items:
            chore(item)


class Pool(Runner):
    """The workers of a concurrent.futures executor."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    def run(self, chore: Chore, items: Sequence[Any]) -> None:
        """Submit all, then wait for each."""
        for future in [self.executor.submit(chore, item) for item in items]:
            future.result()

    def close(self) -> None:
        """Wait for the workers' end."""
        self.executor.shutdown()


class Loop(Runner):
    """One event loop with a number of slots; a chore without an async form blocks it."""

    def __init__(self, slots: int) -> None:
        self.slots, self.loop = slots, asyncio.new_event_loop()

    def run(self, chore: Chore, items: Sequence[Any]) -> None:
        """Let as many coroutines as there are slots take items until none is left."""
        self.loop.run_until_complete(self._all(chore, items))

    async def _all(self, chore: Chore, items: Sequence[Any]) -> None:
        waiting = iter(items)
        await asyncio.gather(*(self._slot(chore, waiting) for _ in range(self.slots)))

    async def _slot(self, chore: Chore, waiting: Any) -> None:
        form = chores.ASYNC.get(chore)
        for item in waiting:
            if form:
                await form(item)
            else:
                chore(item)
                await asyncio.sleep(0)

    def close(self) -> None:
        """Close the loop."""
        self.loop.close()


def _engine_pool(name: str) -> Callable[[int], Runner]:
    def opened(workers: int) -> Runner:
        return Pool(factory(Configuration(name, workers)).open(chores.ready, ()))

    return opened


def _subinterpreters(workers: int) -> Runner:
    if reason := no_subinterpreters():
        raise NotAvailable(reason)
    from concurrent import futures

    return Pool(futures.InterpreterPoolExecutor(workers))  # type: ignore[attr-defined, unused-ignore]


RUNNERS: dict[str, Callable[[int], Runner]] = {
    "threads": _engine_pool("threads"),
    "processes": _engine_pool("processes"),
    "asyncio": Loop,
    "subinterpreters": _subinterpreters,
}
"""Each way by name; opening one raises NotAvailable with the reason where it cannot be had."""


def no_subinterpreters() -> str | None:
    """Why this Python has no subinterpreters to use, found by trying; None where it has."""
    try:
        from concurrent import interpreters  # type: ignore[attr-defined, unused-ignore]
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        return f"not available here: Python {version} has no subinterpreters to use; they came with Python 3.14"
    del interpreters
    return None


def opened(name: str, workers: int, chore: Chore, item: Any) -> Runner:
    """A runner whose workers have each done some of this chore already.

    Raises NotAvailable, with the reason, where the way or the chore cannot be had.
    """
    runner = RUNNERS[name](workers)
    try:
        runner.run(chore, list(itertools.repeat(item, 2 * workers)))
    except Exception as error:  # whatever a worker cannot do is this way's reason
        runner.close()
        raise NotAvailable(f"not available here: {_reason(error)}") from error
    return runner


def _reason(error: BaseException) -> str:
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    return (str(root).strip().splitlines() or [type(root).__name__])[0][:200]
