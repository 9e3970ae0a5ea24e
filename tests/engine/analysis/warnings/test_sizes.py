"""Warnings about sizes: workers against CPUs and tasks, the length of the batch, and what a start-up pays back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.analysis.findings.findings import Circumstances, Findings
from engine.analysis.findings.judgement import judge
from engine.analysis.trials import Summary, TimedTrial
from engine.analysis.warnings import sizes
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, comparison

PHOTOS = Circumstances(usable_cpus=2, nouns=("photo", "photos"))


def judged(trials: Sequence[TimedTrial] = (), **every: Any) -> Findings:
    """The findings of a comparison of threads and processes, some figures of all its trials replaced."""
    made = trials or comparison({THREADS_2: 1.9, PROCESSES_2: 1.8})
    return judge([replace(one, **every) for one in made], SEQUENTIAL, 0.04, 0.03)


def figures_of(found: Findings, one: Configuration, **changed: Any) -> Findings:
    """The findings with some figures of one configuration replaced."""
    figure: Summary = replace(found.figures[one], **changed)
    return replace(found, figures={**found.figures, one: figure})


# More workers than CPUs


def test_workers_above_the_cpus_are_told_for_tasks_that_compute() -> None:
    (found,) = sizes.workers_above_cpus(judged(comparison({THREADS_2: 1.9, THREADS_4: 1.9})), PHOTOS)
    assert found.sentence == "Threads × 4: more workers than the 2 usable CPUs, and these tasks keep a CPU busy."
    assert found.advice == "For such tasks try at most 2 workers."
    assert (found.configuration, found.value) == (THREADS_4, 4)


def test_several_above_the_cpus_are_told_at_once_and_about_none_of_them_alone() -> None:
    eight = Configuration("threads", 8)
    (found,) = sizes.workers_above_cpus(
        judged(comparison({THREADS_4: 1.9, eight: 1.9})), replace(PHOTOS, usable_cpus=1)
    )
    assert found.sentence.startswith("Threads × 4 and threads × 8: more workers than the 1 usable CPU,")
    assert found.advice == "For such tasks try at most 1 worker."
    assert (found.configuration, found.value) == (None, 8)


@pytest.mark.parametrize(("cores_busy", "told"), [(0.49, False), (0.5, True), (None, False)])
def test_half_a_core_a_worker_is_keeping_it_busy(cores_busy: float | None, told: bool) -> None:
    found = figures_of(judged(comparison({THREADS_4: 1.9})), SEQUENTIAL, cores_busy=cores_busy)
    assert bool(list(sizes.workers_above_cpus(found, PHOTOS))) is told


def test_without_the_number_of_cpus_or_a_baseline_nothing_is_above_it() -> None:
    found = judged(comparison({THREADS_4: 1.9}))
    assert not list(sizes.workers_above_cpus(found, replace(PHOTOS, usable_cpus=None)))
    assert not list(sizes.workers_above_cpus(replace(found, figures={}), PHOTOS))


# Too few tasks


@pytest.mark.parametrize(("tasks", "told"), [(0, False), (1, True), (3, True), (4, False)])
def test_fewer_than_two_tasks_a_worker_are_too_few(tasks: int, told: bool) -> None:
    assert bool(list(sizes.too_few_tasks(judged(tasks=tasks), PHOTOS))) is told


def test_too_few_tasks_are_told_with_how_many_would_do() -> None:
    (both,) = sizes.too_few_tasks(judged(comparison({THREADS_2: 1.9, THREADS_4: 1.9}), tasks=3), PHOTOS)
    assert both.sentence == (
        "There are only 3 photos for the workers of threads × 2 and threads × 4: hardly one each, "
        "so beginning and ending show."
    )
    assert both.advice == "Compare on at least 16 photos, or with fewer workers."
    (one,) = sizes.too_few_tasks(judged(comparison({THREADS_2: 1.9}), tasks=1), PHOTOS)
    assert one.sentence.startswith("There are only 1 photo for the workers of threads × 2")
    assert one.configuration == THREADS_2


def test_one_worker_cannot_have_too_few() -> None:
    assert not list(sizes.too_few_tasks(judged(comparison({Configuration("threads", 1): 1.0}), tasks=1), PHOTOS))


# Too short a batch


@pytest.mark.parametrize(
    ("wall_s", "advice"),
    [
        (0.1, None),
        (0.09, "Compare on 2 times as many photos, or on longer ones."),
        (0.001, "Compare on 200 times as many photos, or on longer ones."),
    ],
)
def test_a_tenth_of_a_second_is_long_enough(wall_s: float, advice: str | None) -> None:
    found = list(sizes.too_short(figures_of(judged(), THREADS_2, wall_s=wall_s), PHOTOS))
    assert [one.advice for one in found] == ([advice] if advice else [])


def test_the_shortest_batch_is_told_with_its_time() -> None:
    found = figures_of(figures_of(judged(), THREADS_2, wall_s=0.02), PROCESSES_2, wall_s=0.05)
    (warning,) = sizes.too_short(found, PHOTOS)
    assert warning.sentence == (
        "The whole batch took only 20 ms on threads × 2: short enough for the operating system's scheduling to show."
    )
    assert not list(sizes.too_short(replace(found, figures={}), PHOTOS))


# A start-up that is not paid back


def slow_to_start(startup_s: float) -> Findings:
    return figures_of(judged(), THREADS_2, startup_s=startup_s)


def test_a_start_up_that_the_batch_does_not_pay_back_is_told_with_the_batch_that_would() -> None:
    (warning,) = sizes.startup_not_paid(slow_to_start(30.0), PHOTOS)
    assert warning.configuration == THREADS_2 and warning.value is not None
    assert warning.sentence == (
        f"Starting threads × 2 pays only from about {warning.value:,.0f} photos on; there are 60."
    )
    assert warning.advice == (
        "For one batch of this size take sequential; for many, keep the workers alive between them."
    )


@pytest.mark.parametrize(("all_tasks", "told"), [(None, True), (60, True), (100_000, False)])
def test_it_is_the_whole_batch_that_has_to_pay(all_tasks: int | None, told: bool) -> None:
    circumstances = replace(PHOTOS, all_tasks=all_tasks)
    assert bool(list(sizes.startup_not_paid(slow_to_start(30.0), circumstances))) is told


def test_a_short_start_up_pays_at_once() -> None:
    assert not list(sizes.startup_not_paid(slow_to_start(0.1), PHOTOS))


@pytest.mark.parametrize("recommended", [None, SEQUENTIAL])
def test_where_no_workers_are_recommended_none_have_to_pay(recommended: Configuration | None) -> None:
    assert not list(sizes.startup_not_paid(replace(slow_to_start(30.0), recommended=recommended), PHOTOS))


def test_of_what_is_not_shown_to_be_faster_it_is_not_said_from_when_on_it_pays() -> None:
    found = slow_to_start(30.0)
    undecided = tuple(replace(row, standing="undecided") for row in found.rows)
    assert not list(sizes.startup_not_paid(replace(found, rows=undecided), PHOTOS))


def test_what_is_slower_a_task_never_pays_and_is_told_elsewhere() -> None:
    slower = figures_of(slow_to_start(30.0), THREADS_2, wall_s=99.0)
    assert not list(sizes.startup_not_paid(slower, PHOTOS))
