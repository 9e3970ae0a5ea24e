"""Warnings about what ran: cancelled, failed, missing, or other work than the baseline's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis.findings.agreement import Agreement, Agreements
from engine.analysis.findings.findings import Circumstances, Findings, Outcome
from engine.analysis.findings.judgement import judge
from engine.analysis.warnings import work
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison

PHOTOS = Circumstances(usable_cpus=2, nouns=("photo", "photos"), planned=(SEQUENTIAL, THREADS_2, PROCESSES_2))
CANCELLED = replace(PHOTOS, cancelled=True)
FOUND = judge(comparison({THREADS_2: 1.9, PROCESSES_2: 1.8}), SEQUENTIAL, 0.04, 0.03)


def without(found: Findings, *gone: object) -> Findings:
    return replace(found, trials=tuple(one for one in found.trials if one.configuration not in gone))


@pytest.mark.parametrize(
    ("outcome", "words", "advice"),
    [
        ("faster", "enough to name a winner.",
         "What is said rests on these trials only; resume the run to narrow the intervals."),
        ("same", "enough to call the leading ones the same.",
         "What is said rests on these trials only; resume the run to narrow the intervals."),
        ("undecided", "not enough to decide.", "Resume the run to get the rest."),
        ("failed", "not enough to decide.",
         "What is said rests on these trials only; resume the run to narrow the intervals."),
    ],
)  # fmt: skip
def test_a_cancelled_comparison_says_what_its_trials_are_enough_for(outcome: Outcome, words: str, advice: str) -> None:
    (found,) = work.cancelled(replace(FOUND, outcome=outcome), CANCELLED)
    assert found.sentence == f"The comparison was cancelled after 20 finished trials, {words}"
    assert (found.value, found.advice) == (20, advice)


def test_a_cancelled_comparison_names_what_never_finished() -> None:
    (found,) = work.cancelled(without(FOUND, THREADS_2, PROCESSES_2), CANCELLED)
    assert found.sentence.endswith("; of threads × 2 and processes × 2 none finished.")
    assert not list(work.cancelled(FOUND, PHOTOS))


def test_other_results_are_told_with_how_many_of_how_many_for_each() -> None:
    differing = (Agreement(THREADS_2, 60, (1, 2, 3)), Agreement(PROCESSES_2, 59, (7,)))
    found = list(work.outputs_differ(replace(FOUND, agreements=Agreements(differing, ())), PHOTOS))
    assert [one.sentence for one in found] == [
        "Threads × 2 gave other results than sequential (3 of 60 compared outputs): left out of the verdict.",
        "Processes × 2 gave other results than sequential (1 of 59 compared outputs): left out of the verdict.",
    ]
    assert [(one.configuration, one.value) for one in found] == [(THREADS_2, 3), (PROCESSES_2, 1)]
    assert not list(work.outputs_differ(FOUND, PHOTOS))


@pytest.mark.parametrize(("varying", "words"), [((4,), "The results of 1 photo"), ((4, 5), "The results of 2 photos")])
def test_results_that_change_from_run_to_run_are_told(varying: tuple[int, ...], words: str) -> None:
    (found,) = work.outputs_vary(replace(FOUND, agreements=Agreements((), varying)), PHOTOS)
    assert found.sentence == f"{words} change from run to run of the baseline itself, so they were not compared."
    assert found.value == len(varying) and found.configuration is None
    assert not list(work.outputs_vary(FOUND, PHOTOS))


def failing(**failed: int) -> Findings:
    """The findings with failures in the blocks b0, b1, … of threads × 2."""
    trials = [
        replace(one, failed=failed.get(f"b{one.block}", 0)) if one.configuration == THREADS_2 else one
        for one in FOUND.trials
    ]
    return judge(trials, SEQUENTIAL, 0.04, 0.03)


def test_failures_are_told_with_the_worst_trial_and_how_many_had_any() -> None:
    (found,) = work.failures(failing(b1=1, b3=1), PHOTOS)
    assert found.sentence == "2 of 5 trials of threads × 2 had failed tasks, at most 1 of 60 photos."
    assert (found.configuration, found.value) == (THREADS_2, 1)
    assert not list(work.failures(FOUND, PHOTOS))


def test_trials_that_failed_many_more_than_the_baseline_are_said_not_to_count() -> None:
    (found,) = work.failures(failing(b0=30, b1=1), PHOTOS)
    assert found.sentence.endswith("at most 30 of 60 photos; 1 failed more than the baseline did and does not count.")
    (two,) = work.failures(failing(b0=30, b1=9), PHOTOS)
    assert two.sentence.endswith("; 2 failed more than the baseline did and do not count.")


def test_a_planned_configuration_that_never_finished_is_told_unless_it_was_cancelled() -> None:
    found = list(work.nothing_finished(without(FOUND, PROCESSES_2), PHOTOS))
    assert [one.sentence for one in found] == ["No trial of processes × 2 finished, so nothing is said about it."]
    assert not list(work.nothing_finished(without(FOUND, PROCESSES_2), CANCELLED))
    assert not list(work.nothing_finished(FOUND, PHOTOS))
