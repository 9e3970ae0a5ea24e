"""A figure on a comparison's page: the title is a heading, and nothing is left empty where it stood."""

from __future__ import annotations

from html import unescape
from typing import Any

import streamlit as st

from pages.parts.shared.words import literal

ABOVE_PX, LEGEND_PX = 14, 40
"""Above a plot whose title stands outside of it, without and with a legend on top."""


def figure(drawn: Any, name: str, alt: str) -> None:
    """One figure of a comparison, with its own colours; its title is a heading of the page."""
    from engine.report.figures import CONFIG

    title, legend = unescape(drawn.layout.title.text or ""), drawn.layout.legend
    above = LEGEND_PX if drawn.layout.showlegend and legend.y is None else ABOVE_PX
    saved = (drawn.layout.margin.t or drawn.layout.template.layout.margin.t or 0) - above
    drawn.update_layout(title_text="", margin_t=above, height=drawn.layout.height - saved)
    st.markdown(f"**{literal(title)}**")
    st.plotly_chart(drawn, theme=None, config=CONFIG, alt=alt, key=f"figure_{name}")
