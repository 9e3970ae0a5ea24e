"""The figures of `over_time` for a trial of very many tasks, from its tally: none of its records is read."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.analysis.tally import Tally, edges_s
from engine.model import Configuration, Measurement
from engine.report.figures.jobs.over_time import (
    Curve,
    Samples,
    at_once_plot,
    at_once_title,
    cores_busy,
    done_plot,
    times_plot,
)
from engine.report.figures.plots import Plot, Shape

_BARS = 60


def task_times_of(tally: Tally, configuration: Configuration) -> Plot:
    """How long the tasks took, on a logarithmic axis, in bins of the tally or several of them together."""
    first, last = min(tally.bins), max(tally.bins)
    step = -(-(last - first + 1) // _BARS)
    count = -(-(last - first + 1) // step)
    edges = np.array([edges_s(first + step * bar)[0] for bar in range(count + 1)])
    counts = np.zeros((2, count), dtype=np.int64)
    for number, tasks in tally.bins.items():
        counts[0, (number - first) // step] += tasks
    for number, tasks in tally.failed_bins.items():
        counts[:, (number - first) // step] += (-tasks, tasks)
    quantiles_s = tally.quantile(0.5), tally.quantile(0.95)
    return times_plot(edges, counts[0], counts[1], quantiles_s, True, configuration)


def done_over_time_of(tally: Tally, configuration: Configuration) -> Plot:
    """How many tasks had ended at the end of each stretch."""
    ended = np.zeros((2, _stretches(tally)), dtype=np.int64)
    for cell in tally.cells:
        ended[:, cell.stretch] += (cell.tasks - cell.failed, cell.failed)
    at_s = np.minimum(tally.width_s * np.arange(1, ended.shape[1] + 1), tally.end_s)
    curves: list[Curve] = [(at_s, np.cumsum(one)) if one.any() else None for one in ended]
    return done_plot(curves[0], curves[1], "linear", configuration)


def tasks_at_once_of(
    tally: Tally, configuration: Configuration, samples: Samples, measurement: Measurement
) -> Plot:
    """Tasks at once, the mean of each stretch, and the cores that were busy meanwhile."""
    busy_s = np.zeros(_stretches(tally))
    for cell in tally.cells:
        busy_s[cell.stretch] += cell.busy_s
    edges = np.minimum(tally.width_s * np.arange(len(busy_s) + 1), tally.end_s)
    widths = np.maximum(np.diff(edges), 1e-9)
    title = at_once_title(tally.busy_s, tally.end_s, measurement)
    running: tuple[Any, Any, Shape] = ((edges[:-1] + edges[1:]) / 2, busy_s / widths, "hvh")
    return at_once_plot(title, running, cores_busy(samples, measurement, tally.end_s), configuration)


def timeline_of(tally: Tally, configuration: Configuration, dark: bool = False) -> Any:
    """How busy each row of workers was, as a figure; more workers than a tally has rows share one."""
    from engine.report.figures.jobs.timeline import framed, heat_drawn  # needs plotly, which no plot does

    count = _stretches(tally)
    rows = -(-configuration.workers // tally.each)
    busy_s, failed = np.zeros((rows, count)), np.zeros((rows, count), dtype=np.int64)
    for cell in tally.cells:
        at = (min(cell.row, rows - 1), cell.stretch)
        busy_s[at] += cell.busy_s
        failed[at] += cell.failed
    members = np.minimum(tally.each, configuration.workers - tally.each * np.arange(rows))[:, None]
    edges = np.minimum(tally.width_s * np.arange(count + 1), tally.end_s)
    busy = np.minimum(busy_s / np.maximum(np.diff(edges) * members, 1e-9), 1.0)
    marks = heat_drawn(busy, failed, (edges[:-1] + edges[1:]) / 2, configuration, dark, True)
    return framed(marks, range(0, configuration.workers, tally.each), tally.end_s, configuration, dark)


def _stretches(tally: Tally) -> int:
    return max((cell.stretch for cell in tally.cells), default=0) + 1
