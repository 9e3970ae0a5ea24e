"""The timeline: which worker was at which task when. Three ways to draw it, by how many tasks there are.

To BARS tasks a bar each, with everything on hover; to SEGMENTS a line each, drawn by the graphics card;
above that a heat map of workers × time, because a browser cannot hold a mark for each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.model import Configuration
from engine.report.figures.colours import FAILED, executor_colour, faded, theme
from engine.report.figures.jobs.spans import busy_fraction
from engine.report.figures.jobs.tasks import TIME, Bools, Rows, Tasks, tasks_from
from engine.report.figures.theme import escape, figure, nothing, seconds

BARS = 3_000
SEGMENTS = 50_000
_STRETCHES = 400
_NAMED_WORKERS = 24


def timeline(rows: Rows | Tasks, configuration: Configuration, dark: bool = False) -> Any:
    """Each worker's tasks over time, failed ones in their own colour."""
    tasks = tasks_from(rows)
    if not len(tasks):
        return nothing(title_of(configuration), "No task has ended yet.", dark)
    drawn = framed(traces(tasks, configuration, dark), tasks.workers, tasks.end_s, configuration, dark)
    for seam_s in tasks.seams:
        drawn.add_vline(x=seam_s, line={"color": theme(dark).muted, "width": 1, "dash": "dot"})
    return drawn


def title_of(configuration: Configuration) -> str:
    """The figure's title."""
    return f"Timeline per worker, {escape(configuration.label)}"


def framed(marks: list[Any], workers: Any, end_s: float, configuration: Configuration, dark: bool) -> Any:
    """The figure around these marks; `workers` are the numbers of its rows."""
    drawn = figure(title_of(configuration), TIME, "Worker", dark, height_for(len(workers)))
    drawn.add_traces(marks)
    drawn.update_yaxes(**worker_axis(workers))
    drawn.update_xaxes(range=[0, end_s * 1.01 or 1])
    drawn.update_layout(barmode="overlay", bargap=0.12)
    return drawn


def height_for(workers: int) -> int:
    """Pixels that so many rows need."""
    return int(min(640, 140 + max(2, workers) * 26))


def worker_axis(workers: Any) -> dict[str, Any]:
    """The axis of the workers: their numbers, the first on top; labelled sparsely where there are many."""
    count = len(workers)
    every = -(-count // _NAMED_WORKERS)
    rows = list(range(0, count, every))
    return {
        "tickvals": rows,
        "ticktext": [str(workers[row]) for row in rows],
        "range": [count - 0.45, -0.55],
        "showgrid": False,
    }


def traces(tasks: Tasks, configuration: Configuration, dark: bool, legend: bool = True) -> list[Any]:
    """The marks of the tasks, without axes: as bars, segments or a heat map."""
    if len(tasks) > SEGMENTS:
        return _heat(tasks, configuration, dark, legend)
    draw = _bars if len(tasks) <= BARS else _segments
    kinds = (("done", ~tasks.failed, executor_colour(configuration.executor)), ("failed", tasks.failed, FAILED))
    found = [draw(tasks, chosen, name, colour, dark) for name, chosen, colour in kinds if chosen.any()]
    for trace in found:
        trace.showlegend = legend and bool(tasks.failed.any())
    return found


def _bars(tasks: Tasks, chosen: Bools, name: str, colour: str, dark: bool) -> Any:
    at = np.flatnonzero(chosen)
    crowded = len(tasks) > 100 * len(tasks.workers)
    return go.Bar(
        orientation="h",
        name=name,
        base=tasks.started_s[at],
        x=tasks.duration_s[at],
        y=tasks.row[at],
        width=0.82,
        marker={
            "color": colour,
            # A hairline in the page's colour parts tasks that follow each other; among very many it would hide them.
            "line": {"color": theme(dark).paper, "width": 0 if crowded else 0.7},
            "pattern": {
                "shape": "/" if name == "failed" else "",
                "fillmode": "overlay",
                "fgcolor": theme(dark).paper,
                "size": 6,
            },
        },
        hovertext=[_hover(tasks, int(position)) for position in at],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(tasks: Tasks, position: int) -> str:
    lasted = seconds(tasks.duration_s[position])
    lines = [
        escape(tasks.labels[position]),
        f"task {tasks.task[position]} on worker {tasks.workers[tasks.row[position]]}",
        f"{tasks.started_s[position]:.3f} s to {tasks.finished_s[position]:.3f} s: {lasted}",
    ]
    if np.isfinite(tasks.cpu_s[position]):
        lines.append(f"CPU time {seconds(tasks.cpu_s[position])}")
    if tasks.failed[position]:
        lines.append(f"failed: {escape(tasks.reasons[position] or 'no reason given')}")
    return "<br>".join(lines)


def _segments(tasks: Tasks, chosen: Bools, name: str, colour: str, dark: bool) -> Any:
    """One line with a gap after each task: a NaN, which plotly does not connect."""
    at = np.flatnonzero(chosen)
    gap = np.full(len(at), np.nan)
    across = np.stack((tasks.started_s[at], tasks.finished_s[at], gap), axis=1).ravel()
    down = np.repeat(tasks.row[at].astype(np.float32), 3)
    return go.Scattergl(
        mode="lines",
        name=name,
        x=across.astype(np.float32),
        y=down,
        line={"color": colour, "width": max(2, min(14, round(400 / len(tasks.workers))))},
        customdata=np.repeat(tasks.task[at].astype(np.int32), 3),
        hovertemplate="task %{customdata}<br>at %{x:.3f} s<extra></extra>",
        connectgaps=False,
    )


def _heat(tasks: Tasks, configuration: Configuration, dark: bool, legend: bool) -> list[Any]:
    edges_s = np.linspace(0.0, tasks.end_s or 1.0, _STRETCHES + 1)
    busy = busy_fraction(tasks, edges_s)
    at = np.flatnonzero(tasks.failed)
    stretch = np.clip(np.searchsorted(edges_s, tasks.finished_s[at]) - 1, 0, _STRETCHES - 1)
    cells, counts = np.unique(tasks.row[at] * _STRETCHES + stretch, return_counts=True)
    failed = np.zeros(busy.shape, dtype=np.int64)
    failed.ravel()[cells] = counts
    return heat_drawn(busy, failed, (edges_s[:-1] + edges_s[1:]) / 2, configuration, dark, legend)


def heat_drawn(
    busy: Any, failed: Any, middle_s: Any, configuration: Configuration, dark: bool, legend: bool
) -> list[Any]:
    """How busy each row of workers was in each stretch of time, and a mark where some of its tasks failed.

    `busy` (0 to 1) and `failed` (tasks) are rows × stretches, `middle_s` the middle of each stretch.
    """
    colour = executor_colour(configuration.executor)
    heat = go.Heatmap(
        x=middle_s,
        y=np.arange(len(busy)),
        z=busy.astype(np.float32),
        zmin=0,
        zmax=1,
        colorscale=[(0, theme(dark).empty), (1, colour)],
        colorbar={
            "title": {"text": "busy", "font": {"size": 12}}, "tickfont": {"size": 12, "color": theme(dark).muted},
            "tickformat": ".0%", "thickness": 10, "len": 0.9, "outlinewidth": 0,
        },
        showscale=legend,
        ygap=1,
        hovertemplate="worker row %{y}, %{x:.3f} s: %{z:.0%} busy<extra></extra>",
    )  # fmt: skip
    if not failed.any():
        return [heat]
    # A mark for each cell in which a task failed: as many as there are cells, however many failed.
    rows, stretches = np.nonzero(failed)
    kind = go.Scatter if len(rows) <= BARS else go.Scattergl
    marks = kind(
        mode="markers",
        name="failed",
        x=middle_s[stretches],
        y=rows,
        marker={"color": FAILED, "size": 5, "line": {"color": faded(theme(dark).paper, 0.8), "width": 0.5}},
        customdata=failed[rows, stretches],
        hovertemplate="%{customdata} failed near %{x:.3f} s<extra></extra>",
        showlegend=legend,
    )
    return [heat, marks]
