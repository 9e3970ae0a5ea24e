"""Two runs of one plan: what changed, without pretending that they were paired."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.diff import difference
from engine.analysis.trials import TimedTrial
from engine.model import Configuration
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


# Every sentence, and what an interval needs


def walls(*seconds: float, one: Configuration = THREADS_2) -> list[TimedTrial]:
    return [TimedTrial(one, block, wall_s) for block, wall_s in enumerate(seconds)]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (walls(2, 2.02, 1.98), walls(1, 1.01, 0.99), "Threads × 2: 2.00× (1.95–2.05) as fast in the later run."),
        (walls(1, 1.01, 0.99), walls(2, 2.02, 1.98),
         "Threads × 2: slower in the later run, 0.50× (0.49–0.51) as fast."),
        (walls(1, 1.001, 0.999), walls(1, 1.001, 0.999), "Threads × 2: the same within 3% in both runs."),
        (walls(1, 1.4, 0.7), walls(1.1, 1.3, 0.8),
         "Threads × 2: no change that could be told from chance, 0.95× (0.44–2.06) as fast."),
    ],
)  # fmt: skip
def test_each_change_is_told_in_a_sentence(before: list[TimedTrial], after: list[TimedTrial], sentence: str) -> None:
    assert difference(before, after, SEQUENTIAL).sentences == (sentence,)


def test_times_that_do_not_vary_have_an_interval_of_no_width() -> None:
    (change,) = difference(walls(2, 2, 2), walls(1, 1, 1), SEQUENTIAL).changes
    assert (change.wall.low, change.wall.estimate, change.wall.high) == pytest.approx((2.0, 2.0, 2.0))
    assert (change.wall.p, change.standing) == (0.0, "faster")
    (same,) = difference(walls(2, 2, 2), walls(2, 2, 2), SEQUENTIAL).changes
    assert (same.wall.p, same.standing) == (1.0, "same")


def test_the_pairs_are_the_fewer_trials_of_both_runs() -> None:
    (change,) = difference(walls(1, 1.1, 0.9, 1, 1), walls(1, 1.1), SEQUENTIAL).changes
    assert change.wall.pairs == 2 and change.standing == "undecided"


def test_the_baseline_has_no_speedup_of_its_own_to_change() -> None:
    found = difference(comparison({THREADS_2: 1.5}), comparison({THREADS_2: 1.5}), SEQUENTIAL)
    assert {change.configuration: change.speedup is None for change in found.changes} == {
        SEQUENTIAL: True, THREADS_2: False,
    }  # fmt: skip


def test_a_speedup_needs_a_block_with_the_baseline_in_both_runs() -> None:
    found = difference(walls(1, 1, 1), comparison({THREADS_2: 1.5}), SEQUENTIAL)
    assert [change.speedup for change in found.changes] == [None]


def test_more_configurations_are_tested_more_strictly() -> None:
    def standings(others: int) -> set[str]:
        crew = [Configuration("threads", number) for number in range(2, 2 + others)]
        before, after = (
            [one for each in crew for one in walls(*(base * x for x in (1.0, 1.12, 0.9, 1.05)), one=each)]
            for base in (1.2, 1.0)
        )
        return {change.standing for change in difference(before, after, SEQUENTIAL).changes}

    assert (standings(1), standings(10)) == ({"faster"}, {"undecided"})


@given(st.floats(0.1, 10))
def test_a_machine_that_is_so_many_times_as_fast_is_told_with_that_number(factor: float) -> None:
    before = comparison({THREADS_2: 1.5}, noise=0.02)
    found = difference(before, [replace(one, wall_s=one.wall_s / factor) for one in before], SEQUENTIAL)
    for change in found.changes:
        assert change.wall.estimate == pytest.approx(factor)
        assert change.speedup is None or change.speedup.estimate == pytest.approx(1.0)


def test_a_difference_of_the_environment_is_told_also_where_one_run_does_not_know_it() -> None:
    found = difference([], [], SEQUENTIAL, ({"gil": True, "cpus": 2}, {"cpus": 4, "power": None}))
    assert found.environment == (("cpus", 2, 4), ("gil", True, None))
