"""How a job went over time: task times, tasks done, tasks at once beside cores busy, memory.

Each is a plot of plain values (`plots.Plot`): a page draws it by itself, a report with plotly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from engine.model import Configuration, Measurement
from engine.report.figures.colours import FAILED, SERIES, executor_colour
from engine.report.figures.jobs.spans import open_over_time, time_inside
from engine.report.figures.jobs.tasks import TIME, Rows, Tasks, tasks_from
from engine.report.figures.plots import INK, Bars, Dot, Floats, Line, Plot, Rule, Shape, empty
from engine.text import seconds

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


def task_times(rows: Rows | Tasks, configuration: Configuration) -> Plot:
    """A histogram of how long the tasks took, with the median and the 95th percentile."""
    tasks = tasks_from(rows)
    if not len(tasks):
        return empty("Time per task", "No task has ended yet.")
    times_s = np.maximum(tasks.duration_s, 1e-6)
    wide = bool(times_s.max() / times_s.min() > _WIDE)
    count = int(np.clip(np.sqrt(len(tasks)) * 2, 8, 60))
    edges = np.geomspace if wide else np.linspace
    edges_s = edges(times_s.min() * 0.999, times_s.max() * 1.001, count + 1)
    counts = [np.histogram(times_s[chosen], edges_s)[0] for chosen in (~tasks.failed, tasks.failed)]
    half, most = np.quantile(times_s, (0.5, 0.95))
    return times_plot(edges_s, counts[0], counts[1], (float(half), float(most)), wide, configuration)


def times_plot(
    edges_s: Floats, done: Any, failed: Any, quantiles_s: tuple[float, float], wide: bool, configuration: Configuration
) -> Plot:
    """The histogram: tasks that went well and those that failed between two edges each, median and 95th percentile."""
    half, most = quantiles_s
    words = tuple(f"{seconds(low)} to {seconds(high)}" for low, high in pairwise(edges_s))
    kinds = (("done", done, executor_colour(configuration.executor)), ("failed", failed, FAILED))
    return Plot(
        f"Time per task: median {seconds(half)}, 95% within {seconds(most)}", "Time of one task (s)", "Tasks",
        bars=tuple(Bars(name, colour, edges_s, counts, words) for name, counts, colour in kinds if counts.any()),
        rules=(Rule(half, "median"), Rule(most, "95%")), logarithmic=wide, legend=bool(failed.any()),
    )  # fmt: skip


def done_over_time(rows: Rows | Tasks, configuration: Configuration) -> Plot:
    """How many tasks had ended at each moment; failed ones apart."""
    tasks = tasks_from(rows)
    if not len(tasks):
        return empty("Tasks done", "No task has ended yet.")
    curves = []
    for chosen in (~tasks.failed, tasks.failed):
        ended_s = np.sort(tasks.finished_s[chosen])
        # At most _POINTS of the real points, evenly by rank, the last one among them.
        at = np.unique(np.linspace(0, len(ended_s) - 1, _POINTS).round().astype(np.int64))
        curves.append((ended_s[at], at + 1) if len(ended_s) else None)
    return done_plot(curves[0], curves[1], "hv", configuration)


Curve = tuple[Any, Any] | None
"""Moments in seconds and how many had ended by each of them; None where none did."""


def done_plot(done: Curve, failed: Curve, shape: Shape, configuration: Configuration) -> Plot:
    """How many tasks had ended well and badly; `shape` says how two points are joined."""
    kinds = (("done", done, executor_colour(configuration.executor)), ("failed", failed, FAILED))
    lines = tuple(
        Line(
            name, colour, np.concatenate(([0.0], curve[0])), np.concatenate(([0], curve[1])),
            f"{{y}} {name} after {{x:.3f}} s", shape, fill=0.12,
        )
        for name, curve, colour in kinds
        if curve is not None
    )  # fmt: skip
    return Plot("Tasks done", TIME, "Tasks", lines=lines, legend=failed is not None)


def tasks_at_once(
    rows: Rows | Tasks, configuration: Configuration, samples: Samples = (), measurement: Measurement | None = None
) -> Plot:
    """Tasks running at each moment and, from the sampler's readings, the cores that were busy meanwhile.

    Cores are drawn for a run of one trial whose start-up was measured: without it the two clocks cannot be aligned.
    """
    tasks = tasks_from(rows)
    if not len(tasks):
        return empty("Tasks at once", "No task has ended yet.")
    cores = None if tasks.seams else cores_busy(samples, measurement, tasks.end_s)
    title = at_once_title(float(tasks.duration_s.sum()), tasks.end_s, None if tasks.seams else measurement)
    return at_once_plot(title, _running(tasks), cores, configuration)


def at_once_plot(
    title: str, running: tuple[Any, Any, Shape], cores: tuple[Floats, Floats] | None, configuration: Configuration
) -> Plot:
    """Tasks at once (moments, how many, how they are joined) and, where they are known, the cores busy meanwhile."""
    colour, (across, counts, shape) = executor_colour(configuration.executor), running
    lines = [Line("tasks at once", colour, across, counts, "{y:.3g} tasks at {x:.3f} s", shape, 1.5, 0.18)]
    if cores is not None:
        lines.append(Line("cores busy", INK, *cores, "{y:.2f} cores from {x:.2f} s on", "hv"))
    return Plot(title, TIME, "At once", lines=tuple(lines), legend=True)


def at_once_title(busy_s: float, end_s: float, measurement: Measurement | None) -> str:
    """Tasks at once never stand alone: without the cores that were busy, they read like a speedup.

    Both are over the measured wall time, as they are told beside the figure; where that is not known, the tasks' own
    time, `busy_s`, is over the time until the last of them ended.
    """
    title = f"Tasks at once: {busy_s / max((measurement and measurement.wall_s) or end_s, 1e-9):.1f} on average"
    if measurement is None or measurement.cpu_s is None or not measurement.wall_s:
        return title
    return f"{title}, on {measurement.cpu_s / measurement.wall_s:.1f} cores"


def _running(tasks: Tasks) -> tuple[Any, Any, Shape]:
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
    samples: Samples, measurement: Measurement | None = None, configuration: Configuration | None = None
) -> Plot:
    """Memory of the trial's whole process tree over time, in MB of 10^6 bytes, as the sampler saw it."""
    if not samples:
        return empty("Memory", "Memory is shown when the run has ended.")
    offset_s = first_task_s(measurement)
    at_s = np.array([sample["at_s"] for sample in samples]) - (offset_s or 0.0)
    held_mb = np.array([sample["memory_mb"] for sample in samples])
    peak = int(held_mb.argmax())
    colour = executor_colour(configuration.executor) if configuration else SERIES[0]
    return Plot(
        f"Memory: at most {held_mb[peak]:.0f} MB",
        TIME if offset_s is not None else "Time since the process was started (s)", "Memory (MB)",
        lines=(Line("memory", colour, at_s, held_mb, "{y:.0f} MB at {x:.2f} s", fill=0.15),),
        dots=(Dot(float(at_s[peak]), float(held_mb[peak]), "most: {y:.0f} MB"),),
        note=_MEMORY_KINDS.get(measurement.memory_kind or "", "") if measurement else "",
    )  # fmt: skip
