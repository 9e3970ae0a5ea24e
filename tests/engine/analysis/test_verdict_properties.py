"""Whatever trials finished, in whatever state: a verdict comes out, is JSON, and never contradicts itself."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.findings.findings import Circumstances
from engine.analysis.trials import TimedTrial
from engine.analysis.verdict.verdict import Verdict, verdict
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4

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
def test_any_set_of_trials_gives_a_consistent_verdict(given_samples: list[TimedTrial], around: Circumstances) -> None:
    found = verdict(given_samples, SEQUENTIAL, around)
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
