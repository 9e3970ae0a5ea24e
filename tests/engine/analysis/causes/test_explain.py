"""Explanations state a cause only where it was measured."""

from __future__ import annotations

from math import log

import pytest

from engine.analysis.causes.explain import cpu_times, described, durations, explain, slowdown
from engine.analysis.statistics.speedup import Ratio, ratio_of
from engine.analysis.trials import Summary
from engine.model import Configuration
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
