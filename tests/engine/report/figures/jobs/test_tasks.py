"""Rows as columns, and the arithmetic over spans, checked against the plain way of doing it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.report.figures.jobs.spans import busy_fraction, open_over_time, time_inside
from engine.report.figures.jobs.tasks import tasks_from
from tests.engine.report.figures.made import failed, row

SPANS = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 5)), min_size=1, max_size=30)


def test_tasks_that_never_reached_a_worker_are_left_out() -> None:
    tasks = tasks_from([row(0, 0, 0.0, 1.0), row(1, None, None, None, status="cancelled"), failed(2, 0, 1.0, 2.0)])
    assert tasks.task.tolist() == [0, 2]
    assert tasks.failed.tolist() == [False, True]
    assert tasks.reasons == [None, "timed_out"]


def test_workers_are_rows_in_order_whatever_their_numbers() -> None:
    tasks = tasks_from([row(0, 10**12, 0.0, 1.0), row(1, 3, 0.0, 1.0)])
    assert tasks.workers.tolist() == [3, 10**12]
    assert tasks.row.tolist() == [1, 0]


def test_unknown_cpu_time_stays_unknown() -> None:
    assert np.isnan(tasks_from([row(0, 0, 0.0, 1.0, cpu_s=None)]).cpu_s[0])


def test_trials_that_continue_each_other_are_laid_end_to_end() -> None:
    tasks = tasks_from([row(0, 0, 0.0, 2.0, trial=4), row(1, 0, 0.5, 1.0, trial=9)])
    assert tasks.started_s.tolist() == [0.0, 2.5]
    assert tasks.seams == (2.0,)
    assert tasks.end_s == 3.0


def test_read_tasks_are_read_once() -> None:
    tasks = tasks_from([row(0, 0, 0.0, 1.0)])
    assert tasks_from(tasks) is tasks


@given(SPANS)
def test_the_time_inside_each_stretch_is_that_of_a_sum_over_spans(spans: list[tuple[float, float]]) -> None:
    starts = np.array([start for start, _ in spans])
    ends = starts + np.array([length for _, length in spans])
    edges = np.linspace(0, 15, 8)
    plain = [
        sum(max(0.0, min(end, high) - max(start, low)) for start, end in zip(starts, ends, strict=True))
        for low, high in pairwise(edges)
    ]
    assert time_inside(starts, ends, edges) == pytest.approx(plain, abs=1e-6)


def test_a_worker_that_is_busy_half_of_a_stretch_is_half_busy() -> None:
    tasks = tasks_from([row(0, 0, 0.0, 0.5), row(1, 1, 1.0, 2.0), row(2, 0, 1.0, 1.25)])
    assert busy_fraction(tasks, np.array([0.0, 1.0, 2.0])).tolist() == [[0.5, 0.25], [0.0, 1.0]]


@given(SPANS)
def test_every_task_that_opens_closes(spans: list[tuple[float, float]]) -> None:
    tasks = tasks_from([row(at, at, start, start + length) for at, (start, length) in enumerate(spans)])
    moments, count = open_over_time(tasks)
    assert count[-1] == 0
    assert (np.diff(moments) >= 0).all()
    assert count.max() <= len(spans)
