"""`sequential`: a plain loop behind the Executor interface; the baseline of every speedup."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from engine.executors.base import Factory, Start


class InlineExecutor(Executor):
    """Runs each call at once, in the thread that submits it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The finished future of `fn(*args, **kwargs)`."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class Sequential(Factory):
    """One worker: the trial's main thread."""

    name = "sequential"
    inline = True

    @classmethod
    def most_workers(cls) -> int | None:
        """One: that is what sequential means."""
        return 1

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """An executor whose only worker is the calling thread."""
        start(0, *arguments)
        return InlineExecutor()
