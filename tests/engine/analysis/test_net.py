"""Wall time net of other programs: right where it is given, and not given where it cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.analysis.net import Split, net_wall_s, split_of, why_unknown
from engine.analysis.statistics.speedup import speedups
from engine.analysis.trials import TimedTrial, disturbance, log_walls
from engine.analysis.verdict.verdict import verdict
from engine.model import Configuration, Measurement, Record
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, busy

# Recorded on two CPUs with some fifteen busy programs beside: 32 tasks of 3.5 ms, whose wall time on a quiet
# machine is 0.22 s one after the other and 0.11 s on two processes.
SEQUENTIAL_BUSY = (Measurement(wall_s=1.067, run_delay_s=0.843, loop_delay_s=0.0), Split(1.003, 0.219, 0.784, 1.0))
PROCESSES_BUSY = [
    (Measurement(wall_s=0.957, run_delay_s=1.682, loop_delay_s=0.155), Split(1.512, 0.217, 1.295, 2.0)),
    (Measurement(wall_s=2.110, run_delay_s=3.788, loop_delay_s=0.270), Split(3.376, 0.216, 3.160, 2.0)),
    (Measurement(wall_s=1.001, run_delay_s=1.721, loop_delay_s=0.095), Split(1.5415, 0.218, 1.3235, 2.0)),
]
THREADS_BUSY = (Measurement(wall_s=0.719, run_delay_s=1.065, loop_delay_s=0.161), Split(1.014, 0.208, 0.806, 2.0))


def test_trials_that_other_programs_lengthened_up_to_twenty_times_come_out_as_on_a_quiet_machine() -> None:
    assert net_wall_s(SEQUENTIAL, *SEQUENTIAL_BUSY, 2) == pytest.approx(0.224, rel=0.02)
    for measured, split in PROCESSES_BUSY:
        assert net_wall_s(PROCESSES_2, measured, split, 2) == pytest.approx(0.110, rel=0.03)


def test_threads_that_take_turns_are_not_told() -> None:
    assert net_wall_s(THREADS_2, *THREADS_BUSY, 2) is None


def test_trials_that_pickling_keeps_busy_are_not_told() -> None:
    """Forty results of 0.8 MB under heavy load: the loop's own work is on the critical path, too."""
    measured = Measurement(wall_s=3.0, run_delay_s=2.0, loop_delay_s=1.5, cpu_s=0.5)
    assert net_wall_s(PROCESSES_2, measured, Split(0.1, 0.05, 0.03, 2.0), 2) is None


def test_threads_that_were_always_running_or_ready_are_told() -> None:
    measured = Measurement(wall_s=1.0, run_delay_s=0.8, loop_delay_s=0.0)
    assert net_wall_s(THREADS_2, measured, Split(2.0, 1.2, 0.8, 2.0), 2) == pytest.approx(0.6)


def test_beyond_the_cpus_waiting_is_the_configurations_own_doing() -> None:
    assert net_wall_s(PROCESSES_2, *PROCESSES_BUSY[0], 1) is None
    assert net_wall_s(PROCESSES_2, *PROCESSES_BUSY[0], None) is None


@pytest.mark.parametrize("field", ["wall_s", "run_delay_s", "loop_delay_s"])
def test_what_the_system_does_not_tell_leaves_it_unknown(field: str) -> None:
    measured, split = SEQUENTIAL_BUSY
    unknown: dict[str, Any] = {field: None}
    assert net_wall_s(SEQUENTIAL, replace(measured, **unknown), split, 2) is None
    assert net_wall_s(SEQUENTIAL, measured, None, 2) is None


def test_a_plain_loop_has_no_records_and_waits_alone() -> None:
    loop = replace(SEQUENTIAL, reference="plain loop")
    assert net_wall_s(loop, Measurement(wall_s=1.0, run_delay_s=0.4), None, 2) == pytest.approx(0.6)
    assert net_wall_s(loop, Measurement(wall_s=1.0), None, 2) is None


def record(worker: int, started_s: float, finished_s: float, cpu_s: float | None, delay_s: float | None) -> Record:
    return Record(0, "t", worker, started_s, finished_s, cpu_s, delay_s)


def test_the_split_sums_up_and_a_worker_that_ran_out_of_tasks_shared_less() -> None:
    split = split_of([record(0, 0.0, 1.0, 0.5, 0.2), record(1, 0.0, 0.5, 0.5, 0.0)])
    assert split is not None
    assert (split.task_s, split.cpu_s, split.delay_s, split.spread) == (1.5, 1.0, 0.2, 1.5)
    assert split.blocked_s == pytest.approx(0.3)
    assert split_of([record(0, 0.0, 1.0, 0.5, None)]) is None
    assert split_of([]) is None


def trial(one: Configuration, block: int, wall_s: float, net_s: float | None) -> TimedTrial:
    return TimedTrial(one, block, wall_s, net_s=net_s)


def test_on_a_busy_machine_the_verdict_is_net_with_the_clock_beside_it() -> None:
    (row,) = speedups(busy(), SEQUENTIAL)
    assert (row.basis, row.standing) == ("net", "faster")
    assert row.ratio.estimate == pytest.approx(2.0)
    assert row.wall.estimate < 1
    assert disturbance(busy()) > 0.3


def test_without_the_kernels_word_it_is_by_the_clock() -> None:
    (row,) = speedups(busy(net=False), SEQUENTIAL)
    assert (row.basis, row.standing) == ("wall", "undecided")
    assert row.ratio == row.wall


def test_on_a_quiet_machine_it_is_by_the_clock() -> None:
    quiet = [replace(one, wall_s=(one.net_s or 0) * 1.001) for one in busy()]
    assert [row.basis for row in speedups(quiet, SEQUENTIAL)] == ["wall"]


def test_a_configuration_of_which_one_trial_is_not_told_is_judged_by_the_clock() -> None:
    trials = busy()
    trials[3] = replace(trials[3], net_s=None)
    assert trials[3].configuration == PROCESSES_2
    assert set(log_walls(trials, "net")) == {SEQUENTIAL}
    assert [row.basis for row in speedups(trials, SEQUENTIAL)] == ["wall"]


def test_what_looks_alike_only_by_the_clock_is_not_recommended_instead() -> None:
    """Threads whose net time is not known are as slow as everything by the clock; net, processes are twice as fast."""
    off = (1.2, 0.8, 1.04)
    threads = [
        trial(THREADS_2, one.block, one.wall_s * off[one.block], None)
        for one in busy() if one.configuration == PROCESSES_2
    ]
    found = verdict([*busy(), *threads], SEQUENTIAL)
    assert found.outcome == "undecided"
    assert found.recommended == PROCESSES_2
    assert found.sentences[0].startswith("No clear winner yet; processes × 2 (2.00×, 2.00–2.00) look fastest: ")
    (hidden,) = [sentence for sentence in found.sentences if "cannot be said" in sentence]
    assert hidden.startswith("Of threads × 2 (") and "share one lock" in hidden and "quieter machine" in hidden


@pytest.mark.parametrize(("one", "cpus", "word"), [
    (Configuration("threads", 2), 2, "share one lock"),
    (Configuration("asyncio", 8), 8, "share one lock"),
    (Configuration("processes", 4), 2, "more workers than CPUs"),
    (Configuration("processes", 2), 2, "kept the loop so busy"),
    (Configuration("processes", 2, reference="ProcessPoolExecutor.map"), 2, "other code"),
])  # fmt: skip
def test_why_a_net_time_is_not_known_is_told_in_words(one: Configuration, cpus: int, word: str) -> None:
    assert word in why_unknown(one, cpus)
