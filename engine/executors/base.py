"""What an executor's file supplies; the trial's loop knows nothing else about it.

Every executor is a `concurrent.futures.Executor` made by a small factory. Beside opening one, a
factory says how to go on after a break and what the executor can do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, ClassVar

from engine.errors import TrialBroken
from engine.model import Configuration

Start = Callable[..., str | None]
"""`start(slot, *arguments)` is called once in every worker before its first task; it may say why tasks cannot run."""


class WorkerLost(Exception):
    """One worker is gone with the call that it had; the others go on, and the executor needs no mending.

    `task` is what it was at, where that is known, and `started_s` when that began on the trial's clock; `limit_s` is
    given where it was ended for its time limit.
    """

    def __init__(
        self, message: str, task: int | None = None, slot: int = 0, started_s: float = 0.0, limit_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.task, self.slot, self.started_s, self.limit_s = task, slot, started_s, limit_s


class Factory(ABC):
    """Makes one kind of executor for one configuration."""

    name: ClassVar[str]
    can_kill: ClassVar[bool] = False
    """Whether one worker can be ended while the trial goes on."""
    has_async: ClassVar[bool] = False
    """Whether tasks are coroutines."""
    start_methods: ClassVar[tuple[str, ...]] = ()
    """How workers can be started here, the default first; empty where there is nothing to choose."""
    pickles: ClassVar[bool] = False
    """Whether tasks and results travel as pickles."""
    inline: ClassVar[bool] = False
    """Whether tasks run in the thread that hands them out."""
    own_process: ClassVar[bool] = False
    """Whether a worker has a process (and so a CPU clock) of its own."""

    dear: ClassVar[bool] = False
    """Whether handing a chunk over costs so much that the trial measures it, to choose how large chunks are."""

    def __init__(self, configuration: Configuration) -> None:
        self.workers = configuration.workers
        self.start_method = configuration.start_method or next(iter(self.start_methods), None)

    @classmethod
    def unavailable(cls) -> str | None:
        """Why this executor cannot run here, in one sentence; None where it can."""
        return None

    @classmethod
    def cannot_import(cls, modules: Sequence[str], search_path: Sequence[str] = ()) -> str | None:
        """Why a worker cannot import what this interpreter can; None where a worker can import the same."""
        return None

    @classmethod
    def elsewhere(cls, settings: Mapping[str, Any]) -> bool:
        """Whether, with these settings, workers may be on other machines: with other files, clocks and packages."""
        return False

    @classmethod
    def most_workers(cls) -> int | None:
        """The most workers that this system allows; None where it sets no limit."""
        return None

    def abandon(self, executor: Executor) -> None:  # noqa: B027 - most leave nothing
        """Take away what an executor would leave behind that is not shut down, because its trial was cancelled."""

    def names_of(self, executor: Executor) -> list[str] | None:
        """What the workers of an open executor are called, by their slots; None where they have no names."""
        return None

    @abstractmethod
    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """A new executor whose workers each call `start(slot, *arguments)` first, slots counting from 0."""

    def replace(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """A new executor after a break. Raises TrialBroken where this process cannot make another."""
        raise TrialBroken(f"The {self.name} executor broke and cannot be opened again in the same process.")
