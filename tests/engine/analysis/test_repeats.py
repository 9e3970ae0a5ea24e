"""The repeats still needed, and the tasks from which a start-up pays: estimates with known answers."""

from __future__ import annotations

from math import exp, sqrt

import pytest

from engine.analysis.breakeven import break_even
from engine.analysis.repeats import repeats_needed
from engine.analysis.samples import Summary
from engine.analysis.speedup import Ratio
from engine.analysis.student import critical_t
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL


def ratio(estimate: float, log_sd: float, pairs: int = 5) -> Ratio:
    return Ratio(estimate, 0.9, 1.1, 0.5, pairs, log_sd)


def test_the_number_asked_for_is_the_first_that_would_show_the_difference() -> None:
    needed = repeats_needed(ratio(exp(0.1), 0.1))
    assert needed is not None
    assert critical_t(0.04, needed - 1) * 0.1 / sqrt(needed) < 0.1
    assert critical_t(0.04, needed - 2) * 0.1 / sqrt(needed - 1) >= 0.1


def test_equals_need_repeats_until_the_interval_fits_inside_the_margin() -> None:
    needed = repeats_needed(ratio(1.0, 0.02))
    assert needed is not None
    assert critical_t(0.04, needed - 1) * 0.02 / sqrt(needed) < 0.0296


def test_more_tests_need_more_repeats_and_hopeless_cases_none() -> None:
    one, many = repeats_needed(ratio(1.1, 0.1)), repeats_needed(ratio(1.1, 0.1), tests=10)
    assert one is not None and many is not None and many > one
    assert repeats_needed(ratio(1.03, 0.4)) is None
    assert repeats_needed(ratio(1.3, 0.0, pairs=1)) is None


@pytest.mark.parametrize(
    ("startup_s", "wall_s", "expected"), [(0.0, 5.0, 1), (0.125, 6.0, 4), (4.9, 5.0, 98), (1.0, 10.0, None)]
)
def test_break_even_is_the_first_task_count_that_is_done_sooner(
    startup_s: float, wall_s: float, expected: int | None
) -> None:
    base = Summary(SEQUENTIAL, 5, 10.0, 0.0, 0.0, None, None, None, None, 100, 0)
    other = Summary(PROCESSES_2, 5, wall_s, startup_s, 0.0, None, None, None, None, 100, 0)
    assert break_even(base, other) == expected
