"""The article's table, with this machine's figures in its cells. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.lab.experiments.isolation import AGAIN, LOST, NAMED, RECOVERY
from engine.lab.experiments.memory import PSS, USS
from engine.lab.experiments.releasing import HASHING, PILLOW
from engine.lab.experiments.startup import FURTHER, process_name
from engine.lab.experiments.transfer import PIPE, REFERENCE, ROUND_TRIP
from engine.lab.model import Lab, Point, Result, result_from
from engine.lab.reading.words import megabytes, seconds, size
from engine.lab.running.speed import best, gains
from engine.text import listed

NOT_MEASURED = "not measured yet"
_METHODS = ("forkserver", "fork", "spawn")


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One line of the table; `lab` and `experiment` name what its figures come from."""

    dimension: str
    threads: str
    processes: str
    lab: Lab
    experiment: str


def article_table(machine: Mapping[str, Any] | None, sharing: Mapping[str, Any] | None) -> list[ArticleRow]:
    """The six rows, from the documents of `machine` and `sharing`; what is missing there leaves its cells open."""
    results = {part["name"]: result_from(part) for document in (machine, sharing) if document
               for part in document["experiments"]}  # fmt: skip
    return [
        ArticleRow(dimension, *(cells(results[name]) if name in results else (NOT_MEASURED, NOT_MEASURED)), lab, name)
        for dimension, lab, name, cells in ROWS
    ] + [ArticleRow("Best for", best_for(results, "threads"), best_for(results, "processes"), "machine", "pure_python")]


def _execution(result: Result) -> tuple[str, str]:
    return _speed(result, "threads"), _speed(result, "processes")


def _speed(result: Result, series: str) -> str:
    point, gain = best(result, series), gains(best(result, series))
    if point is None:
        return NOT_MEASURED
    words = {True: "side by side", False: "in turns", None: "not clear"}[gain]
    return f"pure Python {words}: {point.median:.2f}× on {point.x:g} workers"


def _memory(result: Result) -> tuple[str, str]:
    quantity = PSS if result.series(PSS) else USS
    thread, (method, process) = result.find("thread", quantity), _process(result, quantity)
    return (
        f"{megabytes(thread.median)} a worker ({quantity})" if thread else NOT_MEASURED,
        f"{megabytes(process.median)} a worker ({quantity}, {method})" if process else NOT_MEASURED,
    )


def _startup(result: Result) -> tuple[str, str]:
    thread = result.find("thread", FURTHER)
    found = [(method, point) for method in _METHODS if (point := result.find(process_name(method), FURTHER))]
    methods = [f"{seconds(point.median)} ({method})" for method, point in found]
    return (
        f"{seconds(thread.median)} a worker" if thread else NOT_MEASURED,
        f"{listed(methods)} a worker" if methods else NOT_MEASURED,
    )


def _process(result: Result, quantity: str) -> tuple[str, Point | None]:
    found = ((method, result.find(process_name(method), quantity)) for method in _METHODS)
    return next(((method, point) for method, point in found if point), ("", None))


def _communication(result: Result) -> tuple[str, str]:
    def told(way: str, words: str) -> str:
        line = result.line(way, ROUND_TRIP)
        if not line:
            return NOT_MEASURED
        ends = (f"{seconds(point.median)} for {size(point.x or 0)}" for point in (line[0], line[-1]))
        return f"{words}: {', '.join(ends)}"

    return told(REFERENCE, "a reference"), told(PIPE, "a pipe")


def _isolation(result: Result) -> tuple[str, str]:
    def told(name: str) -> str:
        recovery, lost = result.find(name, RECOVERY), result.find(name, LOST)
        again, named = result.find(name, AGAIN), result.find(name, NAMED)
        if lost is None:
            return NOT_MEASURED
        parts = [f"{lost.median:g} results lost"]
        if again:
            parts.append(f"{again.median:g} tasks begun again")
        if recovery:
            parts.append(f"at work again after {seconds(recovery.median)}")
        if named and named.median < 1:
            parts.append("the culprit not named")
        return ", ".join(parts)

    return told("threads"), told("processes")


def best_for(results: Mapping[str, Result], executor: str) -> str:
    """What an executor clearly gained at here, by the figures alone."""
    kinds = (
        ("pure_python", "", "pure Python"),
        ("releasing", HASHING, "hashing"),
        ("releasing", PILLOW, "resizing images"),
        ("waiting", "", "waiting"),
    )
    found = [
        (words, point, gains(point))
        for name, prefix, words in kinds
        if name in results and (point := best(results[name], prefix + executor))
    ]
    if not found:
        return NOT_MEASURED
    good = [f"{words} ({point.median:.1f}×)" for words, point, gain in found if gain]
    return listed(good) if good else "nothing that was measured here"


Cells = Callable[[Result], tuple[str, str]]
ROWS: tuple[tuple[str, Lab, str, Cells], ...] = (
    ("Execution", "machine", "pure_python", _execution),
    ("Memory", "machine", "memory", _memory),
    ("Start-up", "machine", "startup", _startup),
    ("Communication", "sharing", "transfer", _communication),
    ("Isolation", "machine", "isolation", _isolation),
)
__all__ = ["NOT_MEASURED", "ArticleRow", "article_table", "best_for"]
