"""Which rows of a comparison count: the engine's own of long tasks, plain code's of short ones."""

from __future__ import annotations

import pytest

from engine.analysis.findings.counting import counts, ours
from engine.model import Configuration
from tests.engine.analysis.made import SEQUENTIAL, THREADS_2

LOOP = Configuration("sequential", 1, reference="plain loop")
THREAD_MAP = Configuration("threads", 2, reference="ThreadPoolExecutor.map")


@pytest.mark.parametrize(
    ("one", "short", "counting"),
    [
        (LOOP, False, True),
        (LOOP, True, True),
        (SEQUENTIAL, False, False),
        (SEQUENTIAL, True, False),
        (THREADS_2, False, True),
        (THREADS_2, True, False),
        (THREAD_MAP, False, False),
        (THREAD_MAP, True, True),
    ],
)
def test_against_a_plain_loop_the_baselines_twin_never_counts(one: Configuration, short: bool, counting: bool) -> None:
    assert counts(one, LOOP, short) is counting


def test_against_the_engines_own_sequential_its_own_rows_count() -> None:
    assert counts(SEQUENTIAL, SEQUENTIAL, short=False) and counts(THREADS_2, SEQUENTIAL, short=False)
    assert not counts(THREAD_MAP, SEQUENTIAL, short=False)


def test_a_reference_stands_beside_the_same_configuration_of_ours() -> None:
    assert ours(THREAD_MAP) == THREADS_2 and ours(LOOP) == SEQUENTIAL
    assert ours(THREADS_2) is None
