"""Figures of a comparison: dots, medians, speedups with their intervals and fits, and where the time went."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine.model import Configuration
from engine.report.figures import fits_of, memory_by_configuration, speedups, wall_times, where_time_went, work_of
from engine.report.figures.colours import executor_colour
from tests.engine.report.figures.made import THREADS_2, named, numbers, trial

SEQUENTIAL = Configuration("sequential", 1)


def verdict(*rows: tuple[str, int, float, float | None, float | None]) -> dict[str, Any]:
    return {
        "baseline": {"executor": "sequential", "workers": 1},
        "rows": [
            {
                "configuration": {"executor": executor, "workers": workers},
                "ratio": {"estimate": estimate, "low": low, "high": high},
            }
            for executor, workers, estimate, low, high in rows
        ],
    }


def test_every_finished_repeat_is_a_dot_and_the_median_a_line() -> None:
    trials = [trial(order, THREADS_2, wall_s) for order, wall_s in enumerate([1.0, 3.0, 1.2])]
    trials += [trial(5, THREADS_2, 9.0, state="failed"), trial(6, THREADS_2, None)]
    drawn = wall_times(trials)
    (dots,) = drawn.data
    assert sorted(numbers(dots.x)) == [1.0, 1.2, 3.0]
    assert drawn.layout.shapes[0].x0 == 1.2
    (number,) = drawn.layout.annotations
    assert (number.text, number.x) == ("1.2 s", 1.2), "the number stands at the line that it names"


def test_fifty_configurations_draw_within_a_second() -> None:
    many = [Configuration("threads", workers) for workers in range(1, 51)]
    trials = [trial(order, one, 1.0 + order / 100) for order, one in enumerate(many * 5)]
    began_s = time.process_time()
    for drawn in (wall_times(trials), memory_by_configuration(trials), where_time_went(trials)):
        assert drawn.to_json()
    assert time.process_time() - began_s < 1.0


def test_configurations_are_rows_in_the_order_of_their_first_trial() -> None:
    drawn = wall_times([trial(0, SEQUENTIAL, 2.0), trial(1, THREADS_2, 1.0), trial(2, SEQUENTIAL, 2.1)])
    assert list(drawn.layout.yaxis.ticktext) == ["sequential", "threads × 2"]
    assert [trace.marker.color for trace in drawn.data] == [executor_colour("sequential"), executor_colour("threads")]


def test_memory_that_was_not_measured_is_not_drawn() -> None:
    drawn = memory_by_configuration([trial(0, SEQUENTIAL, 2.0), trial(1, THREADS_2, 1.0, peak_pss_mb=None)])
    assert [numbers(trace.x) for trace in drawn.data] == [[30.0]]


def test_a_speedup_is_a_mark_with_its_interval_and_an_unknown_one_has_none() -> None:
    drawn = speedups(verdict(("threads", 2, 1.9, 1.8, 2.1), ("threads", 4, 3.0, None, None), ("processes", 2, 1, 1, 1)))
    marks = named(drawn, "threads")
    assert numbers(marks.y) == [1.9, 3.0] and [round(x) for x in numbers(marks.x)] == [2, 4]
    assert numbers(marks.x)[0] < 2 < numbers(named(drawn, "processes").x)[0], "side by side, so that none is hidden"
    assert numbers(marks.error_y.array) == pytest.approx([0.2, 0.0])
    assert numbers(marks.error_y.arrayminus) == pytest.approx([0.1, 0.0])
    assert named(drawn, "ideal").line.dash == "dash"
    assert named(drawn, "processes").marker.color == executor_colour("processes")
    assert not [trace for trace in drawn.data if trace.name.startswith("fit")]


def test_other_pythons_have_marks_of_their_own_and_many_names_stand_below_the_plot() -> None:
    pythons = [None, "/opt/3.13.0/bin/python", "/opt/3.14.0/bin/python"]
    rows = [verdict(("threads", 2, 1.9, 1.8, 2.1), ("processes", 2, 1.9, 1.8, 2.1)) for _ in pythons]
    for one, python in zip(rows, pythons, strict=True):
        for row in one["rows"]:
            row["configuration"]["python"] = python
    drawn = speedups({**rows[0], "rows": [row for one in rows for row in one["rows"]]})
    assert named(drawn, "threads").marker.symbol != named(drawn, "threads (Python 3.13.0)").marker.symbol
    assert named(drawn, "threads").marker.color == named(drawn, "threads (Python 3.13.0)").marker.color
    assert drawn.layout.legend.y < 0 and drawn.layout.legend.yanchor == "top"
    few = speedups(verdict(("threads", 2, 1.9, 1.8, 2.1)))
    assert few.layout.legend.y is None and few.layout.height < drawn.layout.height


def scaling_trials(counts: tuple[int, ...]) -> list[Any]:
    """Three blocks in which threads follow Amdahl's law with a tenth that takes turns."""
    found: list[Any] = []
    for block in range(3):
        found.append(trial(len(found), SEQUENTIAL, 10.0 * (1 + block / 50), repeat=block))
        for workers in counts:
            wall_s = 10.0 * (1 + block / 50) * (0.1 + 0.9 / workers) * (1 + 0.001 * (workers + block))
            found.append(trial(len(found), Configuration("threads", workers), wall_s, repeat=block))
    return found


def test_a_fit_is_drawn_as_a_line_that_says_that_it_is_one() -> None:
    fits = fits_of(scaling_trials((1, 2, 4, 8)), SEQUENTIAL)
    drawn = speedups(verdict(("threads", 8, 4.7, 4.6, 4.8)), fits)
    line = named(drawn, "fit: threads")
    assert line.mode == "lines"
    assert numbers(line.y)[-1] == pytest.approx(1 / (0.1 + 0.9 / 8), rel=0.03)
    assert numbers(line.x)[-1] == 8


def test_too_few_worker_counts_give_no_fit() -> None:
    assert fits_of(scaling_trials((1, 2, 4)), SEQUENTIAL) == {}


def test_the_parts_of_a_trial_add_up_to_what_a_stopwatch_sees() -> None:
    rows = [(100, 0.0, 0.8, 0.3, 0.4), (100, 0.8, 1.0, 0.1, 0.0), (100, None, None, None, None)]
    work = work_of(rows)
    drawn = where_time_went([trial(0, Configuration("threads", 2), 1.0)], work)
    parts = {trace.name: numbers(trace.x)[0] for trace in drawn.data}
    assert sum(parts.values()) == pytest.approx(0.05 + 0.01 + 1.0 + 0.02)
    assert parts["in tasks, on a CPU"] == pytest.approx(0.2)
    assert parts["in tasks, waiting for a CPU"] == pytest.approx(0.2)
    assert parts["in tasks, blocked"] == pytest.approx(0.1)
    assert parts["between tasks"] == pytest.approx(0.5)


def test_where_cpu_time_is_unknown_time_in_tasks_is_not_divided() -> None:
    work = work_of([(100, 0.0, 1.0, None, None), (101, 0.0, 1.0, 0.9, 0.0)])
    drawn = where_time_went([trial(0, Configuration("asyncio", 1), 1.0), trial(1, SEQUENTIAL, 1.0)], work)
    parts = {trace.name: list(trace.x) for trace in drawn.data}
    assert parts["in tasks, not divided"][0] == 1.0 and "in tasks, waiting for a CPU" not in parts
    undivided, on_a_cpu = (named(drawn, f"in tasks, {what}").marker.color for what in ("not divided", "on a CPU"))
    assert undivided != on_a_cpu, "it may not have been on a CPU at all"


def test_where_nobody_knows_who_had_the_cpu_waiting_for_it_is_not_told_apart() -> None:
    parts = {trace.name: numbers(trace.x)[0] for trace in where_time_went(
        [trial(0, SEQUENTIAL, 1.0)], work_of([(100, 0.0, 1.0, 0.4, None)])
    ).data}  # fmt: skip
    assert parts["in tasks, not on a CPU"] == pytest.approx(0.6)
    assert "in tasks, blocked" not in parts and "in tasks, waiting for a CPU" not in parts


def test_without_records_the_running_time_is_one_part() -> None:
    parts = {trace.name: numbers(trace.x) for trace in where_time_went([trial(0, SEQUENTIAL, 1.0)]).data}
    assert parts["running"] == [1.0]
