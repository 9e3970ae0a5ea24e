"""The engine from Python: `engine.compare(function, tasks)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine import jobs, plans
from engine.config import load
from engine.errors import OverlapError
from engine.functions import function_plan, name_of
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
    """Run `function` over `tasks` (plain JSON values) on every executor × worker count and judge by measurement.

    `workers` are 1, 2, 4 … up to the usable CPUs where none are named; `precision` is a fraction (0.05 is ±5%).
    The function must be importable by other processes, so call this below `if __name__ == "__main__":`.
    Raises OverlapError, with a sentence, when the function or a task cannot be sent or the run cannot be done.
    """
    from engine.report.document import run_document

    settings = load()
    store = Store.open(settings)
    name, path = name_of(function)
    setup_name = name_of(setup)[0] if setup is not None else None
    plan = function_plan(name, list(tasks), settings, setup_name, path)
    configurations = plans.on_pythons(plans.grid(executors, workers or plans.default_workers()), pythons)
    run = jobs.start(store, plans.comparison(plan, configurations, None, repeats, precision, budget_s))
    run = jobs.wait(store, run)
    if run.state == "failed" or run.verdict is None:
        raise OverlapError(run.message or "The comparison ended without any finished trial.")
    return Comparison(run, dict(run.verdict), run_document(store, run))
