"""Stub machines: results whose figures are chosen, so that what an experiment says of them can be checked."""

from __future__ import annotations

import json
from typing import Any

from engine.lab import experiment
from engine.lab.model import Point, Result, result_document


def point(series: str, quantity: str, median: float, x: float | None = None, spread: float = 0.02) -> Point:
    """A point whose interval reaches `spread` to each side."""
    low, high = median * (1 - spread), median * (1 + spread)
    return Point(series, quantity, x, "s", median, low, high, 0.97, 6, (low, median, high))


def result(name: str, *points: Point, **fields: Any) -> Result:
    """A result of these points."""
    return Result(name=name, points=points, started_at="2026-11-22T12:00:00+00:00", seconds=1.0, rounds=2, **fields)


def speeds(name: str, spread: float = 0.02, prefix: str = "", **by_series: float) -> Result:
    """A result in which each series has its speed with 2 workers, and 1 with one."""
    points = []
    for series, speed in by_series.items():
        points += [point(prefix + series, "speed", 1.0, 1, spread), point(prefix + series, "speed", speed, 2, spread)]
    return result(name, *points)


def document(lab: str, *results: Result, host: str = "here", python: str = "3.11.7") -> dict[str, Any]:
    """A document as a lab would print it, through JSON."""
    parts = [result_document(experiment(one.name), one) for one in results]
    where = {"host": host, "system": "Linux 6", "python": python, "gil": True}
    return dict(json.loads(json.dumps({"lab": lab, "mode": "quick", "environment": where, "experiments": parts})))
