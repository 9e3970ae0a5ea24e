"""How every figure looks: its template, its axes, and words made safe for plotly.

Plotly reads `<b>`, `<a>`, entities and `$…$` (MathJax) in any text: `escape` makes a text that
came from a page or a file name literal. All figures are made by `figure`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import plotly.graph_objects as go

from engine.report.figures.colours import SERIES, theme
from engine.text import seconds as seconds

HEIGHT = 340
_LONGEST = 80


def escape(text: object, longest: int = _LONGEST) -> str:
    """The text as plotly shows it literally, shortened in the middle to `longest` characters."""
    plain = "".join(character if character.isprintable() else " " for character in str(text))
    if len(plain) > longest:
        head = longest * 2 // 3
        plain = plain[:head] + "…" + plain[head - longest + 1 :]
    # MathJax looks for $…$ in the raw string; plotly decodes the entity afterwards.
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("$", "&#36;")


def figure(title: str, x: str | None = None, y: str | None = None, dark: bool = False, height: int = HEIGHT) -> Any:
    """An empty figure with its titles (already escaped) and every colour spelled out."""
    # In one go, with a template that is made once: plotly checks a figure whenever something of it is set.
    return go.Figure(
        layout={
            "template": template(dark), "height": height, "title": {"text": title}, "xaxis": {"title": {"text": x}},
            "yaxis": {"title": {"text": y}}, "meta": {"dark": dark, "paper": theme(dark).paper},
        }
    )  # fmt: skip


def whole_numbers(drawn: Any, most: float) -> None:
    """Give the y axis room for numbers up to `most`, and both axes no more than their margins.

    Plotly would lay the whole figure out again to see how wide its labels are: a fifth of what drawing one costs.
    """
    letters = max(len(f"{most:,.0f}"), 3)
    drawn.update_layout(margin_l=44 + 7 * letters, margin_b=54)
    drawn.update_xaxes(automargin=False)
    drawn.update_yaxes(automargin=False, rangemode="tozero")


ONE_LINE = 26
"""So many letters in the names of a legend fit on one line of a narrow page, between title and plot."""


def legend_below(drawn: Any, names: Sequence[str]) -> None:
    """Put a legend that needs more than one line on a narrow page under the plot, two names in a line."""
    if len(names) > 2 or sum(map(len, names)) > ONE_LINE:
        below = 26 * -(-len(names) // 2)
        drawn.update_layout(height=drawn.layout.height + 30 + below, margin_b=70 + below)
        drawn.update_layout(legend={"y": -0.2, "yanchor": "top"})


def nothing(title: str, sentence: str, dark: bool = False) -> Any:
    """A figure that says why there is nothing to draw."""
    blank = figure(title, dark=dark, height=180)
    blank.update_xaxes(visible=False)
    blank.update_yaxes(visible=False)
    blank.add_annotation(text=sentence, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5)
    return blank


def log_ticks(low: float, high: float) -> dict[str, Any]:
    """Ticks of a logarithmic axis at 1, 2 and 5 of each decade from `low` to `high`; above three decades at 1 alone."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    digits = (1, 2, 5) if math.log10(high / low) <= 3 else (1,)
    values = [digit * 10.0**decade for decade in decades for digit in digits]
    return {"tickvals": values, "ticktext": [f"{value:.10g}" for value in values]}


@cache
def template(dark: bool) -> Any:
    """Plotly's template for one theme, which figures copy; nothing of plotly's own default is left in a figure."""
    page = theme(dark)
    axis = {
        "automargin": True,
        "gridcolor": page.grid,
        "linecolor": page.grid,
        "zeroline": False,
        "tickcolor": page.grid,
        "title": {"font": {"color": page.muted, "size": 13}, "standoff": 8},
        "tickfont": {"color": page.muted, "size": 12},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": page.paper,
            "plot_bgcolor": page.paper,
            "font": {"color": page.text, "family": "Source Sans, system-ui, sans-serif", "size": 13},
            "title": {
                "font": {"size": 15, "color": page.text}, "x": 0, "xref": "container", "xanchor": "left",
                "y": 1, "yref": "paper", "yanchor": "bottom", "pad": {"b": 34, "l": 12},
            },
            "margin": {"l": 56, "r": 16, "t": 76, "b": 44},
            "colorway": list(SERIES),
            "xaxis": axis,
            "yaxis": axis,
            "legend": {
                "orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom",
                "font": {"color": page.text, "size": 12}, "bgcolor": "rgba(0,0,0,0)",
            },
            "hoverlabel": {"bgcolor": page.raised, "bordercolor": page.grid, "font": {"color": page.text, "size": 12}},
            "annotationdefaults": {"font": {"color": page.text, "size": 12}},
            "bargap": 0.15,
            "hovermode": "closest",
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": page.muted, "activecolor": page.text},
        }
    )  # fmt: skip
