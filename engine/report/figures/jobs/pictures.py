"""What a resize saved: each picture's size before and after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.protocol.results import resized_picture
from engine.report.figures.colours import SERIES, theme
from engine.report.figures.theme import escape, figure, log_ticks, nothing
from engine.text import size_change

_ON_THE_GRAPHICS_CARD = 3_000


def bytes_saved(rows: Iterable[tuple[str, Any]], dark: bool = False) -> Any:
    """A mark for each picture: its size before and after, in kB of 1000 bytes; below the line it became smaller.

    `rows` are (label, output) of a resize's records; an output may be JSON text.
    All sizes that were made of one picture count together.
    """
    pictures = ((label, resized_picture(output)) for label, output in rows)
    sizes = [(label, *picture.sizes) for label, picture in pictures if picture and picture.sizes]
    if not sizes:
        return nothing("Size before and after", "No picture has been written yet.", dark)
    totals = (sum(one[1] for one in sizes), sum(one[2] for one in sizes))
    before, after = np.array([one[1] for one in sizes]) / 1e3, np.array([one[2] for one in sizes]) / 1e3
    drawn = figure(f"Size before and after: {size_change(*totals)}", "Before (kB)", "After (kB)", dark)
    ends = [min(before.min(), after.min()) * 0.8, max(before.max(), after.max()) * 1.25]
    drawn.add_scatter(
        x=ends, y=ends, mode="lines", name="same size", hoverinfo="skip",
        line={"color": theme(dark).muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    kind = go.Scattergl if len(sizes) > _ON_THE_GRAPHICS_CARD else go.Scatter
    drawn.add_trace(
        kind(
            x=before, y=after, mode="markers", name="one picture",
            marker={"color": SERIES[0], "size": 7, "opacity": 0.75},
            hovertext=[escape(label) for label, *_ in sizes],
            hovertemplate="%{hovertext}<br>%{x:,.0f} kB before, %{y:,.0f} kB after<extra></extra>",
        )
    )  # fmt: skip
    ticks = log_ticks(*ends)
    drawn.update_xaxes(type="log", **ticks)
    drawn.update_yaxes(type="log", **ticks)
    return drawn
