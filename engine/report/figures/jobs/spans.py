"""Arithmetic over many time spans at once: how many were open, summed exactly and without a loop over tasks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.report.figures.jobs.tasks import Tasks, Wholes
from engine.report.figures.plots import Floats


def time_inside(starts_s: Floats, ends_s: Floats, edges_s: Floats) -> Floats:
    """For each stretch between two edges, the summed time of all spans inside it (seconds).

    The time before an edge is the sum over starts before it of (edge - start), less the same over
    ends; stretches are its differences. Costs a sort, however many stretches there are.
    """
    return np.diff(_before(np.sort(starts_s), edges_s) - _before(np.sort(ends_s), edges_s))


def _before(moments_s: Floats, edges_s: Floats) -> Floats:
    sums_s = np.concatenate(([0.0], np.cumsum(moments_s)))
    count = np.searchsorted(moments_s, edges_s)
    return np.asarray(count * edges_s - sums_s[count])


def busy_fraction(tasks: Tasks, edges_s: Floats) -> Floats:
    """(workers, stretches): the fraction of each stretch in which each worker had a task."""
    order = np.argsort(tasks.row, kind="stable")
    bounds = np.searchsorted(tasks.row[order], np.arange(len(tasks.workers) + 1))
    starts_s, ends_s = tasks.started_s[order], tasks.finished_s[order]
    inside = [
        time_inside(starts_s[low:high], ends_s[low:high], edges_s)
        for low, high in pairwise(bounds)
    ]
    return np.clip(np.array(inside) / np.diff(edges_s), 0.0, 1.0)


def open_over_time(tasks: Tasks) -> tuple[Floats, Wholes]:
    """Every moment at which a task began or ended, and how many ran from then on."""
    moments_s = np.concatenate((tasks.started_s, tasks.finished_s))
    steps = np.concatenate((np.ones(len(tasks), dtype=np.int64), -np.ones(len(tasks), dtype=np.int64)))
    order = np.lexsort((steps, moments_s))  # an end counts before a start at the same moment
    return moments_s[order], np.cumsum(steps[order])
