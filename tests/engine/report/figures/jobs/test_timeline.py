"""The timeline in its three ways, and several of them on one axis."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.model import Configuration
from engine.report.figures import timeline, timelines
from engine.report.figures.colours import FAILED, executor_colour
from engine.report.figures.comparisons.timelines import MOST, middle_trials
from engine.report.figures.jobs.timeline import BARS, SEGMENTS
from tests.engine.report.figures.made import THREADS_2, failed, many, named, numbers, row, trial

EVIL = "<a href='javascript:1'>x</a> $\\href{javascript:1}{x}$"


def test_few_tasks_are_a_bar_each_from_their_start_to_their_end() -> None:
    drawn = timeline([row(0, 0, 0.0, 0.5), row(1, 1, 0.25, 1.0)], THREADS_2)
    (bars,) = drawn.data
    assert bars.type == "bar"
    assert numbers(bars.base) == [0.0, 0.25]
    assert numbers(bars.x) == [0.5, 0.75]
    assert bars.marker.color == executor_colour("threads")


def test_failed_tasks_have_their_own_colour_and_reason() -> None:
    drawn = timeline([row(0, 0, 0.0, 0.5), failed(1, 1, 0.0, 1.0, reason="timed_out")], THREADS_2)
    bars = named(drawn, "failed")
    assert bars.marker.color == FAILED
    assert "timed_out" in bars.hovertext[0]
    assert len(named(drawn, "done").x) == 1


def test_labels_from_elsewhere_stay_literal() -> None:
    (bars,) = timeline([row(0, 0, 0.0, 0.5, label=EVIL)], THREADS_2).data
    assert "&lt;a href" in bars.hovertext[0]
    assert "$" not in bars.hovertext[0]


def test_many_tasks_are_segments_with_a_gap_after_each() -> None:
    drawn = timeline(many(BARS + 1), THREADS_2)
    done, bad = named(drawn, "done"), named(drawn, "failed")
    assert done.type == bad.type == "scattergl"
    across = np.array(numbers(done.x)).reshape(-1, 3)
    assert len(across) + len(bad.x) // 3 == BARS + 1
    assert np.isnan(across[:, 2]).all()
    assert across[1, 1] - across[1, 0] == pytest.approx(0.01, abs=1e-5)


def test_very_many_tasks_are_a_heat_map_of_busy_fractions() -> None:
    drawn = timeline(many(SEGMENTS + 1, workers=5), THREADS_2)
    heat, marks = drawn.data
    assert heat.type == "heatmap"
    busy = np.array(heat.z)
    assert busy.shape[0] == 5
    assert busy[:, :-2] == pytest.approx(1.0, abs=1e-3)
    assert sum(numbers(marks.customdata)) == (SEGMENTS + 1) // 100


def test_a_hundred_thousand_tasks_are_drawn_within_a_second_of_server_time() -> None:
    rows = many(100_000, workers=16)
    began = time.thread_time()
    text = timeline(rows, THREADS_2).to_json()
    assert time.thread_time() - began < 1.0
    assert len(text) < 1_000_000


def test_the_first_worker_stands_on_top_and_a_continued_run_shows_its_seam() -> None:
    drawn = timeline([row(0, 7, 0.0, 1.0, trial=1), row(1, 9, 0.0, 1.0, trial=2)], THREADS_2)
    low, high = drawn.layout.yaxis.range
    assert low > high
    assert list(drawn.layout.yaxis.ticktext) == ["7", "9"]
    assert [shape.x0 for shape in drawn.layout.shapes] == [1.0]


def test_timelines_share_one_axis_that_holds_the_longest() -> None:
    other = Configuration("processes", 2)
    drawn = timelines([(THREADS_2, [row(0, 0, 0.0, 1.0)]), (other, [row(0, 0, 0.0, 4.0)])])
    assert [note.text for note in drawn.layout.annotations] == ["threads × 2", "processes × 2"]
    assert drawn.layout.xaxis.matches == "x2"
    assert drawn.layout.xaxis2.range[1] >= 4.0
    assert [trace.marker.color for trace in drawn.data] == [executor_colour("threads"), executor_colour("processes")]


def test_the_trial_of_median_wall_time_stands_for_its_configuration() -> None:
    trials = [trial(order, THREADS_2, wall_s) for order, wall_s in enumerate([3.0, 1.0, 2.0])]
    trials.append(trial(9, THREADS_2, 1.5, state="failed"))
    assert [one.order for one in middle_trials(trials)] == [2]
    crowd = [trial(workers, Configuration("threads", workers), 1.0) for workers in range(1, 20)]
    assert len(middle_trials(crowd)) == MOST
