"""Rows of a chart and verdicts for tests of what is seen at a glance."""

from __future__ import annotations

from typing import Any

from engine.model import Configuration, plain
from engine.report.standings.rows import RowKind, Standing

SEQUENTIAL = Configuration("sequential", 1)
THREADS = Configuration("threads", 2)
PROCESSES = Configuration("processes", 4)
ASYNCIO = Configuration("asyncio", 32)


def named(how: Configuration) -> dict[str, Any]:
    """A configuration as a verdict holds it."""
    return {**plain(how), "label": how.label}


def row(how: Configuration, estimate: float, **values: Any) -> dict[str, Any]:
    """A row of a verdict; its interval reaches a tenth to both sides, and five pairs of trials stand behind it."""
    known = {"low": 0.9 * estimate, "high": 1.1 * estimate, "pairs": 5}
    ratio = {"estimate": estimate, **{name: values.pop(name, value) for name, value in known.items()}}
    return {"configuration": named(how), "ratio": ratio, "standing": "faster", **values}


def standing(
    how: Configuration = THREADS, estimate: float | None = 2.0, kind: RowKind = "counted", **values: Any
) -> Standing:
    """A row of the chart with its interval a tenth to both sides and no repeat."""
    ends: dict[str, Any] = {"low": None, "high": None}
    if estimate is not None:
        ends = {"low": 0.9 * estimate, "high": 1.1 * estimate}
    given = {"label": how.label, "repeats": (), "recommended": False, **ends, **values}
    return Standing(configuration=how, kind=kind, estimate=estimate, **given)
