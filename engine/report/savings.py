"""How many bytes a resize saved, from its records."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import Run
from engine.report.figures.jobs.pictures import before_and_after
from engine.store import Store


@dataclass(frozen=True, slots=True)
class Saved:
    """Bytes saved (negative where the results are larger) and their share of the originals."""

    bytes: int
    share: float


def saved(store: Store, run: Run) -> Saved | None:
    """What the run's pictures take less than their originals; None where none was written."""
    rows = store.records.latest_columns(run, "output")
    sizes = [both for (output,) in rows if (both := before_and_after(output))]
    before, after = sum(one for one, _ in sizes), sum(two for _, two in sizes)
    return Saved(before - after, 1 - after / before) if before else None
