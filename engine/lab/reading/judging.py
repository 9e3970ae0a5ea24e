"""When two points differ, when they are the same, and when the figures do not tell. Pure."""

from __future__ import annotations

from typing import Literal

from engine.lab.model import Point

Judgement = Literal["more", "less", "same"]
UNCLEAR = "The intervals are too wide to tell; measure again on an idle machine, or carefully"


def against(one: Point, other: Point, factor: float = 1.5) -> Judgement | None:
    """How `one` compares with `other`: more or less by at least `factor` with intervals that are apart, or the same.

    The same means that the medians are within the factor; None, that they are not, but the intervals overlap.
    """
    if other.median <= 0 or one.median <= 0:
        return "same" if one.median == other.median else "more" if one.median > other.median else "less"
    ratio = one.median / other.median
    if 1 / factor < ratio < factor:
        return "same"
    if ratio >= factor:
        return "more" if one.low > other.high else None
    return "less" if one.high < other.low else None
