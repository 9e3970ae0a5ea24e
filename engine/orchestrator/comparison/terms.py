"""What a comparison was asked for, as its run keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.model import Configuration, Measurement, Run, configuration_from

NOUNS = {"resize": ("photo", "photos"), "scrape": ("page", "pages")}
"""What tasks are called, one and many; by workload, ``task`` for all others."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`repeats` None lets precision (a share: 0.05 is ±5%) and budget (seconds) decide how many blocks there are."""

    baseline: Configuration
    repeats: int | None
    precision: float | None
    budget_s: float | None
    all_tasks: int | None
    """How many tasks the whole work has, where the comparison runs a part of it."""
    seed: int
    references: bool | None
    """Whether to measure what people would write beside the engine's loop; None where tasks are short."""
    race: bool = False
    """Whether configurations are left out once they are shown to be slower."""


def terms_of(run: Run) -> Terms:
    """The terms of a stored comparison."""
    terms: Mapping[str, Any] = run.terms
    return Terms(
        baseline=configuration_from(terms["baseline"]),
        repeats=terms.get("repeats"),
        precision=terms.get("precision"),
        budget_s=terms.get("budget_s"),
        all_tasks=terms.get("all_tasks"),
        seed=terms.get("seed", 0),
        references=terms.get("references", False),
        race=bool(terms.get("race")),
    )


def nouns_of(run: Run) -> tuple[str, str]:
    """What the run's tasks are called, one and many."""
    return NOUNS.get(run.workload, ("task", "tasks"))


def span_s(measured: Measurement) -> float:
    """Seconds from the start of a trial's process to its end, as far as that was measured."""
    parts = (measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s)
    return sum(part or 0.0 for part in parts)
