"""The figures of a trial of very many tasks say what its records say."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from engine.analysis.tally import Tally
from engine.model import Configuration, Measurement
from engine.protocol.record import ROW, Row, row_of
from engine.report.figures import TASK_COLUMNS, done_over_time, figure_of, task_times, tasks_at_once, timeline
from engine.report.figures.jobs.tallied import done_over_time_of, task_times_of, tasks_at_once_of, timeline_of

HOW = Configuration("threads", 2)
ROWS: list[Row] = [
    row_of(1, f"task {n}", task=n, worker=n % 2, started_s=n / 50, finished_s=n / 50 + 0.001 * (1 + n % 40),
           status="failed" if n % 10 == 0 else "ok", reason="late" if n % 10 == 0 else None)
    for n in range(2_000)
]  # fmt: skip


@pytest.fixture
def tally() -> Tally:
    made = Tally(2)
    made.take(ROWS)
    return made


def test_the_timeline_is_as_busy_as_that_of_the_records_and_marks_every_failure(tally: Tally) -> None:
    drawn = timeline_of(tally, HOW)
    heat, marks = drawn.data
    end_s = max(row[ROW.index("finished_s")] for row in ROWS)
    spent_s = sum(row[ROW.index("finished_s")] - row[ROW.index("started_s")] for row in ROWS)
    assert np.mean(heat.z) * 2 * end_s == pytest.approx(spent_s, rel=0.02)
    assert heat.z.shape[0] == 2 and sum(marks.customdata) == 200
    assert drawn.layout.yaxis.ticktext == ("0", "1")
    assert drawn.layout.title.text == timeline(records(), HOW).layout.title.text


def test_workers_that_share_a_row_are_as_busy_as_all_of_them() -> None:
    many = Tally(800)
    many.take(row_of(1, "", task=n, worker=n, started_s=0.0, finished_s=1.0, status="ok") for n in range(0, 800, 2))
    drawn = timeline_of(many, Configuration("threads", 800))
    assert drawn.data[0].z.shape[0] == 200 and drawn.layout.yaxis.ticktext[:2] == ("0", "36")
    assert np.mean(drawn.data[0].z) == pytest.approx(0.5, abs=0.01)


def records() -> list[tuple[Any, ...]]:
    """The same as `Records.columns` gives it."""
    return [tuple(row[ROW.index(name)] for name in TASK_COLUMNS) for row in ROWS]


def total(figure: Any, name: str) -> float:
    return float(sum(np.sum(trace.y) for trace in figure.data if trace.name == name))


def test_the_histogram_has_every_task_once_and_failed_ones_apart(tally: Tally) -> None:
    drawn, read = figure_of(task_times_of(tally, HOW)), figure_of(task_times(records(), HOW))
    assert total(drawn, "done") == total(read, "done") == 1_800
    assert total(drawn, "failed") == total(read, "failed") == 200
    for figure in (drawn, read):
        assert re.search(r"median 20(\.\d)? ms, 95% within 38(\.\d)? ms", figure.layout.title.text)


def test_tasks_done_end_at_the_same_place(tally: Tally) -> None:
    drawn, read = done_over_time_of(tally, HOW), done_over_time(records(), HOW)
    for one, other in zip(drawn.lines, read.lines, strict=True):
        assert (one.name, one.y[-1], one.x[-1]) == (other.name, other.y[-1], pytest.approx(other.x[-1], abs=0.2))
        assert np.interp(20.0, one.x, one.y) == pytest.approx(np.interp(20.0, other.x, other.y), rel=0.01)


def test_tasks_at_once_have_the_same_mean(tally: Tally) -> None:
    assert tasks_at_once_of(tally, HOW, [], Measurement()).title == tasks_at_once(records(), HOW).title
