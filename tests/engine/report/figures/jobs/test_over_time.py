"""How a job went: every point traces to a record or a sample."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.model import Measurement
from engine.report.figures import done_over_time, figure_of, memory, task_times, tasks_at_once
from engine.report.figures.colours import executor_colour
from tests.engine.report.figures.made import THREADS_2, failed, many, named, numbers, row

MEASURED = Measurement(interpreter_s=0.3, startup_s=0.2, wall_s=2.0, cpu_s=2.0, memory_kind="pss")


def test_the_histogram_counts_each_task_once_and_says_its_median() -> None:
    rows = [row(at, 0, 0.0, 0.1 + at / 100) for at in range(20)] + [failed(20, 0, 0.0, 0.2)]
    drawn = figure_of(task_times(rows, THREADS_2))
    assert sum(numbers(named(drawn, "done").y)) == 20
    assert sum(numbers(named(drawn, "failed").y)) == 1
    assert "median 0.2 s" in drawn.layout.title.text
    assert drawn.layout.xaxis.type == "linear"


def test_times_that_span_orders_of_magnitude_get_a_logarithmic_axis() -> None:
    rows = [row(at, 0, 0.0, 10.0 ** (at - 5)) for at in range(6)]
    drawn = figure_of(task_times(rows, THREADS_2))
    assert drawn.layout.xaxis.type == "log"
    assert sum(numbers(drawn.data[0].y)) == 6


def test_tasks_of_no_length_are_drawn_too() -> None:
    assert sum(numbers(figure_of(task_times([row(0, 0, 1.0, 1.0)], THREADS_2)).data[0].y)) == 1


def test_tasks_done_rise_by_one_at_each_end() -> None:
    rows = [row(0, 0, 0.0, 2.0), row(1, 1, 0.0, 1.0), failed(2, 1, 1.0, 3.0)]
    drawn = figure_of(done_over_time(rows, THREADS_2))
    done = named(drawn, "done")
    assert (numbers(done.x), numbers(done.y)) == ([0, 1, 2], [0, 1, 2])
    assert (numbers(named(drawn, "failed").x), numbers(named(drawn, "failed").y)) == ([0, 3], [0, 1])


def test_of_very_many_ends_real_ones_are_chosen_the_last_among_them() -> None:
    rows = many(30_000)
    done = named(figure_of(done_over_time(rows, THREADS_2)), "done")
    assert len(done.x) <= 2001
    assert numbers(done.y)[-1] == 29_700
    assert set(numbers(done.x)[1:]) <= {one[4] for one in rows}


def test_tasks_at_once_are_exact_steps_and_stand_beside_the_cores() -> None:
    rows = [row(0, 0, 0.0, 2.0), row(1, 1, 0.5, 1.5)]
    samples = [{"at_s": 0.5 + at / 4, "memory_mb": 1.0, "cpu_s": at / 4} for at in range(9)]
    drawn = figure_of(tasks_at_once(rows, THREADS_2, samples, MEASURED))
    steps = named(drawn, "tasks at once")
    assert numbers(steps.x) == [0.0, 0.5, 1.5, 2.0]
    assert numbers(steps.y) == [1, 2, 1, 0]
    assert numbers(named(drawn, "cores busy").y) == pytest.approx([1.0] * len(named(drawn, "cores busy").x))
    assert drawn.layout.title.text == "Tasks at once: 1.5 on average, on 1.0 cores"
    slower = replace(MEASURED, wall_s=3.0)
    told = tasks_at_once(rows, THREADS_2, samples, slower).title
    assert told.startswith("Tasks at once: 1.0 on average"), "over the wall time, as beside the figure"


def test_without_a_measured_start_up_no_cores_are_drawn() -> None:
    samples = [{"at_s": at / 4, "memory_mb": 1.0, "cpu_s": at / 4} for at in range(9)]
    drawn = tasks_at_once([row(0, 0, 0.0, 2.0)], THREADS_2, samples)
    assert [line.name for line in drawn.lines] == ["tasks at once"]


def test_many_tasks_at_once_are_the_mean_of_each_stretch() -> None:
    steps = named(figure_of(tasks_at_once(many(10_000, workers=4), THREADS_2)), "tasks at once")
    assert numbers(steps.y) == pytest.approx([4.0] * 300, rel=1e-6)


def test_memory_is_on_the_tasks_clock_and_says_how_it_was_counted() -> None:
    samples = [{"at_s": 0.0, "memory_mb": 10.0, "cpu_s": 0.0}, {"at_s": 1.0, "memory_mb": 42.0, "cpu_s": 0.1}]
    drawn = figure_of(memory(samples, MEASURED, THREADS_2))
    assert numbers(drawn.data[0].x) == [-0.5, 0.5]
    assert drawn.data[0].line.color == executor_colour("threads")
    assert drawn.layout.title.text == "Memory: at most 42 MB"
    assert "(PSS)" in drawn.layout.annotations[0].text


def test_memory_without_measurement_counts_from_the_process_and_says_so() -> None:
    drawn = figure_of(memory([{"at_s": 0.2, "memory_mb": 10.0, "cpu_s": 0.0}]))
    assert numbers(drawn.data[0].x) == [0.2]
    assert "process" in drawn.layout.xaxis.title.text
