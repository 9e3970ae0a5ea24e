"""Figures as parts of a page of their own: plotly's script once, then a division for each figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plotly.offline import get_plotlyjs

CONFIG = {"showSendToCloud": False, "displaylogo": False, "responsive": True}
"""No button that sends the data elsewhere, and no logo."""


def plotly_script() -> str:
    """Plotly's own script (about 5 MB), to be inlined once before the first figure."""
    return str(get_plotlyjs())


def divisions(figures: Iterable[Any]) -> list[str]:
    """Each figure as a division with its own small script; MathJax is left out, so `$` stays a dollar."""
    return [
        str(
            one.to_html(
                full_html=False, include_plotlyjs=False, include_mathjax=False, config=CONFIG, div_id=f"figure-{number}"
            )
        )
        for number, one in enumerate(figures)
    ]
