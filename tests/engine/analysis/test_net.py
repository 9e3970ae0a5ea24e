"""Wall time net of other programs: right where it is given, and not given where it cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_nothing_looks_fastest_that_others_are_drawn_above() -> None:
    """Threads are far ahead by the clock, but with so wide an interval that nothing is decided."""
    off = (0.05, 0.9, 0.2)
    threads = [
        trial(THREADS_2, one.block, one.wall_s * off[one.block], None)
        for one in busy() if one.configuration == PROCESSES_2
    ]
    found = verdict([*busy(), *threads], SEQUENTIAL)
    assert found.outcome == "undecided"
    ratios = {row.configuration: row.ratio.estimate for row in found.rows}
    assert ratios[THREADS_2] > ratios[PROCESSES_2] > 1
    assert not found.sentences[0].startswith("No clear winner yet; processes × 2")
    assert found.recommended == THREADS_2


@pytest.mark.parametrize(("one", "cpus", "word"), [
    (Configuration("threads", 2), 2, "share one lock"),
    (Configuration("asyncio", 8), 8, "had time to spare"),
    (Configuration("processes", 4), 2, "more workers than CPUs"),
    (Configuration("processes", 2), 2, "kept the loop so busy"),
    (Configuration("processes", 2, reference="ProcessPoolExecutor.map"), 2, "other code"),
])  # fmt: skip
def test_why_a_net_time_is_not_known_is_told_in_words(one: Configuration, cpus: int, word: str) -> None:
    assert word in why_unknown(one, cpus)


# Each rule at its edge


CALM = Measurement(wall_s=10.0, run_delay_s=4.0, loop_delay_s=0.0, cpu_s=16.0)
READY = Split(task_s=20.0, cpu_s=16.0, delay_s=4.0, spread=2.0)
"""Two workers that were always at a task, running or ready; each waited for two seconds."""


def test_the_delay_is_shared_by_the_workers_that_bore_it() -> None:
    assert net_wall_s(PROCESSES_2, CALM, READY, 2) == pytest.approx(8.0)
    early = replace(READY, task_s=15.0, cpu_s=11.0, spread=1.5)
    assert net_wall_s(PROCESSES_2, replace(CALM, cpu_s=11.0), early, 2) == pytest.approx(10 - 4 / 1.5)


@pytest.mark.parametrize(("loop_s", "net_s"), [(0.0, 9.0), (0.5, 8.5), (1.0, 8.0), (5.0, 8.0)])
def test_the_loops_delay_counts_as_far_as_workers_were_idle(loop_s: float, net_s: float) -> None:
    idle = Split(task_s=18.0, cpu_s=16.0, delay_s=2.0, spread=2.0)  # a second each without a task
    measured = replace(CALM, run_delay_s=2.0, loop_delay_s=loop_s)
    assert net_wall_s(PROCESSES_2, measured, idle, 2) == pytest.approx(net_s)


def test_it_is_never_less_than_the_tasks_cpu_time_on_their_workers() -> None:
    assert net_wall_s(PROCESSES_2, replace(CALM, run_delay_s=12.0), READY, 2) == pytest.approx(8.0)


def test_tasks_with_threads_of_their_own_have_all_cpus() -> None:
    native = Split(task_s=20.0, cpu_s=30.0, delay_s=4.0, spread=2.0)
    measured = replace(CALM, cpu_s=30.0, run_delay_s=16.0)
    assert net_wall_s(PROCESSES_2, measured, native, 4) == pytest.approx(30 / 4)


@pytest.mark.parametrize(("beside_s", "told"), [(3.9, True), (4.1, False)])
def test_a_quarter_of_cpu_time_beside_the_tasks_hides_the_path(beside_s: float, told: bool) -> None:
    measured = replace(CALM, cpu_s=16.0 + beside_s)
    assert (net_wall_s(PROCESSES_2, measured, READY, 2) is not None) is told
    one = Split(16.0, 12.0, 4.0, 1.0)
    alone = replace(CALM, wall_s=16.0, cpu_s=12.0 + beside_s)
    assert net_wall_s(SEQUENTIAL, alone, one, 2) is not None, "one worker has nobody to wait for"


@pytest.mark.parametrize(("blocked_s", "told"), [(1.5, True), (1.7, False)])
def test_threads_that_were_blocked_for_a_tenth_took_turns_and_processes_did_not(blocked_s: float, told: bool) -> None:
    split = Split(task_s=20.0, cpu_s=16.0, delay_s=4.0 - blocked_s, spread=2.0)
    measured = replace(CALM, run_delay_s=4.0 - blocked_s)
    assert (net_wall_s(THREADS_2, measured, split, 2) is not None) is told
    assert net_wall_s(PROCESSES_2, measured, split, 2) is not None


@pytest.mark.parametrize(("delay_s", "net_s"), [(0.0, 1.0), (0.4, 0.6), (1.0, None), (1.4, None), (None, None)])
def test_a_plain_loops_net_time_is_what_is_left(delay_s: float | None, net_s: float | None) -> None:
    loop = replace(SEQUENTIAL, reference="plain loop")
    found = net_wall_s(loop, Measurement(wall_s=1.0, run_delay_s=delay_s), None, None)
    assert found == (None if net_s is None else pytest.approx(net_s))


def test_a_record_that_no_worker_ran_is_no_part_of_the_split() -> None:
    never = Record(9, "9", None, None, None, None, None, status="cancelled")
    assert split_of([never, record(0, 0.0, 1.0, 0.5, 0.2)]) == split_of([record(0, 0.0, 1.0, 0.5, 0.2)])
    assert split_of([never]) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 10), st.floats(0.01, 10)), min_size=1, max_size=20))
def test_the_spread_lies_between_one_worker_and_all(spans: list[tuple[int, float, float]]) -> None:
    records = [record(worker, begun, begun + took, took / 2, took / 4) for worker, begun, took in spans]
    split = split_of(records)
    assert split is not None
    assert 1 - 1e-9 <= split.spread <= len({worker for worker, _, _ in spans}) + 1e-9
    assert split.blocked_s == pytest.approx(split.task_s / 4)


@given(
    st.floats(0.1, 100), st.floats(0, 400), st.floats(0, 100), st.floats(0.1, 200), st.floats(0, 200),
    st.floats(0, 400), st.floats(1, 2),
)  # fmt: skip
def test_whatever_was_measured_a_net_time_is_positive_and_no_longer_than_the_clocks(
    wall_s: float, delay_s: float, loop_s: float, cpu_s: float, more_s: float, in_tasks_s: float, spread: float
) -> None:
    measured = Measurement(wall_s=wall_s, run_delay_s=delay_s, loop_delay_s=loop_s, cpu_s=cpu_s)
    split = Split(cpu_s + more_s, cpu_s, min(in_tasks_s, delay_s), spread)
    for one in (PROCESSES_2, THREADS_2):
        found = net_wall_s(one, measured, split, 2)
        assert found is None or 0 < found <= wall_s


def beside(share: float, threads: float, count: int = 4) -> list[TimedTrial]:
    """A loop and two processes, of which a share of the time went to others, and threads of which that is not known:
    so many times as fast by the clock."""
    found = []
    for block in range(count):
        wall_s = 4.0 + 0.01 * block
        found += [TimedTrial(SEQUENTIAL, block, wall_s, net_s=wall_s * (1 - share)) for _ in range(2)]
        found.append(TimedTrial(PROCESSES_2, block, wall_s, net_s=wall_s * (1 - share) / 2))
        found.append(TimedTrial(THREADS_2, block, wall_s / threads))
    return found


@pytest.mark.parametrize(("share", "threads", "stands"), [
    (0.75, 0.75, "undecided"), (0.75, 0.3, "slower"), (0.05, 0.75, "slower"), (0.75, 2.5, "faster"),
    (0.75, 1.5, "undecided"), (0.4, 1.14, "undecided"), (0.0, 0.9, "slower"),
])  # fmt: skip
def test_by_the_clock_no_difference_is_claimed_that_other_programs_may_have_made(
    share: float, threads: float, stands: str
) -> None:
    rows = {row.configuration: row for row in speedups(beside(share, threads), SEQUENTIAL)}
    assert rows[THREADS_2].basis == "wall" and rows[THREADS_2].standing == stands
