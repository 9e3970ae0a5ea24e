"""How a job went over time: task times, tasks done, tasks at once beside cores busy, memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.model import Configuration, Measurement
from engine.report.figures.colours import FAILED, SERIES, executor_colour, faded, theme
from engine.report.figures.jobs.spans import open_over_time, time_inside
from engine.report.figures.jobs.tasks import Floats, Rows, Tasks, tasks_from
from engine.report.figures.jobs.timeline import TIME
from engine.report.figures.theme import escape, figure, log_ticks, nothing, seconds, whole_numbers

Samples = Sequence[Mapping[str, float]]
_POINTS = 2_000
_STRETCHES = 300
_CORES_STRETCHES = 60
_CORES_S = 0.25
"""Shorter stretches would show the clock's ticks (10 ms on Linux), not the load."""
_WIDE = 20.0
"""From this ratio of the longest task to the shortest, the histogram's axis is logarithmic."""
_MEMORY_KINDS = {
    "pss": "shared pages divided by their users (PSS)",
    "uss": "unshared pages only (USS)",
    "rss": "shared pages counted in each process (RSS)",
}


def task_times(rows: Rows | Tasks, configuration: Configuration, dark: bool = False) -> Any:
    """A histogram of how long the tasks took, with the median and the 95th percentile."""
    tasks = tasks_from(rows)
    if not len(tasks):
        return nothing("Time per task", "No task has ended yet.", dark)
    times_s = np.maximum(tasks.duration_s, 1e-6)
    wide = times_s.max() / times_s.min() > _WIDE
    count = int(np.clip(np.sqrt(len(tasks)) * 2, 8, 60))
    edges = np.geomspace if wide else np.linspace
    edges_s = edges(times_s.min() * 0.999, times_s.max() * 1.001, count + 1)
    counts = [np.histogram(times_s[chosen], edges_s)[0] for chosen in (~tasks.failed, tasks.failed)]
    half, most = np.quantile(times_s, (0.5, 0.95))
    return times_drawn(edges_s, counts[0], counts[1], float(half), float(most), wide, configuration, dark)


def times_drawn(
    edges_s: Floats, done: Any, failed: Any, half: float, most: float, wide: bool, configuration: Configuration,
    dark: bool,
) -> Any:  # fmt: skip
    """The histogram: tasks that went well and those that failed between two edges each, median and 95th percentile."""
    title, axis = "Time per task", "Time of one task (s)"
    drawn = figure(f"{title}: median {seconds(half)}, 95% within {seconds(most)}", axis, "Tasks", dark)
    kinds = (("done", done, executor_colour(configuration.executor)), ("failed", failed, FAILED))
    for name, counts, colour in kinds:
        if counts.any():
            _add_bins(drawn, counts, edges_s, name, colour)
    drawn.update_layout(barmode="stack", bargap=0.02, showlegend=bool(failed.any()), legend_traceorder="normal")
    drawn.update_xaxes(type="log" if wide else "linear")
    if wide:
        drawn.update_xaxes(log_ticks(float(edges_s[0]), float(edges_s[-1])))
    highest = float((done + failed).max())
    whole_numbers(drawn, highest)
    drawn.update_yaxes(range=[0, 1.18 * highest])  # the words stand above the bars
    for value_s, words, height in ((half, "median", 1.0), (most, "95%", 0.92)):
        drawn.add_vline(x=float(value_s), line={"color": theme(dark).text, "width": 1, "dash": "dot"})
        # On a logarithmic axis plotly places an annotation by its exponent, though a line by its value.
        at = float(np.log10(value_s)) if wide else float(value_s)
        drawn.add_annotation(x=at, y=height, yref="paper", yanchor="top", xanchor="left", showarrow=False, text=words)
    return drawn


def _add_bins(drawn: Any, counts: Any, edges_s: Floats, name: str, colour: str) -> None:
    words = [f"{seconds(low)} to {seconds(high)}" for low, high in pairwise(edges_s)]
    drawn.add_bar(
        x=edges_s[:-1], width=np.diff(edges_s), offset=0, y=counts, name=name, marker={"color": colour},
        customdata=words, hovertemplate="%{customdata}: %{y} " + name + "<extra></extra>",
    )  # fmt: skip


def done_over_time(rows: Rows | Tasks, configuration: Configuration, dark: bool = False) -> Any:
    """How many tasks had ended at each moment; failed ones apart."""
    tasks = tasks_from(rows)
    if not len(tasks):
        return nothing("Tasks done", "No task has ended yet.", dark)
    curves = []
    for chosen in (~tasks.failed, tasks.failed):
        ended_s = np.sort(tasks.finished_s[chosen])
        # At most _POINTS of the real points, evenly by rank, the last one among them.
        at = np.unique(np.linspace(0, len(ended_s) - 1, _POINTS).round().astype(np.int64))
        curves.append((ended_s[at], at + 1) if len(ended_s) else None)
    return done_drawn(curves[0], curves[1], "hv", configuration, dark)


Curve = tuple[Any, Any] | None
"""Moments in seconds and how many had ended by each of them; None where none did."""


def done_drawn(done: Curve, failed: Curve, shape: str, configuration: Configuration, dark: bool) -> Any:
    """How many tasks had ended well and badly; `shape` says how plotly joins two points."""
    drawn = figure("Tasks done", TIME, "Tasks", dark)
    kinds = (("done", done, executor_colour(configuration.executor)), ("failed", failed, FAILED))
    for name, curve, colour in kinds:
        if curve is not None:
            drawn.add_scatter(
                x=np.concatenate(([0.0], curve[0])), y=np.concatenate(([0], curve[1])), name=name, mode="lines",
                line={"color": colour, "width": 2, "shape": shape}, fill="tozeroy", fillcolor=faded(colour, 0.12),
                hovertemplate="%{y} " + name + " after %{x:.3f} s<extra></extra>",
            )  # fmt: skip
    drawn.update_layout(showlegend=failed is not None)
    whole_numbers(drawn, max((float(curve[1][-1]) for curve in (done, failed) if curve is not None), default=0.0))
    return drawn


def tasks_at_once(
    rows: Rows | Tasks,
    configuration: Configuration,
    samples: Samples = (),
    measurement: Measurement | None = None,
    dark: bool = False,
) -> Any:
    """Tasks running at each moment and, from the sampler's readings, the cores that were busy meanwhile.

    Cores are drawn for a run of one trial whose start-up was measured: without it the two clocks cannot be aligned.
    """
    tasks = tasks_from(rows)
    if not len(tasks):
        return nothing("Tasks at once", "No task has ended yet.", dark)
    cores = None if tasks.seams else cores_busy(samples, measurement, tasks.end_s)
    title = at_once_title(float(tasks.duration_s.sum()), tasks.end_s, None if tasks.seams else measurement)
    return at_once_drawn(title, _running(tasks), cores, configuration, dark)


def at_once_drawn(
    title: str, running: tuple[Any, Any, str], cores: tuple[Floats, Floats] | None, configuration: Configuration,
    dark: bool,
) -> Any:  # fmt: skip
    """Tasks at once (moments, how many, how plotly joins them) and, where they are known, the cores busy meanwhile."""
    colour = executor_colour(configuration.executor)
    drawn = figure(title, TIME, "At once", dark)
    across, counts, shape = running
    drawn.add_scatter(
        x=across, y=counts, name="tasks at once", mode="lines", line={"color": colour, "width": 1.5, "shape": shape},
        fill="tozeroy", fillcolor=faded(colour, 0.18), hovertemplate="%{y:.3g} tasks at %{x:.3f} s<extra></extra>",
    )  # fmt: skip
    if cores is not None:
        drawn.add_scatter(
            x=cores[0], y=cores[1], name="cores busy", mode="lines",
            line={"color": theme(dark).text, "width": 2, "shape": "hv"},
            hovertemplate="%{y:.2f} cores from %{x:.2f} s on<extra></extra>",
        )  # fmt: skip
    drawn.update_layout(showlegend=True)
    whole_numbers(drawn, float(np.max(counts, initial=0.0)))
    return drawn


def at_once_title(busy_s: float, end_s: float, measurement: Measurement | None) -> str:
    """Tasks at once never stand alone: without the cores that were busy, they read like a speedup.

    Both are over the measured wall time, as they are told beside the figure; where that is not known, the tasks' own
    time, `busy_s`, is over the time until the last of them ended.
    """
    title = f"Tasks at once: {busy_s / max((measurement and measurement.wall_s) or end_s, 1e-9):.1f} on average"
    if measurement is None or measurement.cpu_s is None or not measurement.wall_s:
        return title
    return f"{title}, on {measurement.cpu_s / measurement.wall_s:.1f} cores"


def _running(tasks: Tasks) -> tuple[Any, Any, str]:
    """Every step where they can all be drawn, else the mean of each stretch."""
    if len(tasks) <= _POINTS:
        return (*open_over_time(tasks), "hv")
    edges_s = np.linspace(0.0, tasks.end_s, _STRETCHES + 1)
    mean = time_inside(tasks.started_s, tasks.finished_s, edges_s) / np.diff(edges_s)
    return (edges_s[:-1] + edges_s[1:]) / 2, mean, "hvh"


def cores_busy(samples: Samples, measurement: Measurement | None, end_s: float) -> tuple[Floats, Floats] | None:
    """The stretches' edges, and from each on the mean cores busy, from the tree's CPU time at both of its ends."""
    offset_s = first_task_s(measurement)
    if offset_s is None or len(samples) < 2 or end_s < 2 * _CORES_S:
        return None
    at_s = np.array([sample["at_s"] for sample in samples]) - offset_s
    # A process that ends takes its time with it before the sampler adds it up: never let the sum fall.
    cpu_s = np.maximum.accumulate(np.array([sample["cpu_s"] for sample in samples]))
    count = int(np.clip(end_s / _CORES_S, 2, _CORES_STRETCHES))
    last_s = min(end_s, float(at_s[-1]))
    edges_s = np.linspace(0.0, last_s, count + 1)
    if last_s <= 0:
        return None
    busy = np.diff(np.interp(edges_s, at_s, cpu_s)) / np.diff(edges_s)
    return edges_s, np.append(busy, busy[-1])


def first_task_s(measurement: Measurement | None) -> float | None:
    """When the first task was submitted, on the sampler's clock, which starts with the trial's process."""
    if measurement is None or measurement.interpreter_s is None or measurement.startup_s is None:
        return None
    return measurement.interpreter_s + measurement.startup_s


def memory(
    samples: Samples, measurement: Measurement | None = None, configuration: Configuration | None = None,
    dark: bool = False,
) -> Any:  # fmt: skip
    """Memory of the trial's whole process tree over time, in MB of 10^6 bytes, as the sampler saw it."""
    if not samples:
        return nothing("Memory", "Memory is shown when the run has ended.", dark)
    offset_s = first_task_s(measurement)
    at_s = np.array([sample["at_s"] for sample in samples]) - (offset_s or 0.0)
    held_mb = np.array([sample["memory_mb"] for sample in samples])
    peak = int(held_mb.argmax())
    kind = _MEMORY_KINDS.get(measurement.memory_kind or "", "") if measurement else ""
    x = TIME if offset_s is not None else "Time since the process was started (s)"
    drawn = figure(f"Memory: at most {held_mb[peak]:.0f} MB", x, "Memory (MB)", dark)
    colour = executor_colour(configuration.executor) if configuration else SERIES[0]
    drawn.add_scatter(
        x=at_s, y=held_mb, mode="lines", line={"color": colour, "width": 2}, fill="tozeroy",
        fillcolor=faded(colour, 0.15), hovertemplate="%{y:.0f} MB at %{x:.2f} s<extra></extra>", showlegend=False,
    )  # fmt: skip
    drawn.add_trace(
        go.Scatter(
            x=[at_s[peak]], y=[held_mb[peak]], mode="markers", marker={"color": theme(dark).text, "size": 7},
            hovertemplate="most: %{y:.0f} MB<extra></extra>", showlegend=False,
        )
    )  # fmt: skip
    if kind:
        drawn.update_yaxes(title_text="Memory (MB)")
        drawn.add_annotation(
            text=escape(kind), xref="paper", yref="paper", x=1, y=0, xanchor="right", yanchor="bottom", showarrow=False,
            font={"color": theme(dark).muted},
        )  # fmt: skip
    whole_numbers(drawn, float(held_mb[peak]))
    return drawn
