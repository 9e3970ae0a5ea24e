"""Causes in words: each with its figures, the dearest first, and how to see it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from engine.analysis.causes.causes import Cause, why
from engine.analysis.causes.efficiency import Efficiency
from engine.analysis.causes.sentences import in_words, startup_in_words
from engine.analysis.causes.startup import imports_cause, starts_long
from engine.analysis.net import Split
from engine.analysis.trials import Summary, TimedTrial
from engine.model import Configuration, Measurement
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2

COMPUTES = TimedTrial(SEQUENTIAL, 0, 10.0, cpu_s=10.0, net_s=10.0, tasks=100)
SLEEPS = replace(COMPUTES, cpu_s=0.5)
PHOTOS = ("photo", "photos")
EFFICIENCY = Efficiency(0.9, 0.8, 1.0, 0.5, 1.0)


def trial(one: Configuration, wall_s: float, split: Split, tasks: int = 100, **measured: float) -> TimedTrial:
    return TimedTrial(
        one, 0, wall_s, cpu_s=split.cpu_s, tasks=tasks, split=split,
        measured=Measurement(wall_s=wall_s, **measured),  # type: ignore[arg-type]
    )  # fmt: skip


def only(found: TimedTrial, alone: TimedTrial = COMPUTES, cpus: int | None = 2) -> Cause:
    (cause,) = why([found], [alone], cpus, True, PHOTOS)[1]
    return cause


def summary(one: Configuration, startup_s: float | None, wall_s: float = 1.0) -> Summary:
    return Summary(one, 3, wall_s, startup_s, 0.0, None, None, None, None, 8, 0)


# Each with its figures


def test_the_gil_is_told_with_the_cores_that_were_busy_and_sends_to_processes() -> None:
    cause = only(trial(THREADS_2, 10.0, Split(20.0, 10.0, 0.0, 2.0)))
    assert cause.sentence == (
        "The GIL: photos that compute took turns for 50% of the workers' time, with 1.0 cores busy; "
        "each process or subinterpreter has a GIL of its own."
    )
    assert (cause.experiment, cause.changed) == ("--executors processes", PROCESSES_2)
    assert cause.lost == pytest.approx(0.5)


def test_a_lock_of_threads_sends_to_processes_and_one_of_processes_nowhere() -> None:
    split = Split(20.0, 0.5, 0.0, 2.0)
    threads, processes = only(trial(THREADS_2, 10.0, split), SLEEPS), only(trial(PROCESSES_2, 10.0, split), SLEEPS)
    assert threads.sentence == processes.sentence == (
        "A lock, or something else that they share: photos were blocked for 50% of the time more than alone, "
        "on no CPU and at no disk."
    )  # fmt: skip
    assert (threads.experiment, threads.changed) == ("--executors processes", PROCESSES_2)
    assert (processes.experiment, processes.changed) == (None, None), "it may be a file's or a server's"


def test_the_disk_is_told_with_the_megabytes_in_both_directions() -> None:
    cause = only(trial(PROCESSES_2, 10.0, Split(20.0, 0.5, 0.0, 2.0), disk_written_mb=500.0, disk_read_mb=8.5), SLEEPS)
    assert cause.sentence.endswith("blocked for 50% of the time more than alone, and 508.5 MB went to or came from it.")


def test_large_arguments_are_to_be_loaded_by_the_workers_and_large_results_kept_on_disk() -> None:
    split = Split(10.0, 10.0, 0.0, 2.0)
    sent = only(trial(PROCESSES_2, 10.0, split, sent_mb=300.0, received_mb=1.0))
    received = only(trial(PROCESSES_2, 10.0, split, sent_mb=1.0, received_mb=300.0))
    assert sent.sentence == received.sentence == (
        "Arguments and results travel as pickles: 3 MB a photo; between photos, 50% of the workers' time."
    )
    assert sent.changed == replace(PROCESSES_2, held=True)
    assert (received.experiment, received.changed) == (
        "what the function returns written to a file, and its path returned", None,
    )  # fmt: skip


def test_only_processes_can_be_given_their_arguments_by_an_experiment() -> None:
    dask = Configuration("dask", 2)
    cause = only(trial(dask, 10.0, Split(10.0, 10.0, 0.0, 2.0), sent_mb=300.0))
    assert cause.name == "pickling" and cause.experiment and cause.changed is None


def test_tasks_that_are_few_are_told_with_their_number_and_half_of_the_workers() -> None:
    alone = replace(COMPUTES, wall_s=0.3, cpu_s=0.3, net_s=0.3, tasks=3)
    cause = only(trial(PROCESSES_2, 0.2, Split(0.3, 0.3, 0.0, 1.5), tasks=3), alone)
    assert cause.sentence == (
        "There are too few photos: workers had nothing left to do for 25% of the time, with 3 photos for 2 workers."
    )
    assert cause.changed == replace(PROCESSES_2, workers=1)


def test_a_load_that_is_not_balanced_has_no_experiment() -> None:
    cause = only(trial(PROCESSES_2, 6.67, Split(10.0, 10.0, 0.0, 1.5)))
    assert cause.sentence == (
        "The load is not balanced: workers had nothing left to do for 25% of the time while the last photos ran."
    )
    assert (cause.experiment, cause.changed) == (None, None)


def test_one_worker_has_no_load_to_balance_and_takes_no_turns() -> None:
    one = Configuration("processes", 1)
    assert why([trial(one, 20.0, Split(20.0, 10.0, 0.0, 0.5))], [COMPUTES], 2, True)[1] == ()


def test_where_the_number_of_cpus_is_unknown_one_is_assumed() -> None:
    cause = only(trial(PROCESSES_2, 5.0, Split(20.0, 10.0, 10.0, 2.0)), cpus=None)
    assert (cause.name, cause.experiment) == ("workers_above_cpus", "--workers 1")
    assert "2 workers share 1 CPU: at work, they waited for a CPU for 50% of the time" in cause.sentence


def test_what_other_programs_held_up_is_told_in_one_sentence_that_does_not_repeat_its_title() -> None:
    cause = only(trial(PROCESSES_2, 10.0, Split(20.0, 10.0, 10.0, 2.0)), cpus=2)
    assert (cause.name, cause.experiment) == ("other_programs", None)
    assert cause.sentence == "At work, they waited 50% of the time for a CPU that other programs held."


def test_a_lock_is_not_told_of_tasks_that_compute_on_threads_without_a_gil() -> None:
    # Blocked while both cores were busy: neither the GIL nor a disk, and to compute is not to wait for a lock.
    found = replace(trial(THREADS_2, 10.0, Split(20.0, 10.0, 0.0, 2.0)), cpu_s=18.0)
    assert why([found], [COMPUTES], 2, True)[1] == ()


def test_a_small_loss_of_waiting_tasks_is_no_cause_beside_other_programs_and_a_large_one_is() -> None:
    names = {
        wall_s: [cause.name for cause in why([trial(PROCESSES_2, wall_s, split)], [SLEEPS], 2, True)[1]]
        for wall_s, split in ((6.5, Split(13.0, 0.5, 1.5, 2.0)), (12.0, Split(24.0, 0.5, 4.0, 2.0)))
    }
    assert names == {6.5: ["other_programs"], 12.0: ["lock", "other_programs"]}


def test_without_cores_busy_nothing_is_said_of_turns() -> None:
    found = replace(trial(THREADS_2, 10.0, Split(20.0, 10.0, 0.0, 2.0)), cpu_s=None)
    assert "gil" not in [cause.name for cause in why([found], [COMPUTES], 2, True)[1]]


# The start-up


@dataclass(frozen=True)
class Imported:
    total_s: float
    module: str = "pandas"
    module_s: float = 0.3


@pytest.mark.parametrize(
    ("one", "startup_s", "long"),
    [
        (PROCESSES_2, 1.0, True), (PROCESSES_2, 0.99, False), (PROCESSES_2, None, False), (THREADS_2, 9.0, False),
        (Configuration("subinterpreters", 2), 2.0, True), (Configuration("dask", 2), 2.0, True),
        (SEQUENTIAL, 2.0, False),
    ],
)  # fmt: skip
def test_a_start_is_long_where_interpreters_of_their_own_start_for_as_long_as_the_tasks_take(
    one: Configuration, startup_s: float | None, long: bool
) -> None:
    assert starts_long(summary(one, startup_s)) is long


def test_imports_are_told_with_the_dearest_module_and_its_part() -> None:
    cause = imports_cause(summary(replace(PROCESSES_2, start_method="spawn"), 1.5), Imported(0.75))
    assert cause is not None and cause.lost == pytest.approx(0.6)
    assert cause.sentence == (
        "Start-up: workers took 1.5 s to be ready for 1.0 s of tasks, and each imports; pandas costs most of that, "
        "0.30 s of 0.75 s."
    )
    assert startup_in_words(cause) == [f"{cause.sentence} To see it: again with --start-method forkserver."]


def test_a_forkserver_imports_once_already() -> None:
    cause = imports_cause(summary(replace(PROCESSES_2, start_method="forkserver"), 1.5), Imported(0.75))
    assert cause is not None and cause.experiment is None and startup_in_words(cause) == [cause.sentence]


@pytest.mark.parametrize(
    ("startup_s", "imported"),
    [(1.5, None), (0.9, Imported(0.75)), (1.5, Imported(0.09)), (1.5, Imported(0.44))],
    ids=["not measured", "a short start", "short imports", "spent on something else"],
)
def test_imports_are_not_told_where_they_are_not_what_it_is_spent_on(
    startup_s: float, imported: Imported | None
) -> None:
    assert imports_cause(summary(PROCESSES_2, startup_s), imported) is None
    assert startup_in_words(None) == []


# All together


def test_the_two_dearest_are_told_and_then_what_the_factors_multiply_to() -> None:
    found = [Cause("lock", 0.5, "A lock.", "--executors processes", PROCESSES_2), Cause("disk", 0.3, "The disk."),
             Cause("memory", 0.2, "Memory.")]  # fmt: skip
    assert in_words(found, EFFICIENCY) == [
        "A lock. To see it: again with --executors processes.",
        "The disk.",
        "Efficiency 0.36 = load balance 0.90 × hand-over 0.80 × CPU at hand 1.00 × no turns 0.50 × same CPU time 1.00.",
    ]


def test_a_run_that_is_known_can_prove_what_a_comparison_can_change_by_itself() -> None:
    by_itself = Cause("gil", 0.5, "The GIL.", "--executors processes", PROCESSES_2)
    by_hand = Cause("pickling", 0.5, "Pickles.", "a path returned")
    assert in_words([by_itself, by_hand], EFFICIENCY, run=7)[:2] == [
        "The GIL. To see it: again with --executors processes, by overlap prove 7 gil.",
        "Pickles. To see it: again with a path returned.",
    ]


@pytest.mark.parametrize(
    ("found", "efficiency"), [([], EFFICIENCY), ([Cause("disk", 0.3, "The disk.")], None), ([], None)]
)
def test_without_a_cause_or_its_efficiency_nothing_is_told(found: list[Cause], efficiency: Efficiency | None) -> None:
    assert in_words(found, efficiency) == []


def test_of_several_trials_the_middle_one_speaks_and_causes_come_with_the_dearest_first() -> None:
    trials = [
        trial(PROCESSES_2, wall_s, Split(12.0, 10.0, 2.0, 1.5), disk_read_mb=number)
        for wall_s, number in ((10.0, 1.0), (10.5, 2.0), (11.0, 3.0))
    ]
    efficiency, causes = why(trials, [COMPUTES], 2, True)
    assert efficiency is not None
    assert [cause.lost for cause in causes] == sorted((cause.lost for cause in causes), reverse=True)
    assert {cause.name for cause in causes} == {"imbalance", "other_programs"}
