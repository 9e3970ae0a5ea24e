"""Ties are broken by start-up and memory, in words, and only where they were measured to differ."""

from __future__ import annotations

from engine.analysis.findings.choice import choose, smallest_of_each, why
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
