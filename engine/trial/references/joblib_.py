"""joblib with its usual backend, loky, where it is installed."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from engine.errors import TrialBroken
from engine.executors.references import JOBLIB
from engine.trial.references.base import ReferenceRunner, attempt
from engine.trial.worker.setup import Setup
from engine.trial.worker.state import ready_here

_WARM_S = 60.0


class Joblib(ReferenceRunner):
    """`Parallel(n_jobs=N)(delayed(function)(argument) for argument in arguments)`."""

    reference = JOBLIB
    parallel: Any
    ready: set[int]

    def open(self) -> None:
        """Start loky's workers, which it keeps, and make the workload in each. Raises TrialBroken."""
        from joblib import Parallel, delayed

        self.parallel = Parallel(n_jobs=self.kind.workers, backend="loky")
        self.parallel.__enter__()
        self.ready = set()
        deadline = time.perf_counter() + _WARM_S
        while len(self.ready) < self.kind.workers:
            if time.perf_counter() > deadline:
                raise TrialBroken(f"Only {len(self.ready)} of {self.kind.workers} workers of joblib started.")
            self.ready |= set(self.parallel(delayed(make_ready)(self.setup) for _ in range(2 * self.kind.workers)))

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Call."""
        from joblib import delayed

        results: list[Any] = self.parallel(delayed(attempt)(argument) for argument in arguments)
        return results

    def pids(self) -> set[int]:
        """The processes of the workers, which have no place on the board."""
        return self.ready

    def close(self) -> None:
        """End the workers, with their semaphores and files."""
        from joblib.externals.loky import get_reusable_executor

        # What it shares large arrays in is else left to the interpreter's end, which a trial does not wait for.
        self.parallel._backend._workers.terminate(kill_workers=True)
        self.parallel.__exit__(None, None, None)
        get_reusable_executor().shutdown(wait=True)


def make_ready(setup: Setup) -> int:
    """Make the workload in this worker, slowly enough that the next call goes to another one; its process number."""
    ready_here(setup)
    time.sleep(0.02)
    return os.getpid()
