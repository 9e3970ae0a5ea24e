"""What an experiment is and what it gives: frozen, plain values with units.

One measured value is a reading. All readings of one series at one x make a `Point`. A `Result` holds
an experiment's points, and a `Finding` what they say. Standard library only: fresh interpreters import this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Lab = Literal["machine", "sharing"]
Mode = Literal["quick", "careful"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much one fresh interpreter measures: `repeats` of each point; `cpus` this process may use."""

    repeats: int
    cpus: int
    scratch: str
    """A folder for what an experiment writes; it is removed afterwards."""
    prefix: str
    """What the names of shared memory segments begin with, so that the parent can remove them after a crash."""
    round: int = 0
    """Which interpreter of the experiment this is, from 0."""

    @property
    def worker_counts(self) -> list[int]:
        """One, as many as there are usable CPUs, and twice as many."""
        return sorted({1, self.cpus, 2 * self.cpus})


@dataclass(frozen=True, slots=True)
class Point:
    """The median of the readings of one series at one x, with its interval.

    `low` to `high` holds the true median with probability `coverage` if the repeats are independent
    (order statistics, so no shape of the distribution is assumed). `x` is None where there is no scale.
    """

    series: str
    quantity: str
    x: float | None
    unit: str
    median: float
    low: float
    high: float
    coverage: float
    repeats: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the figures say: one of the experiment's answers (None: not clear), and a sentence."""

    answer: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Result:
    """An experiment's outcome. `missing` maps what could not be measured here to the reason, a sentence."""

    name: str
    points: tuple[Point, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    started_at: str = ""
    seconds: float = 0.0
    rounds: int = 0
    busy: float = 0.0
    """The fraction of the machine that other programs used just before or after, whichever was more."""
    warning: str | None = None
    problem: str | None = None
    """Why the experiment could not be finished; its points are then those that came before."""

    def find(self, series: str, quantity: str, x: float | None = None) -> Point | None:
        """The point of this series, quantity and x; None where nothing was measured."""
        for point in self.points:
            if (point.series, point.quantity, point.x) == (series, quantity, x):
                return point
        return None

    def line(self, series: str, quantity: str) -> list[Point]:
        """The points of one series by x."""
        found = [point for point in self.points if (point.series, point.quantity) == (series, quantity)]
        return sorted(found, key=lambda point: point.x or 0.0)

    def series(self, quantity: str) -> list[str]:
        """The series that have this quantity, in the order in which they were measured."""
        return list(dict.fromkeys(point.series for point in self.points if point.quantity == quantity))


class Say:
    """What an experiment calls, in its fresh interpreter, with everything that it measures."""

    def reading(self, series: str, quantity: str, value: float, unit: str, x: float | None = None) -> None:
        """One measured value."""
        raise NotImplementedError

    def missing(self, series: str, why: str) -> None:
        """What cannot be measured here, and why."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Experiment:
    """One small experiment: a description without effects, and the functions that measure and read it.

    `measure` runs in a fresh interpreter only. `read` is pure: it sees figures and nothing else, so on a
    machine where the claim is false it says so.
    """

    name: str
    lab: Lab
    title: str
    claim_ids: tuple[str, ...]
    claim: str
    done: str
    measured: str
    refuted_by: str
    question: str
    answers: tuple[str, ...]
    measure: Callable[[Say, Effort], None]
    read: Callable[[Result], Finding]
    rounds: int = 2
    """Fresh interpreters in quick mode."""
    repeats: int = 3
    """Readings of each point in one interpreter."""
    forks: bool = False
    """Whether it forks its own process, which must then have one thread only."""
    x_name: str = ""
    """What x counts, with its unit; empty where there is no scale."""
    log_x: bool = False

    def describe(self) -> dict[str, Any]:
        """The description as JSON values."""
        names = ("name", "title", "claim", "done", "measured", "refuted_by", "question", "x_name", "log_x")
        return {name: getattr(self, name) for name in names} | {
            "claim_ids": list(self.claim_ids),
            "answers": list(self.answers),
        }


def result_document(experiment: Experiment, result: Result) -> dict[str, Any]:
    """A result with its description and what it says, as JSON values."""
    finding = experiment.read(result)
    return {
        **experiment.describe(),
        "points": [asdict(point) | {"values": list(point.values)} for point in result.points],
        "missing": dict(result.missing),
        "answer": finding.answer,
        "sentence": finding.sentence,
        "started_at": result.started_at,
        "seconds": result.seconds,
        "rounds": result.rounds,
        "busy": result.busy,
        "warning": result.warning,
        "problem": result.problem,
    }


def result_from(document: Mapping[str, Any]) -> Result:
    """The result from what `result_document` gave. Raises KeyError or TypeError for anything else."""
    points = tuple(Point(**{**point, "values": tuple(point["values"])}) for point in document["points"])
    kept = {name: document.get(name) for name in ("warning", "problem")}
    return Result(
        name=document["name"],
        points=points,
        missing=dict(document["missing"]),
        started_at=document["started_at"],
        seconds=document["seconds"],
        rounds=document["rounds"],
        busy=document["busy"],
        **kept,
    )
