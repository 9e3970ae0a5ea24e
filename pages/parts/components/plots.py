"""Small plots of a run on canvases, each a card under its title; `engine.report.figures.plots` says what is on them.

Plotly would need a tenth of a second of the browser's time for each, and these have nothing to zoom into. What a moment
or a bar says is read by pointing at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from engine.report.figures.plots import Bars, Line, Plot
from pages.parts.shared.server import is_dark

HERE = Path(__file__).parent

_PLOTS = st.components.v2.component(
    "overlap_plots",
    html='<div class="plots"></div>',
    css=(HERE / "plots.css").read_text(encoding="utf-8"),
    js=(HERE / "plots.js").read_text(encoding="utf-8"),
)


def plots(drawn: Sequence[dict[str, Any]], key: str) -> None:
    """Draw what `plain_plot` gave, two in a row where there is room."""
    with st.container(key=key):
        _PLOTS(data={"plots": list(drawn), "dark": is_dark()}, key=f"{key}_of")


def plain_plot(plot: Plot, alt: str) -> dict[str, Any]:
    """A plot as `plots.js` draws it; `alt` is its name for who cannot see it."""
    return {
        "title": plot.title, "alt": alt, "x": plot.x, "y": plot.y, "note": plot.note, "sentence": plot.sentence,
        "logarithmic": plot.logarithmic, "legend": plot.legend, "highest": plot.highest,
        "bars": [_bars(one) for one in plot.bars], "lines": [_line(one) for one in plot.lines],
        "rules": [[rule.x, rule.word] for rule in plot.rules],
        "dots": [{"x": one.x, "y": one.y, "hover": one.hover} for one in plot.dots],
    }  # fmt: skip


def _bars(bars: Bars) -> dict[str, Any]:
    return {
        "name": bars.name, "colour": bars.colour, "edges": _rounded(bars.edges), "heights": bars.heights.tolist(),
        "words": list(bars.words),
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name, "colour": line.colour, "x": _rounded(line.x), "y": _rounded(line.y), "hover": line.hover,
        "shape": line.shape, "width": line.width, "fill": line.fill,
    }  # fmt: skip


def _rounded(values: Any) -> list[float]:
    """No more digits than a pixel shows: a million of them would be megabytes."""
    return [float(f"{value:.6g}") for value in np.asarray(values, dtype=np.float64)]
