"""The engine from Python: `engine.compare(function, tasks)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine import jobs, plans
from engine.config import load
from engine.errors import OverlapError, SettingRefused
from engine.functions import function_plan, named
from engine.model import Run
from engine.store import Store


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished comparison: its run in the history, what it lets us say, and all of it as a document."""

    run: Run
    verdict: dict[str, Any]
    document: dict[str, Any]

    def __str__(self) -> str:
        return str(self.verdict.get("text", ""))


def compare(
    function: Callable[[Any], Any] | str,
    tasks: Iterable[Any],
    executors: Sequence[str] = ("threads", "processes"),
    workers: Sequence[int] | None = None,
    repeats: int | None = None,
    precision: float | None = None,
    budget_s: float | None = None,
    setup: Callable[[], Any] | str | None = None,
    pythons: Sequence[str] = (),
) -> Comparison:
    """Run `function` over `tasks` on every executor × worker count and judge by measurement.

    Tasks are any values that pickle or cloudpickle can send, and arrive as they were given.
    `workers` are 1, 2, 4 … up to the usable CPUs where none are named; `precision` is a fraction (0.05 is ±5%).
    A script's function is imported by other processes, so call this below `if __name__ == "__main__":`; a notebook's,
    a bound method or a partial travels by value.
    Raises OverlapError, with a sentence, when the function or a task cannot be sent or the run cannot be done.
    """
    from engine.report.document import run_document

    settings = load()
    store = Store.open(settings)
    work = named(function)
    if work.pickled and pythons:
        raise SettingRefused(f"{work.label} travels by value, which only this Python can read: import it from a file.")
    plan = function_plan(work, list(tasks), settings, None if setup is None else named(setup), work.search_path)
    configurations = plans.on_pythons(plans.grid(executors, workers or plans.default_workers()), pythons)
    run = jobs.start(store, plans.comparison(plan, configurations, None, repeats, precision, budget_s))
    run = jobs.wait(store, run)
    if run.state == "failed" or run.verdict is None:
        raise OverlapError(run.message or "The comparison ended without any finished trial.")
    return Comparison(run, dict(run.verdict), run_document(store, run))
