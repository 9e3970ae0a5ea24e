"""Outputs must agree with the baseline's, task by task, and a trial must do the work that it is timed for."""

from __future__ import annotations

import pytest

from engine.analysis.findings.agreement import agreements, did_the_work
from engine.analysis.trials import TimedTrial
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2


def trial(outputs: dict[int, str], configuration: object = SEQUENTIAL, failed: int = 0, tasks: int = 100) -> TimedTrial:
    return TimedTrial(configuration, 0, 1.0, fingerprints=outputs, failed=failed, tasks=tasks)  # type: ignore[arg-type]


def test_equal_fingerprints_agree_and_different_ones_are_named() -> None:
    found = agreements(
        [trial({0: "a", 1: "b"}), trial({0: "a", 1: "b"}, THREADS_2), trial({0: "a", 1: "x"}, PROCESSES_2)], SEQUENTIAL
    )
    by_label = {one.configuration.label: one for one in found.of_each}
    assert by_label["threads × 2"].agrees and by_label["threads × 2"].compared == 2
    assert by_label["processes × 2"].differing == (1,)
    assert [one.configuration for one in found.differing] == [PROCESSES_2]


def test_one_trial_that_differs_is_enough() -> None:
    same, other = trial({0: "a"}, THREADS_2), trial({0: "x"}, THREADS_2)
    assert agreements([trial({0: "a"}), same, same, other], SEQUENTIAL).differing[0].differing == (0,)


def test_tasks_on_which_the_baseline_disagrees_with_itself_are_not_compared() -> None:
    unsure = [trial({0: "a", 1: "now"}), trial({0: "a", 1: "then"})]
    found = agreements([*unsure, trial({0: "a", 1: "x"}, THREADS_2)], SEQUENTIAL)
    assert found.varying == (1,)
    assert found.differing == ()
    assert found.of_each[0].compared == 1


def test_where_tasks_vary_one_that_succeeded_once_in_the_baseline_is_no_measure() -> None:
    flaky = [trial({0: "a", 1: "x"}), trial({0: "b"}), trial({0: "c", 2: "z"})]
    found = agreements([*flaky, trial({0: "d", 1: "y", 2: "w"}, THREADS_2)], SEQUENTIAL)
    assert found.varying == (0,)
    assert found.differing == ()
    steady = [trial({1: "x"}), trial({1: "x"}), trial({2: "z"})]
    assert agreements([*steady, trial({1: "y", 2: "w"}, THREADS_2)], SEQUENTIAL).differing[0].differing == (1, 2)


def test_failed_tasks_have_no_output_to_compare() -> None:
    assert agreements([trial({0: "a", 1: "b"}), trial({0: "a"}, THREADS_2)], SEQUENTIAL).differing == ()


def test_a_trial_may_fail_as_many_tasks_as_the_baseline_and_three_percent_more() -> None:
    base = trial({}, failed=10)
    alike, worse = trial({}, THREADS_2, failed=13), trial({}, THREADS_2, failed=14)
    assert did_the_work([base, alike, worse], SEQUENTIAL) == ((base, alike), (worse,))


def test_a_task_that_only_the_other_finished_is_not_compared() -> None:
    found = agreements([trial({0: "a"}), trial({0: "a", 1: "b"}, THREADS_2)], SEQUENTIAL)
    assert [(one.compared, one.differing, one.agrees) for one in found.of_each] == [(1, (), True)]


def test_without_a_baseline_nothing_is_compared_and_all_agree() -> None:
    found = agreements([trial({0: "a"}, THREADS_2)], SEQUENTIAL)
    assert [(one.compared, one.agrees) for one in found.of_each] == [(0, True)]


def test_differing_tasks_are_named_once_and_in_order() -> None:
    wrong = [trial({3: "x", 1: "x"}, THREADS_2), trial({1: "y", 2: "c"}, THREADS_2)]
    found = agreements([trial({1: "a", 2: "b", 3: "c"}), *wrong], SEQUENTIAL)
    assert found.of_each[0].differing == (1, 2, 3) and found.of_each[0].compared == 3


def test_against_a_plain_loop_the_engines_own_form_of_it_is_the_measure() -> None:
    loop = Configuration("sequential", 1, reference="plain loop")
    found = agreements([trial({}, loop), trial({0: "a"}), trial({0: "x"}, THREADS_2)], loop)
    assert [(one.configuration, one.differing) for one in found.of_each] == [(THREADS_2, (0,))]


@pytest.mark.parametrize(
    ("usual", "failed", "tasks", "dropped"),
    [((), 3, 100, False), ((), 4, 100, True), ((0, 0, 90), 3, 100, False), ((50, 50), 53, 100, False),
     ((0,), 1, 0, True), ((0,), 0, 0, False), ((0,), 1, 33, True), ((0,), 1, 34, False)],
)  # fmt: skip
def test_how_many_failures_are_too_many(usual: tuple[int, ...], failed: int, tasks: int, dropped: bool) -> None:
    base = [trial({}, failed=one) for one in usual]
    other = trial({}, THREADS_2, failed=failed, tasks=tasks)
    kept, left_out = did_the_work([*base, other], SEQUENTIAL)
    assert (other in left_out) is dropped and (other in kept) is not dropped
