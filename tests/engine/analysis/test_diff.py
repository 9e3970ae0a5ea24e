"""Two runs of one plan: what changed, without pretending that they were paired."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis.diff import difference
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison


def test_a_faster_machine_changes_wall_times_but_not_speedups() -> None:
    before = comparison({THREADS_2: 1.5}, repeats=8, noise=0.01, seed=1)
    after = [replace(one, wall_s=one.wall_s / 2) for one in comparison({THREADS_2: 1.5}, 8, noise=0.01, seed=2)]
    found = difference(before, after, SEQUENTIAL)
    threads = next(change for change in found.changes if change.configuration == THREADS_2)
    assert threads.standing == "faster"
    assert threads.wall.estimate == pytest.approx(2.0, rel=0.1)
    assert threads.speedup is not None and threads.speedup.low is not None and threads.speedup.high is not None
    assert threads.speedup.low < 1 < threads.speedup.high


def test_a_configuration_that_got_better_shows_in_its_speedup() -> None:
    before, after = (comparison({THREADS_2: speed}, 8, noise=0.01, seed=int(10 * speed)) for speed in (1.5, 1.8))
    found = difference(before, after, SEQUENTIAL)
    threads = next(change for change in found.changes if change.configuration == THREADS_2)
    assert threads.speedup is not None
    assert threads.speedup.estimate == pytest.approx(1.2, rel=0.03)


def test_the_same_run_twice_is_no_change() -> None:
    wide = comparison({THREADS_2: 1.5}, noise=0.05)
    assert {change.standing for change in difference(wide, wide, SEQUENTIAL).changes} == {"undecided"}
    exact = [replace(one, wall_s=1.0) for one in wide]
    assert {change.standing for change in difference(exact, exact, SEQUENTIAL).changes} == {"same"}


def test_what_only_one_run_had_is_listed_and_so_are_differences_of_the_environment() -> None:
    found = difference(
        comparison({THREADS_2: 1.5}), comparison({PROCESSES_2: 1.5}), SEQUENTIAL,
        ({"python": "3.11.7", "cpus": 2}, {"python": "3.14.0", "cpus": 2}),
    )
    assert (found.only_earlier, found.only_later) == ((THREADS_2,), (PROCESSES_2,))
    assert found.environment == (("python", "3.11.7", "3.14.0"),)


def test_one_repeat_has_no_interval() -> None:
    found = difference(comparison({}, 1)[:1], comparison({}, 1)[:1], SEQUENTIAL)
    assert found.changes[0].wall.low is None
    assert found.sentences[0].startswith("Sequential: no change that could be told from chance")
