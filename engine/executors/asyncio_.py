"""`asyncio`: one event loop in a thread, with as many coroutine slots as there are workers."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from engine.executors.base import Factory, Start


class EventLoop(Factory):
    """Workers are slots of one event loop: they share a thread, and take turns wherever one waits."""

    name = "asyncio"
    has_async = True

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """An event loop with `workers` slots."""
        from engine.executors.event_loop import LoopExecutor

        return LoopExecutor(self.workers, start, arguments)
