"""Outputs must agree with the baseline's, task by task, and a trial must do the work that it is timed for."""

from __future__ import annotations

from engine.analysis.findings.agreement import agreements, did_the_work
from engine.analysis.trials import TimedTrial
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


def test_failed_tasks_have_no_output_to_compare() -> None:
    assert agreements([trial({0: "a", 1: "b"}), trial({0: "a"}, THREADS_2)], SEQUENTIAL).differing == ()


def test_a_trial_may_fail_as_many_tasks_as_the_baseline_and_three_percent_more() -> None:
    base = trial({}, failed=10)
    alike, worse = trial({}, THREADS_2, failed=13), trial({}, THREADS_2, failed=14)
    assert did_the_work([base, alike, worse], SEQUENTIAL) == ((base, alike), (worse,))
