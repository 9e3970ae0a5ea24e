"""The experiments of the lab as figures, from their part of the document: every mark is a point of it.

Points with a scale become lines by x, points without become one mark a series; intervals are drawn as bars.
An axis is logarithmic where what it shows spans decades.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from math import log10
from typing import Any, NamedTuple

from engine.lab.reading.words import size
from engine.report.figures.colours import EXECUTORS, SERIES, theme
from engine.report.figures.theme import escape, figure, legend_below, nothing

DECADES = 1.5
"""An axis that spans more than this is logarithmic."""
_UNITS = {"s": "s", "MB/s": "B/s", "MB": "B"}
_NAMES = {"thread": "threads", "asyncio task": "asyncio", "subinterpreter": "subinterpreters"}
_DASHES = ("solid", "dash", "dot")
_SCALES = {"MB/s": 1e6, "MB": 1e6}


class Chart(NamedTuple):
    """What of an experiment is drawn: a quantity, its title, and whether a line marks 1 (no gain)."""

    quantity: str
    title: str
    at_one: bool = False


CHARTS: Mapping[str, tuple[Chart, ...]] = {
    "startup": (Chart("each further worker", "Each further worker"), Chart("first worker", "The first worker")),
    "memory": (Chart("PSS", "PSS"), Chart("USS", "USS"), Chart("sum of RSS", "Sum of RSS")),
    "handover": (Chart("cost per task", "Cost of handing over one task"),),
    "pure_python": (Chart("speed", "Speed against a plain loop", True),),
    "releasing": (Chart("speed", "Speed against a plain loop", True),),
    "waiting": (Chart("speed", "Speed against a plain loop", True),),
    "oversubscription": (Chart("speed", "Speed against a plain loop", True),),
    "isolation": (Chart("recovery", "From the kill until work goes on"), Chart("tasks begun again", "Begun again")),
    "transfer": (Chart("round trip", "Round trip"), Chart("throughput", "Throughput")),
    "pickling": (Chart("pickling's share", "Pickling's share of the time"),),
    "lost_updates": (Chart("lost updates", "Lost updates"), Chart("time per update", "Time per update")),
    "lock_cost": (Chart("time per use", "Time per use of the lock"),),
    "deadlock": (Chart("time", "Until the program went on"), Chart("stuck", "Meetings in which both were stuck")),
}
"""The figures of each experiment, the most telling one first."""


def lab_figures(part: Mapping[str, Any], dark: bool = False, large: bool = False) -> list[Any]:
    """The figures of one experiment's part of a document; `large` suits a projector."""
    charts = CHARTS.get(part["name"], ())
    present = {point["quantity"] for point in part["points"]}
    drawn = [lab_figure(part, chart, dark, large) for chart in charts if chart.quantity in present]
    return drawn or [nothing(escape(part["title"]), "Nothing was measured.", dark)]


def lab_figure(part: Mapping[str, Any], chart: Chart, dark: bool = False, large: bool = False) -> Any:
    """One quantity of one experiment."""
    points = [point for point in part["points"] if point["quantity"] == chart.quantity]
    by_series: dict[str, list[Mapping[str, Any]]] = {}
    for point in points:
        by_series.setdefault(point["series"], []).append(point)
    unit = points[0]["unit"]
    scaled = any(point["x"] is not None for point in points)
    drawn = (_lines if scaled else _marks)(chart, by_series, unit, part, dark)
    if chart.at_one and scaled:
        drawn.add_hline(y=1, line={"color": theme(dark).muted, "width": 1, "dash": "dot"})
    if large:
        enlarge(drawn)
    return drawn


def side_by_side(rows: Sequence[Mapping[str, Any]], experiment: str, dark: bool = False) -> Any:
    """The first quantity of an experiment from several saved results: a mark for each series and result.

    `rows` are those of `engine.lab.together.compare.compare_documents`; of points with a scale the largest x counts.
    """
    chart = CHARTS[experiment][0]
    chosen = [row for row in rows if (row["experiment"], row["quantity"]) == (experiment, chart.quantity)]
    largest = max((row["x"] for row in chosen if row["x"] is not None), default=None)
    chosen = [row for row in chosen if row["x"] in (None, largest)]
    by_result: dict[str, list[Mapping[str, Any]]] = {}
    for row in chosen:
        for label, point in row["points"].items():
            if point is not None:
                by_result.setdefault(label, []).append({**point, "series": row["series"], "unit": row["unit"]})
    if not by_result:
        return nothing(chart.title, "No result holds this experiment.", dark)
    unit = chosen[0]["unit"]
    names = list(dict.fromkeys(row["series"] for row in chosen))
    empty = figure(chart.title, _title(unit), None, dark, 130 + (24 + 14 * len(by_result)) * len(names))
    for number, (label, points) in enumerate(by_result.items()):
        _add_marks(empty, points, escape(label), SERIES[number % len(SERIES)])
    empty.update_layout(scattermode="group")
    empty.update_yaxes(autorange="reversed", type="category")
    _scale(empty.update_xaxes, [point for points in by_result.values() for point in points], unit)
    return empty


def enlarge(drawn: Any) -> None:
    """Make a figure legible from the back of a room."""
    drawn.update_layout(height=int((drawn.layout.height or 340) * 1.5), font_size=20, title_font_size=24)
    drawn.update_layout(legend_font_size=18, margin_t=130)
    drawn.update_xaxes(tickfont_size=18, title_font_size=20)
    drawn.update_yaxes(tickfont_size=18, title_font_size=20)
    drawn.update_traces(marker_size=13)


def styles(series: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(colour, dash) of each series: an executor's own colour where it names one, and a dash for each kind of work."""
    kinds = list(dict.fromkeys(name.rpartition(", ")[0] for name in series))
    spare = [colour for colour in SERIES if colour not in (EXECUTORS["threads"], EXECUTORS["processes"])]
    found: dict[str, tuple[str, str]] = {}
    for name in series:
        kind, _, last = name.rpartition(", ")
        last = "processes" if last.startswith("process (") else _NAMES.get(last, last)
        own = EXECUTORS.get(last)
        if own:
            found[name] = own, _DASHES[kinds.index(kind) % len(_DASHES)]
        else:
            rest = SERIES if not any(EXECUTORS.get(_NAMES.get(one, one)) for one in series) else spare
            found[name] = rest[(len(found)) % len(rest)], "solid"
    return found


def _lines(
    chart: Chart, by_series: Mapping[str, list[Mapping[str, Any]]], unit: str, part: Mapping[str, Any], dark: bool
) -> Any:
    drawn = figure(chart.title, escape(part.get("x_name", "").capitalize()), _title(unit), dark, 400)
    looks = styles(list(by_series))
    for series, points in by_series.items():
        line = sorted(points, key=lambda point: point["x"])
        colour, dash = looks[series]
        drawn.add_scatter(
            x=[point["x"] for point in line],
            y=_values(line, "median"),
            error_y=_errors(line),
            mode="lines+markers",
            name=escape(series),
            line={"color": colour, "width": 2, "dash": dash},
            marker={"color": colour, "size": 8},
            customdata=_told(line),
            hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
        )
    points = [point for line in by_series.values() for point in line]
    ticks = sorted({point["x"] for point in points})
    texts = [size(x) for x in ticks] if part.get("x_name") == "bytes" else [f"{x:g}" for x in ticks]
    drawn.update_xaxes(type="log" if part.get("log_x") else "linear", tickvals=ticks, ticktext=texts)
    _scale(drawn.update_yaxes, points, unit)
    legend_below(drawn, list(by_series))
    return drawn


def _marks(
    chart: Chart, by_series: Mapping[str, list[Mapping[str, Any]]], unit: str, part: Mapping[str, Any], dark: bool
) -> Any:
    drawn = figure(chart.title, _title(unit), None, dark, 130 + 42 * len(by_series))
    looks = styles(list(by_series))
    for series, points in by_series.items():
        _add_marks(drawn, points, escape(series), looks[series][0])
    drawn.update_layout(showlegend=False)
    drawn.update_yaxes(autorange="reversed", type="category")
    _scale(drawn.update_xaxes, [point for points in by_series.values() for point in points], unit)
    return drawn


def _add_marks(drawn: Any, points: Sequence[Mapping[str, Any]], name: str, colour: str) -> None:
    drawn.add_scatter(
        x=_values(points, "median"),
        y=["<br>".join(textwrap.wrap(escape(point["series"]), 28)) for point in points],
        error_x=_errors(points),
        mode="markers",
        name=name,
        marker={"color": colour, "size": 10},
        customdata=_told(points),
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )


def _values(points: Sequence[Mapping[str, Any]], field: str) -> list[float]:
    return [point[field] * _SCALES.get(point["unit"], 1.0) for point in points]


def _errors(points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    middle = _values(points, "median")
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - at for high, at in zip(_values(points, "high"), middle, strict=True)],
        "arrayminus": [at - low for low, at in zip(_values(points, "low"), middle, strict=True)],
        "thickness": 1.2,
        "width": 4,
    }


def _told(points: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{point['median']:.4g} {escape(point['unit'])} ({point['low']:.4g}–{point['high']:.4g}), "
        f"{point['repeats']} repeats"
        for point in points
    ]


def _scale(update: Any, points: Sequence[Mapping[str, Any]], unit: str) -> None:
    """A logarithmic axis where all is positive and spans decades, else one from zero."""
    values = [point["median"] for point in points]
    decades = log10(max(values) / min(values)) if values and min(values) > 0 else 0.0
    if decades > DECADES:
        update(type="log", tickformat="~s", dtick=1, ticksuffix=_suffix(unit))
    elif unit.startswith("of "):
        update(rangemode="tozero", tickformat=".0%")
    else:
        update(rangemode="tozero", tickformat="~s" if unit in _UNITS else "~r", ticksuffix=_suffix(unit))


def _suffix(unit: str) -> str:
    return _UNITS.get(unit, "")


def _title(unit: str) -> str:
    return {"s": "", "MB/s": "", "MB": "", "×": "Times as fast"}.get(unit, escape(unit.capitalize()))
