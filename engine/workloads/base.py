"""What a workload's file supplies: how one task is run, in whichever worker it lands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from engine.config import Settings
from engine.model import Run, Task


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial's tasks run: the settings in force, the folders of the run, and how many share this process."""

    settings: Settings
    folder: Path
    """The run's folder: relative inputs are found below it."""
    outputs: Path
    """Where this trial's outputs go."""
    workers: int
    """Workers of the whole trial; as many may share one instance of the workload."""
    coroutines: bool = False
    """Whether tasks are run by `run_async`, all on one event loop."""


class Tried(NamedTuple):
    """An output that took the workload several tries of its own, which the record then counts."""

    output: Any
    attempts: int


class Workload(ABC):
    """One kind of work. Made once per process, before the first task; shared by that process's threads."""

    name: ClassVar[str]
    has_async: bool = False
    """Whether `run_async` exists; of the class or, for a user's own function, of the instance."""
    preload: ClassVar[tuple[str, ...]] = ()
    """Modules that every worker needs: a forkserver imports them once for all."""
    by_value: bool = False
    """Whether the work itself came as a pickle, so that its classes may exist nowhere else."""
    takes_turns: ClassVar[bool] = False
    """Whether tasks wait for their turn at hosts, which workers on several machines must then keep together."""
    alone: ClassVar[bool] = True
    """Whether each task is a call of its own, that a plain loop can make; not where tasks are put back (`Later`)."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Packages that tasks need and that are imported only when one first does."""

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        self.options = options
        self.place = place

    @classmethod  # noqa: B027 - most workloads need nothing
    def before_threads(cls) -> None:
        """Set up the trial's process, whose threads will run these tasks; called once, before there are any."""

    @classmethod
    def no_async_form(cls, options: dict[str, Any]) -> str | None:
        """Why these tasks cannot be run as coroutines, in one sentence; None where they can. Runs nothing."""
        if cls.has_async:
            return None
        return f"The workload {cls.name} has no async form: its tasks would hold up the event loop."

    @classmethod
    def files(
        cls, options: dict[str, Any], folder: Path, outputs: Path, arguments: Sequence[Any]
    ) -> tuple[list[str], list[str]]:
        """Files that tasks with these arguments read, and folders that they write to; none for most workloads.

        `folder` is the run's, `outputs` where its results go. Workers on other machines must see them.
        """
        return [], []

    @property
    def is_coroutine(self) -> bool:
        """Whether `bare` gives a coroutine function."""
        return False

    def bare(self) -> Callable[[Any], Any]:
        """What a program of one's own would call for each task: nothing stands between it and the work."""
        return self.run

    def bare_coroutine(self) -> Callable[[Any], Any]:
        """The same as a coroutine function, where `has_async` says that there is one."""
        return self.run_async

    @abstractmethod
    def run(self, argument: Any) -> Any:
        """Do one task and give its output as a plain JSON value, or as `Tried` with one.

        Raises TaskFailed with a reason, or Later when the task must wait while others go on;
        any other exception fails the task too, with the exception's own words.
        """

    async def run_async(self, argument: Any) -> Any:
        """`run` as a coroutine, where `has_async` says that there is one."""
        raise TypeError(f"The workload {self.name} has no async form.")

    @classmethod
    def fingerprint(cls, output: Any) -> str | None:
        """What must be equal between executors; None stands for the output itself."""
        return None

    @classmethod  # noqa: B027 - most workloads leave nothing
    def clean_up(cls, options: Mapping[str, Any], outputs: Path, tasks: Iterable[Task]) -> None:
        """Remove what workers that were killed had half written, after each trial of a job.

        `outputs` is the run's own folder for results. Called in the orchestrator, which no package of the tasks needs.
        """

    @classmethod
    def conclude(cls, run: Run, outputs: Path, results: Iterable[tuple[str, Any]]) -> str | None:
        """Make what a job was asked for beside its tasks' results, once they have ended; gives a remark for the user.

        `results` gives label and output of each task that went well. Called in the orchestrator.
        """
        return None

    def close(self) -> None:  # noqa: B027 - most workloads hold nothing
        """Give back what the workload holds."""
