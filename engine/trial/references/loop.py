"""The plain loop: `results.append(function(argument))`, what every speedup is against."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from engine.executors.references import LOOP
from engine.trial.references.base import ReferenceRunner, failed
from engine.trial.worker.state import WorkerState, ready_here


class PlainLoop(ReferenceRunner):
    """One task after the other in the main thread; coroutine functions are awaited one after the other."""

    reference = LOOP

    def open(self) -> None:
        """Make the workload here."""
        ready_here(self.setup)

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Loop."""
        assert WorkerState.workload is not None
        function = WorkerState.workload.bare()
        if WorkerState.workload.is_coroutine:
            return asyncio.run(awaited(function, arguments))
        return looped(function, arguments)


def looped(function: Any, arguments: Sequence[Any]) -> list[Any]:
    """The loop, and nothing else: a `try` that is not needed costs nothing (PEP 659's zero-cost exceptions)."""
    results: list[Any] = []
    append = results.append
    for argument in arguments:
        try:
            append(function(argument))
        except BaseException as error:
            append(failed(error))
    return results


async def awaited(function: Any, arguments: Sequence[Any]) -> list[Any]:
    """The same loop with `await`."""
    results = []
    for argument in arguments:
        try:
            results.append(await function(argument))
        except BaseException as error:
            results.append(failed(error))
    return results
