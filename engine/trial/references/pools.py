"""The pools of the standard library, as their documentation shows them: one `map` over all tasks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

from engine.errors import OverlapError, TrialBroken
from engine.executors.processes import Processes
from engine.executors.references import MULTIPROCESSING_POOL, PROCESS_MAP, THREAD_MAP
from engine.trial.references.base import ReferenceRunner, attempt
from engine.trial.worker.state import start, warm


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
        """Map."""
        results: list[Any] = self.pool.map(attempt, arguments)
        return results

    def close(self) -> None:
        """Close the pool and wait for its workers."""
        self.pool.close()
        self.pool.join()


def must_be_warm(problems: Any) -> None:
    """Raises TrialBroken when workers cannot start, OverlapError with what kept them from starting."""
    try:
        problem = next(filter(None, problems), None)
    except Exception as error:
        raise TrialBroken(f"The workers could not start: {error}") from error
    if problem:
        raise OverlapError(problem)
