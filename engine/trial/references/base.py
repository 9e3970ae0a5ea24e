"""What the file of a reference supplies: how its pool is opened and warmed, and the one line that people write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from engine.executors import EXECUTORS, Factory
from engine.executors.references import Reference
from engine.model import Configuration, Pickled
from engine.protocol.board import Board
from engine.protocol.pickling import packed, unpacked
from engine.trial.worker.endings import failure_of
from engine.trial.worker.run import only_the_worker
from engine.trial.worker.setup import Setup
from engine.trial.worker.state import WorkerState


@dataclass(frozen=True, slots=True)
class Failed:
    """What stands in the list of results for a task that raised: its reason and sentence."""

    reason: str
    sentence: str


class ReferenceRunner(ABC):
    """One way to run all tasks. `open` and `close` are not timed, `run` is."""

    reference: ClassVar[Reference]
    """What is known of it without running it."""

    def __init__(self, configuration: Configuration, setup: Setup) -> None:
        self.configuration, self.setup = configuration, setup
        self.kind: Factory = EXECUTORS[self.reference.executor](configuration)

    @abstractmethod
    def open(self) -> None:
        """Start the workers and have each of them ready for its first task. Raises TrialBroken or OverlapError."""

    @abstractmethod
    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """What the tasks return, in their order; `Failed` for one that raised."""

    def pids(self) -> set[int]:
        """The processes of the workers."""
        return Board(Path(self.setup.board)).pids()

    def close(self) -> None:  # noqa: B027 - a loop has nothing to close
        """End the workers."""


def attempt(argument: Any) -> Any:
    """One task in a worker of a pool: what it returns, or `Failed`."""
    workload = WorkerState.workload
    assert workload is not None
    try:
        output = workload.run(unpacked(argument) if type(argument) is Pickled else argument)
        only_the_worker(WorkerState.pid)
        # What came by value can be of a class that the pool's own pickle does not find.
        return packed(output) if workload.by_value or type(argument) is Pickled else output
    except BaseException as error:
        only_the_worker(WorkerState.pid)
        return failed(error)


def failed(error: BaseException) -> Failed:
    """What went wrong, in the words that a record would have."""
    return Failed(*failure_of(error))
