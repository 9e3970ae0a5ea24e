"""A plot (`plots.Plot`) as a plotly figure, for reports."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from engine.report.figures.colours import faded, theme
from engine.report.figures.plots import INK, Bars, Line, Plot
from engine.report.figures.theme import escape, figure, log_ticks, nothing, whole_numbers

RULED = 1.18
"""How much higher than its highest bar a plot is whose rules have words above the bars."""


def figure_of(plot: Plot, dark: bool = False) -> Any:
    """The figure with every colour spelled out."""
    if plot.sentence:
        return nothing(escape(plot.title), plot.sentence, dark)
    drawn = figure(escape(plot.title), plot.x, plot.y, dark)
    for bars in plot.bars:
        _add_bars(drawn, bars)
    for line in plot.lines:
        _add_line(drawn, line, _colour(line.colour, dark))
    for dot in plot.dots:
        drawn.add_scatter(
            x=[dot.x], y=[dot.y], mode="markers", marker={"color": theme(dark).text, "size": 7},
            hovertemplate=_template(dot.hover), showlegend=False,
        )  # fmt: skip
    drawn.update_layout(showlegend=plot.legend)
    _axes(drawn, plot)
    _rules(drawn, plot, dark)
    if plot.note:
        drawn.add_annotation(
            text=escape(plot.note), xref="paper", yref="paper", x=1, y=0, xanchor="right", yanchor="bottom",
            showarrow=False, font={"color": theme(dark).muted},
        )  # fmt: skip
    return drawn


def _colour(colour: str, dark: bool) -> str:
    return theme(dark).text if colour == INK else colour


def _template(hover: str) -> str:
    """A hover's words as plotly wants them: `%{y:.3g} tasks`."""
    return re.sub(r"\{(?=[xy][:}])", "%{", hover) + "<extra></extra>"


def _add_bars(drawn: Any, bars: Bars) -> None:
    drawn.add_bar(
        x=bars.edges[:-1], width=np.diff(bars.edges), offset=0, y=bars.heights, name=bars.name,
        marker={"color": bars.colour}, customdata=bars.words,
        hovertemplate="%{customdata}: %{y} " + bars.name + "<extra></extra>",
    )  # fmt: skip


def _add_line(drawn: Any, line: Line, colour: str) -> None:
    below = {"fill": "tozeroy", "fillcolor": faded(colour, line.fill)} if line.fill else {}
    drawn.add_scatter(
        x=line.x, y=line.y, name=line.name, mode="lines", hovertemplate=_template(line.hover),
        line={"color": colour, "width": line.width, "shape": line.shape}, **below,
    )  # fmt: skip


def _axes(drawn: Any, plot: Plot) -> None:
    whole_numbers(drawn, plot.highest)
    if plot.bars:
        drawn.update_layout(barmode="stack", bargap=0.02, legend_traceorder="normal")
        drawn.update_xaxes(type="log" if plot.logarithmic else "linear")
    if plot.logarithmic:
        edges = plot.bars[0].edges
        drawn.update_xaxes(log_ticks(float(edges[0]), float(edges[-1])))


def _rules(drawn: Any, plot: Plot, dark: bool) -> None:
    if plot.rules:
        drawn.update_yaxes(range=[0, RULED * plot.highest])  # the words stand above the bars
    for place, rule in enumerate(plot.rules):
        drawn.add_vline(x=rule.x, line={"color": theme(dark).text, "width": 1, "dash": "dot"})
        # On a logarithmic axis plotly places an annotation by its exponent, though a line by its value.
        at = float(np.log10(rule.x)) if plot.logarithmic else rule.x
        height = 1.0 - 0.08 * place
        drawn.add_annotation(
            x=at, y=height, yref="paper", yanchor="top", xanchor="left", showarrow=False, text=escape(rule.word)
        )
