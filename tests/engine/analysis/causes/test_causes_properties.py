"""Whatever was measured: causes are few, each of a real loss, in sentences that hold their own figures."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.causes.causes import LOST, Cause, why
from engine.analysis.causes.sentences import in_words
from engine.analysis.net import Split
from engine.analysis.trials import TimedTrial
from engine.model import Configuration, Measurement
from tests.engine.analysis.made import SEQUENTIAL

SECONDS = st.floats(0.001, 100)
MEGABYTES = st.none() | st.floats(0, 10_000)
CONFIGURATIONS = st.builds(
    Configuration,
    executor=st.sampled_from(["threads", "processes", "asyncio", "subinterpreters", "dask"]),
    workers=st.integers(1, 16),
    chunk=st.none() | st.just(64),
    environment=st.sampled_from([(), ("OMP_NUM_THREADS=1",)]),
)
BASELINES = st.builds(
    lambda net_s, cpu_s, tasks: TimedTrial(SEQUENTIAL, 0, net_s, cpu_s=cpu_s, net_s=net_s, tasks=tasks),
    SECONDS, SECONDS, st.integers(1, 1000),
)  # fmt: skip


@st.composite
def trials(draw: st.DrawFn) -> TimedTrial:
    """One trial with a split that could have been measured, on any executor."""
    one, wall_s, cpu_s, delay_s = draw(CONFIGURATIONS), draw(SECONDS), draw(SECONDS), draw(st.floats(0, 50))
    measured = Measurement(
        wall_s=wall_s, sent_mb=draw(MEGABYTES), received_mb=draw(MEGABYTES), disk_read_mb=draw(MEGABYTES),
        disk_written_mb=draw(MEGABYTES), most_threads=draw(st.integers(1, 64)),
    )  # fmt: skip
    split = Split(cpu_s + delay_s + draw(st.floats(0, 50)), cpu_s, delay_s, draw(st.floats(1, 16)))
    return TimedTrial(
        one, 0, wall_s, cpu_s=cpu_s, tasks=draw(st.integers(1, 1000)), split=split, measured=measured,
        other_busy=draw(st.none() | st.floats(0, 1)), task_s_sum=split.task_s,
    )  # fmt: skip


def found_in(trial: TimedTrial, baseline: TimedTrial, cpus: int | None, gil: bool) -> tuple[Cause, ...]:
    efficiency, causes = why([trial], [baseline], cpus, gil)
    assert efficiency is not None
    return causes


@settings(max_examples=200, deadline=None, derandomize=True)
@given(trials(), BASELINES, st.none() | st.integers(1, 16), st.booleans())
def test_every_cause_is_of_a_loss_worth_a_sentence_and_named_once(
    trial: TimedTrial, baseline: TimedTrial, cpus: int | None, gil: bool
) -> None:
    causes = found_in(trial, baseline, cpus, gil)
    assert all(LOST <= cause.lost < 1 and isfinite(cause.lost) for cause in causes)
    assert [cause.lost for cause in causes] == sorted((cause.lost for cause in causes), reverse=True)
    assert len({cause.name for cause in causes}) == len(causes)
    for cause in causes:
        assert cause.sentence.endswith(".") and "None" not in cause.sentence and "nan" not in cause.sentence


@settings(max_examples=200, deadline=None, derandomize=True)
@given(trials(), BASELINES, st.none() | st.integers(1, 16), st.booleans())
def test_what_is_to_be_tried_differs_from_what_was_run_and_says_how(
    trial: TimedTrial, baseline: TimedTrial, cpus: int | None, gil: bool
) -> None:
    for cause in found_in(trial, baseline, cpus, gil):
        assert cause.changed is None or (cause.changed != trial.configuration and cause.experiment)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(trials(), BASELINES, st.integers(1, 16))
def test_the_gil_is_a_cause_of_threads_under_a_gil_alone(trial: TimedTrial, baseline: TimedTrial, cpus: int) -> None:
    names = {cause.name for cause in found_in(trial, baseline, cpus, gil=True)}
    assert "gil" not in names or trial.configuration.executor == "threads"
    assert "gil" not in {cause.name for cause in found_in(trial, baseline, cpus, gil=False)}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(trials(), BASELINES)
def test_one_worker_takes_no_turns_and_shares_no_load(trial: TimedTrial, baseline: TimedTrial) -> None:
    alone = replace(trial, configuration=replace(trial.configuration, workers=1))
    names = {cause.name for cause in found_in(alone, baseline, 2, gil=True)}
    assert names <= {"other_programs", "native_threads"}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(trials(), BASELINES, st.booleans())
def test_at_most_two_causes_are_told_and_then_the_factors(
    trial: TimedTrial, baseline: TimedTrial, gil: bool
) -> None:
    efficiency, causes = why([trial], [baseline], 2, gil)
    lines = in_words(causes, efficiency)
    tells = efficiency is not None and efficiency.tells
    assert len(lines) == (min(2, len(causes)) + tells if causes else 0)
    assert not causes or lines[-1].startswith("Efficiency ") is tells
