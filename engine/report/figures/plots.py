"""A plot as plain values: what is on it, before anything draws it.

A page draws it on a canvas (`pages/parts/components/plots`), which is painted with the page and takes a browser next
to no time; a report draws it with plotly (`plotted.figure_of`). What both show is decided here, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Shape = Literal["linear", "hv", "hvh"]
"""How two points are joined, in plotly's words: by a line, by a step at the second one, by a step in their middle."""
INK = "ink"
"""In place of a colour: that of the page's text, whichever theme it has."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar between two edges each, on top of the bars before them; `words` say what a bar's edges are."""

    name: str
    colour: str
    edges: Floats
    heights: Floats
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in the given shape; the area below is filled to the share `fill`.

    `hover` is what a point says, with `{x}` and `{y}` in it, which may have a format: `{y:.3g} tasks at {x:.2f} s`.
    """

    name: str
    colour: str
    x: Floats
    y: Floats
    hover: str
    shape: Shape = "linear"
    width: float = 2.0
    fill: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the plot at a value of x, with its word."""

    x: float
    word: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One point that stands out; `hover` as a line's."""

    x: float
    y: float
    hover: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A title, the names of both axes, and what stands between them. Both begin at zero, a logarithmic x aside.

    Without anything to draw, `sentence` says why.
    """

    title: str
    x: str = ""
    y: str = ""
    bars: tuple[Bars, ...] = ()
    lines: tuple[Line, ...] = ()
    rules: tuple[Rule, ...] = ()
    dots: tuple[Dot, ...] = ()
    logarithmic: bool = False
    legend: bool = False
    note: str = ""
    sentence: str = field(default="", kw_only=True)

    @property
    def highest(self) -> float:
        """The largest value of y."""
        stacked = sum((one.heights for one in self.bars), np.zeros(1)) if self.bars else np.zeros(1)
        return max(float(np.max(one, initial=0.0)) for one in (stacked, *(line.y for line in self.lines)))


def empty(title: str, sentence: str) -> Plot:
    """A plot that says why there is nothing to draw."""
    return Plot(title, sentence=sentence)
