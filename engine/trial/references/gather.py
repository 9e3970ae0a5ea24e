"""asyncio.gather over all tasks, a semaphore letting so many pass at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from engine.executors.references import GATHER
from engine.trial.references.base import ReferenceRunner, failed
from engine.trial.worker.run import only_the_worker
from engine.trial.worker.state import WorkerState, ready_here


class Gather(ReferenceRunner):
    """`await asyncio.gather(*map(function, arguments))`, as many at once as the configuration has workers."""

    reference = GATHER

    def open(self) -> None:
        """Make the workload here."""
        ready_here(self.setup)

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Gather, in an event loop that starts and ends with it."""
        assert WorkerState.workload is not None
        return asyncio.run(gathered(WorkerState.workload.bare_coroutine(), arguments, self.configuration.workers))


async def gathered(function: Any, arguments: Sequence[Any], at_once: int) -> list[Any]:
    """The results in the order of the arguments."""
    free = asyncio.Semaphore(at_once)

    async def one(argument: Any) -> Any:
        async with free:
            try:
                return await function(argument)
            except Exception as error:
                return failed(error)
            finally:
                only_the_worker(WorkerState.pid)

    return await asyncio.gather(*map(one, arguments))
