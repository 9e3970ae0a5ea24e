"""Which class takes a run of each kind to its end, and what each of them gets.

A class is imported when a run of its kind starts: a comparison's imports all of `engine.analysis`, which a job does
without.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from engine.model import Part, Run, RunKind, State
from engine.orchestrator.supervision.outcome import Assignment
from engine.orchestrator.supervision.process import Process, TrialProcess
from engine.store import Store

Start = Callable[[Assignment], Process]

RUNNERS: dict[RunKind, str] = {
    "job": "engine.orchestrator.job:JobRunner",
    "comparison": "engine.orchestrator.comparison.runner:ComparisonRunner",
    "experiment": "engine.orchestrator.lab_run:LabRunner",
}


def _no_options() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Request:
    """A stored run, which part of it to run, and whether to stop."""

    store: Store
    run: Run
    cancelled: Callable[[], bool]
    options: Callable[[], Mapping[str, Any]] = _no_options
    """Options that are known only once the services are up; waits until they are."""
    part: Part = "all"
    chosen: Iterable[int] | None = None
    """The tasks to retry, where not all failed ones are."""
    start: Start = TrialProcess
    """What starts the process of a trial; tests replace it."""
    clock: Callable[[], float] = time.perf_counter
    """Seconds, on the clock that trials use, too; tests replace it."""


class Runner(ABC):
    """Takes one run to its end."""

    remark: str | None = None
    """What to tell beside a run that has finished."""

    def __init__(self, request: Request) -> None:
        self.request, self.store, self.run = request, request.store, request.run

    @abstractmethod
    def to_the_end(self) -> State:
        """Run what was asked for; gives the state in which the run ended. Raises OverlapError when it cannot go on."""

    @abstractmethod
    def cancelled_after(self, run: Run) -> str:
        """What a cancelled run tells: how far it came. `run` is the run as it is stored by then."""

    def abandon(self) -> None:  # noqa: B027 - a lab experiment has no trial
        """End the trial that is under way, because this process must leave."""


def runner_of(request: Request) -> Runner:
    """The runner of the request's kind of run."""
    module, _, name = RUNNERS[request.run.kind].partition(":")
    kind: type[Runner] = getattr(import_module(module), name)
    return kind(request)
