"""A figure as a card of a page: its title is the card's heading, so the plot has all of the room."""

from __future__ import annotations

from html import unescape
from typing import Any

import streamlit as st

from pages.parts.shared.words import literal

TOP_PX, LEGEND_PX = 12, 34


def chart(figure: Any, alt: str, key: str) -> None:
    """Draw a figure of `engine.report.figures` under its own title; `alt` is its name for who cannot see it."""
    from engine.report.figures import CONFIG

    title = unescape(str(figure.layout.title.text or ""))
    with st.container(border=True, key=f"card_{key}", height="stretch"):
        if title:
            st.markdown(f"**{literal(title)}**")
        st.plotly_chart(_without_title(figure), theme=None, config=CONFIG, alt=alt, key=key)


def _without_title(figure: Any) -> Any:
    """The figure with only as much room above its plot as its legend needs."""
    layout = figure.layout
    above = (layout.template.layout.margin.t if layout.margin.t is None else layout.margin.t) or 0
    has_legend = layout.showlegend is not False and sum(bool(trace.name) for trace in figure.data) > 1
    room = LEGEND_PX if has_legend and layout.legend.yanchor != "top" else TOP_PX
    height = None if layout.height is None else layout.height - above + room
    figure.update_layout(title_text="", margin_t=room, height=height)
    return figure
