"""Ties are broken by start-up and memory, in words, and only where they were measured to differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis.findings.choice import choose, near_best, smallest_of_each, why
from engine.analysis.statistics.ratio import Ratio
from engine.analysis.statistics.speedup import Speedup, Standing
from engine.analysis.trials import Summary
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, THREADS_2, THREADS_4

ASYNCIO_16 = Configuration("asyncio", 16)


def costs(configuration: Configuration, startup_s: float | None, memory_mb: float | None) -> Summary:
    return Summary(configuration, 5, 1.0, startup_s, 0.0, memory_mb, None, None, None, 60, 0)


def figures(*summaries: Summary) -> dict[Configuration, Summary]:
    return {summary.configuration: summary for summary in summaries}


def test_of_each_executor_the_fewest_workers_are_kept() -> None:
    assert smallest_of_each([THREADS_4, PROCESSES_2, THREADS_2]) == (THREADS_2, PROCESSES_2)


def test_the_sooner_start_decides_before_the_memory() -> None:
    known = figures(costs(THREADS_2, 0.3, 30), costs(PROCESSES_2, 0.1, 90))
    assert choose([THREADS_2, PROCESSES_2], known) == PROCESSES_2
    assert why(PROCESSES_2, THREADS_2, known) == "they start 0.20 s sooner, but use 60 MB more"


def test_the_memory_decides_between_equal_starts() -> None:
    known = figures(costs(ASYNCIO_16, 0.01, 50), costs(THREADS_2, 0.02, 30))
    assert choose([ASYNCIO_16, THREADS_2], known) == THREADS_2
    assert why(THREADS_2, ASYNCIO_16, known) == "they use 20 MB less"


def test_equal_costs_are_settled_by_fewer_workers_and_no_reason_is_made_up() -> None:
    known = figures(costs(ASYNCIO_16, 0.01, 30), costs(THREADS_2, 0.02, 31))
    assert choose([ASYNCIO_16, THREADS_2], known) == THREADS_2
    assert why(THREADS_2, ASYNCIO_16, known) is None


def test_unknown_costs_decide_nothing() -> None:
    known = figures(costs(PROCESSES_2, None, 10), costs(THREADS_2, 5.0, None))
    assert choose([PROCESSES_2, THREADS_2], known) == PROCESSES_2
    assert why(PROCESSES_2, THREADS_2, known) is None


def test_one_worker_pool_takes_the_singular() -> None:
    known = figures(costs(ASYNCIO_16, 0.0, 30), costs(PROCESSES_2, 0.5, 90))
    assert why(ASYNCIO_16, PROCESSES_2, known) == "it starts 0.50 s sooner and uses 60 MB less"


# What is near


def pair(one: Configuration, estimate: float, standing: Standing) -> Speedup:
    ratio = Ratio(estimate, estimate * 0.99, estimate * 1.01, 0.5, 5, 0.01)
    return Speedup(one, PROCESSES_2, ratio, 0.5, standing, "wall", ratio)


@pytest.mark.parametrize(
    ("estimate", "standing", "near"),
    [(1.0, "same", True), (1 / 1.029, "undecided", True), (1 / 1.031, "undecided", False), (1.029, "undecided", True),
     (1.04, "undecided", False), (0.99, "slower", False), (1.01, "faster", False)],
)  # fmt: skip
def test_near_is_within_the_margin_and_not_shown_to_differ(estimate: float, standing: Standing, near: bool) -> None:
    found = near_best(PROCESSES_2, [pair(THREADS_2, estimate, standing)])
    assert found == ((PROCESSES_2, THREADS_2) if near else (PROCESSES_2,))


def test_an_executor_in_another_way_is_another_kind() -> None:
    ways = [PROCESSES_2, replace(PROCESSES_2, start_method="spawn"), replace(PROCESSES_2, chunk=8),
            replace(PROCESSES_2, python="python3.14t")]  # fmt: skip
    assert smallest_of_each([*ways, *(replace(one, workers=4) for one in ways)]) == tuple(ways)


# How near costs are


@pytest.mark.parametrize(("later_s", "chosen"), [(0.049, THREADS_2), (0.051, PROCESSES_2)])
def test_starts_within_a_twentieth_of_a_second_feel_the_same(later_s: float, chosen: Configuration) -> None:
    known = figures(costs(PROCESSES_2, 0.1, 90), costs(THREADS_2, 0.1 + later_s, 30))
    assert choose([PROCESSES_2, THREADS_2], known) == chosen


@pytest.mark.parametrize(
    ("ours_mb", "theirs_mb", "told"),
    [(30, 31.9, None), (30, 32.1, "they use 2 MB less"), (100, 104.9, None), (100, 105.1, "they use 5 MB less"),
     (105.1, 100, None)],
)  # fmt: skip
def test_memory_differs_from_two_megabytes_and_a_twentieth_on(
    ours_mb: float, theirs_mb: float, told: str | None
) -> None:
    known = figures(costs(THREADS_2, 0.1, ours_mb), costs(PROCESSES_2, 0.1, theirs_mb))
    assert why(THREADS_2, PROCESSES_2, known) == told


def test_what_starts_later_may_be_taken_for_its_memory() -> None:
    known = figures(costs(THREADS_2, 0.5, 30), costs(PROCESSES_2, 0.1, 90))
    assert why(THREADS_2, PROCESSES_2, known) == "they use 60 MB less, but start 0.40 s later"


def test_of_costs_that_are_alike_the_first_of_the_fewest_workers_is_taken() -> None:
    others = [Configuration("subinterpreters", 2), THREADS_2, THREADS_4]
    assert choose(others, figures(*(costs(one, 0.1, 30) for one in others))) == others[0]
