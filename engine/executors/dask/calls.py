"""Dask's executor as the trial's loop needs it: a dead worker or a lost scheduler breaks the pool at once.

Calls travel as one pickle, because Dask would otherwise look into every argument for its own futures.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, InvalidStateError
from contextlib import suppress
from typing import Any

from distributed import Client, KilledWorker
from distributed.comm.core import CommClosedError

Perform = Callable[[bytes], Any]
"""Runs in a worker: `perform(call)` does what a pickled (function, arguments) says."""

_LOST = (KilledWorker, CancelledError, CommClosedError)


class DaskBroken(BrokenExecutor):
    """A worker died, or the scheduler was lost. `at_work` says that it was this call's worker."""

    def __init__(self, message: str, at_work: bool = False) -> None:
        super().__init__(message)
        self.at_work = at_work


class DaskExecutor(Executor):
    """Calls through `Client.get_executor(pure=False)`: equal calls are each made. `close` ends what belongs to it."""

    def __init__(self, client: Client, close: Callable[[], None], perform: Perform, **where: Any) -> None:
        self._inner = client.get_executor(pure=False, **where)  # type: ignore[no-untyped-call]
        self._close, self._perform = close, perform
        self._flying: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._broken: str | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `fn(*args, **kwargs)`. Raises DaskBroken once a worker or the scheduler was lost."""
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()  # whether Dask has begun with it is not known here
        with self._lock:
            if self._broken:
                raise DaskBroken(self._broken)
            self._flying.add(outer)
        inner = self._inner.submit(self._perform, pickle.dumps((fn, args, kwargs)))
        inner.add_done_callback(lambda done: self._land(done, outer))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the client and, where there is one of its own, the cluster; without `wait`, meanwhile."""
        if wait:
            self._close()
        else:
            threading.Thread(target=self._close, name="overlap-dask-close", daemon=True).start()

    def _land(self, inner: Future[Any], outer: Future[Any]) -> None:
        with self._lock:
            self._flying.discard(outer)
        try:
            settle(outer, inner.result())
        except _LOST as error:
            died = isinstance(error, KilledWorker)
            reason = "A Dask worker died." if died else f"The Dask scheduler was lost ({error})."
            settle(outer, DaskBroken(reason, died))
            self.lose(reason, at_work=False)
        except BaseException as error:
            settle(outer, error)

    def lose(self, reason: str, at_work: bool) -> None:
        """Give up every call at once, because Dask would wait for workers that do not come back."""
        with self._lock:
            self._broken = self._broken or reason
            lost, self._flying = self._flying, set()
        for future in lost:
            settle(future, DaskBroken(reason, at_work))


def settle(future: Future[Any], outcome: Any) -> None:
    """Set a future's result or exception, unless it has one: a break can come at the same moment."""
    with suppress(InvalidStateError):
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
