"""Whatever trials finished, in whatever state: a verdict comes out, is JSON, and never contradicts itself."""

from __future__ import annotations

import json
import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.findings.findings import Circumstances
from engine.analysis.trials import TimedTrial
from engine.analysis.verdict.verdict import Verdict, verdict
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, comparison

positive = st.floats(min_value=1e-4, max_value=1e4)
maybe = st.none() | positive
trials = st.builds(
    TimedTrial,
    configuration=st.sampled_from([SEQUENTIAL, THREADS_2, THREADS_4, PROCESSES_2]),
    block=st.integers(0, 4),
    wall_s=positive,
    role=st.sampled_from(["baseline", "baseline_again", "candidate"]),
    startup_s=maybe,
    teardown_s=maybe,
    cpu_s=maybe,
    peak_pss_mb=maybe,
    tasks=st.integers(0, 100),
    failed=st.integers(0, 3),
    task_s_sum=maybe,
    fingerprints=st.dictionaries(st.integers(0, 3), st.sampled_from("ab"), max_size=2),
    other_busy=st.none() | st.floats(0, 1),
)
circumstances = st.builds(
    Circumstances,
    usable_cpus=st.none() | st.integers(1, 8),
    all_tasks=st.none() | st.integers(1, 10_000),
    planned=st.just((SEQUENTIAL, THREADS_2, PROCESSES_2)),
    precision=st.none() | st.just(0.05),
    budget_s=st.none() | st.just(60.0),
    cancelled=st.booleans(),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(trials, max_size=30), circumstances)
def test_any_set_of_trials_gives_a_consistent_verdict(finished: list[TimedTrial], around: Circumstances) -> None:
    found = verdict(finished, SEQUENTIAL, around)
    assert json.loads(json.dumps(found.plain(), allow_nan=False))["outcome"] == found.outcome
    assert all(text.endswith(".") and "None" not in text and "nan" not in text for text in found.sentences)
    assert_consistent(found)


def assert_consistent(found: Verdict) -> None:
    assert (found.winner is not None) == (found.outcome == "faster")
    assert not set(found.left_out) & {row.configuration for row in found.rows}
    if found.winner is not None:
        assert found.leaders == (found.winner,)
        assert all(pair.standing == "slower" and pair.ratio.pairs >= 3 for pair in found.pairs)
        assert found.recommended == found.winner
    for row in (*found.rows, *found.pairs):
        assert row.ratio.low is None or row.ratio.high is None or row.ratio.low <= row.ratio.estimate <= row.ratio.high
        assert row.p_adjusted >= row.ratio.p


# What must not change a verdict, and what must


def told(found: Verdict) -> tuple[object, ...]:
    standings = {row.configuration: row.standing for row in found.rows}
    return found.outcome, found.winner, set(found.leaders), found.recommended, standings


def speeds_and_noise() -> st.SearchStrategy[list[TimedTrial]]:
    speed = st.sampled_from([0.5, 0.9, 1.0, 1.02, 1.5, 1.9])
    return st.builds(
        lambda threads, processes, noise, seed: comparison(
            {THREADS_2: threads, PROCESSES_2: processes}, noise=noise, seed=seed
        ),
        speed, speed, st.sampled_from([0.0, 0.01, 0.05]), st.integers(0, 1000),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(speeds_and_noise(), st.sampled_from([0.25, 8.0, 64.0]))
def test_the_same_on_a_machine_of_another_speed(made: list[TimedTrial], factor: float) -> None:
    slower = [replace(one, wall_s=factor * one.wall_s, cpu_s=factor * (one.cpu_s or 0.0)) for one in made]
    assert told(verdict(slower, SEQUENTIAL)) == told(verdict(made, SEQUENTIAL))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(speeds_and_noise(), st.randoms(use_true_random=False))
def test_the_same_whatever_the_order_in_which_trials_are_read(made: list[TimedTrial], chance: random.Random) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)
    assert told(verdict(shuffled, SEQUENTIAL)) == told(verdict(made, SEQUENTIAL))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(speeds_and_noise())
def test_the_same_whatever_blocks_are_numbered(made: list[TimedTrial]) -> None:
    renumbered = [replace(one, block=100 - 7 * one.block) for one in made]
    assert told(verdict(renumbered, SEQUENTIAL)) == told(verdict(made, SEQUENTIAL))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(speeds_and_noise())
def test_a_configuration_that_is_ten_times_as_fast_as_all_others_wins(made: list[TimedTrial]) -> None:
    fast = [replace(one, configuration=THREADS_4, wall_s=one.wall_s / 40) for one in made
            if one.configuration == THREADS_2]  # fmt: skip
    found = verdict([*made, *fast], SEQUENTIAL)
    assert (found.winner, found.recommended) == (THREADS_4, THREADS_4)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(speeds_and_noise())
def test_who_gave_other_outputs_never_leads_however_fast(made: list[TimedTrial]) -> None:
    wrong = [replace(one, wall_s=0.01, fingerprints={0: "wrong"}) if one.configuration == THREADS_2 else one
             for one in made]  # fmt: skip
    found = verdict(wrong, SEQUENTIAL)
    assert THREADS_2 in found.left_out and THREADS_2 not in found.leaders
    assert found.warnings[0].code == "outputs_differ"
