"""The pools of the standard library, as their documentation shows them: one `map` over all tasks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from engine.errors import OverlapError, TrialBroken
from engine.executors.processes import Processes
from engine.executors.references import MULTIPROCESSING_POOL, PROCESS_MAP, THREAD_MAP
from engine.trial.references.base import ReferenceRunner, attempt
from engine.trial.worker.state import start, warm

_LOOK_S = 0.25
"""How often it is looked whether a pool can still come to an end; a result wakes the waiting at once."""


class _Map(ReferenceRunner):
    """`list(pool.map(function, arguments))` on a pool of concurrent.futures."""

    pool: Executor

    def open(self) -> None:
        """Open the pool as the executor does, and wait until every worker is there."""
        self.pool = self.kind.open(start, (self.setup,))
        must_be_warm(self.pool.map(warm, [self.kind.workers] * self.kind.workers))

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Map."""
        return list(self.pool.map(attempt, arguments, chunksize=self.configuration.chunk or 1))

    def close(self) -> None:
        """Shut the pool down."""
        self.pool.shutdown(wait=True)


class ThreadMap(_Map):
    """concurrent.futures, threads."""

    reference = THREAD_MAP


class ProcessMap(_Map):
    """concurrent.futures, processes: with its default of one task a hand-over, and with good chunks."""

    reference = PROCESS_MAP


class MultiprocessingPool(ReferenceRunner):
    """multiprocessing.Pool, which chooses its chunks itself."""

    reference = MULTIPROCESSING_POOL
    pool: Any

    def open(self) -> None:
        """Open the pool with the start method of the executor `processes`."""
        assert isinstance(self.kind, Processes)
        self.pool = self.kind.context.Pool(self.kind.workers, **self.kind.first_steps(start, (self.setup,)))
        must_be_warm(self.pool.map(warm, [self.kind.workers] * self.kind.workers, chunksize=1))

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Map. Raises TrialBroken where this pool would wait for ever: it does not notice what it has lost."""
        workers = {worker.pid for worker in self.pool._pool}
        with _ends_of_threads() as ends:
            mapped = self.pool.map_async(attempt, arguments)
            while not mapped.ready():
                mapped.wait(_LOOK_S)
                if not mapped.ready() and (why := self._lost(workers, ends)):
                    raise TrialBroken(f"multiprocessing.Pool.map would wait for ever here: {why}")
        results: list[Any] = mapped.get()
        return results

    def _lost(self, workers: set[int], ends: Sequence[BaseException | None]) -> str | None:
        """What was lost that the map waits for; None while all may still come."""
        if not self.pool._result_handler.is_alive():
            error = next(filter(None, ends), None)
            why = f" ({type(error).__name__}: {error})" if error else ""
            return f"a result cannot be unpickled in the main process{why}, and that ended the thread that reads them."
        if {worker.pid for worker in self.pool._pool} != workers:
            return "a worker process died, and what it was working on is run by no other."
        return None

    def close(self) -> None:
        """Close the pool and wait for its workers."""
        self.pool.close()
        self.pool.join()


@contextmanager
def _ends_of_threads() -> Iterator[list[BaseException | None]]:
    """What other threads of this process end with meanwhile, in their order."""
    ends: list[BaseException | None] = []
    usual, threading.excepthook = threading.excepthook, lambda ended: ends.append(ended.exc_value)
    try:
        yield ends
    finally:
        threading.excepthook = usual


def must_be_warm(problems: Any) -> None:
    """Raises TrialBroken when workers cannot start, OverlapError with what kept them from starting."""
    try:
        problem = next(filter(None, problems), None)
    except Exception as error:
        raise TrialBroken(f"The workers could not start: {error}") from error
    if problem:
        raise OverlapError(problem)
