"""Explanations state a cause only where it was measured."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.causes.explain import cpu_times, described, durations, explain, slowdown
from engine.analysis.statistics.ratio import Ratio, ratio_of
from engine.analysis.trials import Summary
from engine.model import Configuration, Record
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, record


def times(estimate: float) -> Ratio:
    return ratio_of([0.0, 0.01, -0.01], 0.04) if estimate == 1 else Ratio(estimate, estimate, estimate, 0.0, 9, 0.1)


def test_tasks_are_paired_by_index_and_medians_are_taken_over_trials() -> None:
    alone = durations([[record(0, 0, 1), record(1, 1, 3)], [record(0, 0, 1), record(1, 1, 3)], [record(0, 0, 9)]])
    assert alone == {0: 1.0, 1: 2.0}
    together = durations([[record(1, 0, 4, worker=1), record(0, 0, 2)]])
    found = slowdown(alone, together)
    assert found is not None
    assert found.estimate == pytest.approx(2.0)
    assert found.pairs == 2


def test_failed_tasks_and_unknown_cpu_times_are_not_compared() -> None:
    assert durations([[record(0, 0, 1, status="failed")]]) == {}
    assert slowdown({0: 1.0}, {}) is None
    assert cpu_times([[record(0, 0, 2, cpu_s=1.8)], [record(0, 0, 2, cpu_s=1.6)]]) == {0: pytest.approx(1.7)}


def test_tasks_that_took_twice_as_long_on_one_core_took_turns() -> None:
    found = described(THREADS_2, times(1.9), 1.0, 2.0, 1.0, usable_cpus=2)
    assert found.took_turns is True
    (text,) = found.sentences
    assert text == "Each task took 1.90× as long on 2 threads as alone, with 1.0 cores busy: they took turns."


def test_no_cause_is_stated_while_other_programs_used_the_machine() -> None:
    found = described(PROCESSES_2, times(2.3), 1.0, 2.0, 0.7, usable_cpus=2, other_busy=0.6)
    assert found.took_turns is None
    assert "took turns" not in " ".join(found.sentences)
    assert "other programs used 60% of the machine meanwhile" in found.sentences[0]
    idle = described(THREADS_2, times(1.9), 1.0, 2.0, 1.0, usable_cpus=2, other_busy=0.1)
    assert idle.took_turns is True


def test_tasks_that_took_no_longer_did_not() -> None:
    found = described(THREADS_2, times(1.02), 1.0, 2.0, 1.9, usable_cpus=2, nouns=("photo", "photos"))
    assert found.took_turns is False
    assert found.sentences == (
        "Each photo took as long on 2 threads as alone (1.02×), with 1.9 cores busy: they did not take turns.",
    )


def test_a_slow_down_with_both_cores_busy_is_not_called_taking_turns() -> None:
    found = described(PROCESSES_2, times(1.4), 1.4, 2.0, 1.95, usable_cpus=2)
    assert found.took_turns is False
    assert "the same work also cost 1.40× the CPU time" in found.sentences[0]
    unknown = described(PROCESSES_2, times(1.4), None, 2.0, 1.95, usable_cpus=2)
    assert unknown.sentences[0].endswith("the rest was not measured.")


def test_more_workers_than_cpus_shared_them() -> None:
    found = described(THREADS_4, times(2.0), 1.0, 4.0, 1.95, usable_cpus=2)
    assert found.took_turns is True
    assert found.sentences[0].endswith(": 4 workers shared 2 CPUs.")


def test_a_slow_down_with_idle_cores_is_waiting_for_something_that_was_not_measured() -> None:
    found = described(THREADS_4, times(3.0), 1.0, 4.0, 0.1, usable_cpus=2)
    assert found.took_turns is False
    assert "not for a CPU" in found.sentences[0]


@pytest.mark.parametrize(("slowed", "cores_busy"), [(None, 1.0), (times(1.9), None)])
def test_nothing_is_said_of_turns_where_they_were_not_measured(slowed: Ratio | None, cores_busy: float | None) -> None:
    found = described(THREADS_2, slowed, None, 2.0, cores_busy)
    assert found.took_turns is None
    assert not any("turns" in text for text in found.sentences)


def summary_of(configuration: Configuration, wall_s: float, startup_s: float) -> Summary:
    return Summary(configuration, 5, wall_s, startup_s, 0.0, None, 1.0, 2.0, 0.0, 10, 0)


def test_the_whole_explanation_comes_from_records_and_figures() -> None:
    alone = [[record(task, task, task + 1.0) for task in range(10)]]
    together = [[record(task, task, task + 1.95, worker=task % 2) for task in range(10)]]
    base, threads = summary_of(SEQUENTIAL, 10.0, 0.0), summary_of(THREADS_2, 9.0, 0.5)
    found = explain(alone, together, base, threads, usable_cpus=2)
    assert found.took_turns is True
    assert found.pays_from == 6
    assert found.sentences[1] == "With start-up counted, threads × 2 is done first from about 6 tasks on (an estimate)."


def test_of_what_is_not_shown_to_be_faster_no_start_up_pays() -> None:
    base, threads = summary_of(SEQUENTIAL, 10.0, 0.0), summary_of(THREADS_2, 9.99, 0.5)
    found = explain([], [], base, threads, faster=False)
    assert found.pays_from is None and not any("done first" in sentence for sentence in found.sentences)


def test_a_baseline_of_several_workers_does_not_show_how_long_a_task_takes_alone() -> None:
    base, other = summary_of(THREADS_2, 10.0, 0.0), summary_of(PROCESSES_2, 9.0, 0.5)
    assert explain([[record(0, 0, 1)]], [[record(0, 0, 2)]], base, other).slowdown is None


@pytest.mark.parametrize(
    ("slow", "cores", "other"), [(1.9, 0.4, 0.0), (1.9, 1.0, 0.5), (1.05, 1.9, 0.0), (2.5, 1.7, 0.0)]
)
def test_what_was_found_more_closely_is_not_contradicted_by_a_rougher_guess(
    slow: float, cores: float, other: float
) -> None:
    found = described(THREADS_2, ratio_of([log(slow)] * 3), 1.0, 2.0, cores, 2, None, other_busy=other,
                      causes=["A lock, or something else that they share."])  # fmt: skip
    assert found.sentences[1] == "A lock, or something else that they share."
    assert found.sentences[0].endswith("cores busy.")


# Every sentence, whole


@pytest.mark.parametrize(
    ("one", "crew"),
    [
        (THREADS_2, "2 threads"), (PROCESSES_2, "2 processes"), (Configuration("asyncio", 8), "8 coroutines"),
        (Configuration("subinterpreters", 2), "2 subinterpreters"), (Configuration("dask", 3), "3 Dask workers"),
        (Configuration("novel", 2), "2 workers"),
    ],
)  # fmt: skip
def test_workers_are_called_what_they_are(one: Configuration, crew: str) -> None:
    (text,) = described(one, times(2.0), None, None, None).sentences
    assert text == f"Each task took 2.00× as long on {crew} as alone."


@pytest.mark.parametrize(
    ("slow", "words"),
    [(0.90, "0.90× as long on 2 threads as alone"), (0.92, "as long on 2 threads as alone (0.92×)"),
     (1.09, "as long on 2 threads as alone (1.09×)"), (1.11, "1.11× as long on 2 threads as alone")],
)  # fmt: skip
def test_within_a_tenth_tasks_took_as_long(slow: float, words: str) -> None:
    assert described(THREADS_2, times(slow), None, None, None).sentences == (f"Each task took {words}.",)


@pytest.mark.parametrize(
    ("slow", "growth", "cores", "cpus", "turns", "end"),
    [
        (1.05, None, 1.9, 2, False, ": they did not take turns."),
        (1.20, None, 1.9, 2, False, "."),
        (1.90, 1.0, 0.5, 2, False, ": they waited longer, and not for a CPU; for what was not measured."),
        (1.90, 1.0, 1.2, 2, True, ": they took turns."),
        (1.90, 1.9, 1.2, 2, False, "; the same work also cost 1.90× the CPU time."),
        (1.90, 1.0, 1.9, 2, False, ": taking turns explains only part of it, the rest was not measured."),
        (1.90, None, 1.9, None, False, ": taking turns explains only part of it, the rest was not measured."),
    ],
)
def test_what_kept_the_tasks_is_told_by_the_cores_and_the_cpu_time(
    slow: float, growth: float | None, cores: float, cpus: int | None, turns: bool, end: str
) -> None:
    found = described(THREADS_2, times(slow), growth, None, cores, cpus)
    assert found.took_turns is turns
    assert found.sentences[0].endswith(f"with {cores:.1f} cores busy{end}")


def test_more_workers_than_cpus_share_them_and_may_cost_cpu_time_as_well() -> None:
    found = described(THREADS_4, times(2.0), 1.5, None, 1.9, 2)
    assert found.sentences[0].endswith(": 4 workers shared 2 CPUs; the same work also cost 1.50× the CPU time.")
    idle = described(THREADS_4, times(2.0), None, None, 1.5, 2)
    assert "shared" not in idle.sentences[0], "the CPUs were not taken"


def test_one_worker_is_told_with_its_tasks_and_cores() -> None:
    one = Configuration("threads", 1)
    assert described(one, times(1.0), 1.0, 1.0, 0.94, nouns=("page", "pages")).sentences == (
        "1.0 pages at once on 0.9 cores.",
    )
    assert described(one, times(1.0), 1.0, None, 0.94).sentences == ()


@pytest.mark.parametrize(("pays", "told"), [(None, False), (1, False), (2, True)])
def test_a_start_up_that_pays_at_once_or_never_is_not_told(pays: int | None, told: bool) -> None:
    found = described(THREADS_2, None, None, None, None, pays_from=pays)
    assert bool(found.sentences) is told and found.pays_from == pays


# What is paired


def test_a_task_of_no_time_is_not_compared() -> None:
    assert slowdown({0: 0.0, 1: 1.0}, {0: 1.0, 1: 2.0}) == slowdown({1: 1.0}, {1: 2.0})
    assert slowdown({0: 1.0}, {0: 0.0}) is None


def test_only_tasks_that_both_have_are_compared() -> None:
    found = slowdown({0: 1.0, 1: 1.0, 2: 1.0}, {1: 2.0, 2: 4.5, 9: 1.0})
    assert found is not None and found.pairs == 2
    assert found.estimate == pytest.approx(3.0)


@given(st.dictionaries(st.integers(0, 50), st.floats(0.001, 1000), min_size=2), st.floats(0.01, 100))
def test_all_tasks_that_took_so_many_times_as_long_give_that_number(alone: dict[int, float], by: float) -> None:
    found = slowdown(alone, {task: by * seconds for task, seconds in alone.items()})
    assert found is not None
    assert found.estimate == pytest.approx(by) and found.pairs == len(alone)


def test_tasks_that_never_ran_have_no_duration() -> None:
    assert durations([[Record(0, "0", None, None, None, None, status="cancelled")]]) == {}
    assert cpu_times([[record(0, 0, 1, status="failed")]]) == {}
