"""From trials to findings: who leads, who is near, what counts, and which outcome that allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.analysis.findings.findings import Findings
from engine.analysis.findings.judgement import judge
from engine.analysis.trials import TimedTrial
from engine.model import Configuration
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4, comparison

LOOP = Configuration("sequential", 1, reference="plain loop")
THREAD_MAP = Configuration("threads", 2, reference="ThreadPoolExecutor.map")


def judged(trials: Sequence[TimedTrial], baseline: Configuration = SEQUENTIAL, short: bool = False) -> Findings:
    return judge(trials, baseline, 0.04, 0.03, short)


def with_references(speeds: dict[Configuration, float], seconds: float = 10.0) -> list[TimedTrial]:
    """A comparison against a plain loop, with the engine's own rows and the references beside them."""
    made = []
    for one in comparison({THREADS_2: 1.0, PROCESSES_2: 1.0}, wall_s=seconds):
        named = {SEQUENTIAL: LOOP, THREADS_2: THREADS_2, PROCESSES_2: THREAD_MAP}[one.configuration]
        made.append(replace(one, configuration=named, wall_s=one.wall_s / speeds.get(named, 1.0), fingerprints={}))
    return made


# Who leads


def test_the_leader_is_the_one_that_looks_fastest() -> None:
    found = judged(comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}))
    assert (found.outcome, found.leaders, found.recommended) == ("faster", (PROCESSES_2,), PROCESSES_2)
    assert [(pair.configuration, pair.standing) for pair in found.pairs] == [
        (SEQUENTIAL, "slower"), (THREADS_2, "slower"),
    ]  # fmt: skip


def test_where_nothing_is_faster_the_baseline_leads() -> None:
    found = judged(comparison({THREADS_2: 0.9, PROCESSES_2: 0.5}))
    assert (found.outcome, found.leaders) == ("faster", (SEQUENTIAL,))


def test_those_that_were_not_shown_slower_lead_too() -> None:
    found = judged(comparison({THREADS_2: 1.9, PROCESSES_2: 1.9, THREADS_4: 1.2}))
    assert set(found.leaders) == {THREADS_2, PROCESSES_2} and found.outcome == "same"


def test_a_tie_that_is_wider_than_the_margin_is_no_tie() -> None:
    found = judged(comparison({THREADS_2: 1.9, PROCESSES_2: 1.9}, noise=0.1, seed=2))
    assert len(found.leaders) > 1 and found.outcome == "undecided"


def test_an_open_outcome_knows_what_could_have_been_seen_and_a_decided_one_needs_not() -> None:
    undecided = judged(comparison({THREADS_2: 1.2, PROCESSES_2: 1.3}, noise=0.05, seed=5))
    assert undecided.detectable is not None and undecided.repeats_needed is not None
    decided = judged(comparison({THREADS_2: 1.9}))
    assert (decided.detectable, decided.repeats_needed) == (None, None)


def test_a_leader_is_not_named_while_one_shares_no_block_with_it() -> None:
    trials = [replace(one, block=9) if one.configuration == THREADS_2 else one
              for one in comparison({THREADS_2: 1.5, PROCESSES_2: 1.9})]  # fmt: skip
    stray = replace(trials[0], block=9)
    found = judged([*trials, stray])
    assert len(found.rows) == 2 and len(found.pairs) < len(found.rows)
    assert found.outcome == "undecided"


def test_without_trials_there_is_nothing_to_find() -> None:
    found = judged([])
    assert (found.outcome, found.leaders, found.near, found.recommended) == ("undecided", (), (), None)
    assert (found.repeats, found.noise, found.by_configuration) == (0, None, {})


# What is left out


def test_other_outputs_and_failures_are_left_out_of_the_timing_and_kept_among_the_trials() -> None:
    trials = [
        replace(one, fingerprints={0: "other"}) if one.configuration == THREADS_2
        else replace(one, failed=60) if one.configuration == THREADS_4 else one
        for one in comparison({THREADS_2: 1.5, THREADS_4: 1.7, PROCESSES_2: 1.2})
    ]  # fmt: skip
    found = judged(trials)
    assert [row.configuration for row in found.rows] == [PROCESSES_2]
    assert [one.configuration for one in found.agreements.differing] == [THREADS_2]
    assert {one.configuration for one in found.dropped} == {THREADS_4}
    assert set(found.by_configuration) == {SEQUENTIAL, THREADS_2, THREADS_4, PROCESSES_2}
    assert {one.configuration for one in found.timed} == {SEQUENTIAL, PROCESSES_2}


def test_the_repeats_are_the_fewest_behind_any_row() -> None:
    trials = [one for one in comparison({THREADS_2: 1.5, PROCESSES_2: 1.9})
              if one.configuration != THREADS_2 or one.block < 3]  # fmt: skip
    assert judged(trials).repeats == 3


# The engine's own rows and the references


def test_of_long_tasks_the_references_stand_beside() -> None:
    found = judged(with_references({THREADS_2: 1.8, THREAD_MAP: 1.9}), LOOP)
    assert [row.configuration for row in found.rows] == [THREADS_2]
    assert [row.configuration for row in found.beside] == [THREAD_MAP]
    assert set(found.beside_figures) == {THREAD_MAP}


def test_of_short_tasks_they_decide_and_ours_stand_beside() -> None:
    found = judged(with_references({THREADS_2: 0.2, THREAD_MAP: 1.4}), LOOP, short=True)
    assert [row.configuration for row in found.rows] == [THREAD_MAP]
    assert [row.configuration for row in found.beside] == [THREADS_2]
    assert found.leaders == (THREAD_MAP,)


def test_a_reference_beside_an_executor_whose_outputs_differ_is_out_with_it() -> None:
    trials = with_references({THREAD_MAP: 1.9})
    own_form = [replace(one, configuration=SEQUENTIAL, fingerprints={0: "right"}, role="candidate")
                for one in trials if one.role == "baseline"]  # fmt: skip
    wrong = [replace(one, fingerprints={0: "wrong"}) if one.configuration == THREADS_2 else one for one in trials]
    found = judged([*wrong, *own_form], LOOP)
    assert [one.configuration for one in found.agreements.differing] == [THREADS_2]
    assert THREAD_MAP not in [row.configuration for row in (*found.rows, *found.beside)]


# What is near enough to be taken instead


def test_those_within_the_margin_are_near_and_the_cheapest_of_them_is_recommended() -> None:
    found = judged(comparison({THREADS_2: 1.9, PROCESSES_2: 1.91}))
    assert set(found.near) == {THREADS_2, PROCESSES_2} and found.recommended == THREADS_2


def test_what_only_other_programs_make_look_alike_is_not_near() -> None:
    # Net of other programs processes are 1.9 times as fast; by the clock all of them look alike.
    trials = [
        replace(one, net_s=None if one.configuration == THREADS_2 else one.wall_s * (
            0.5 if one.configuration == PROCESSES_2 else 0.95))
        for one in comparison({THREADS_2: 1.0, PROCESSES_2: 1.0})
    ]  # fmt: skip
    found = judged(trials)
    assert found.leaders[0] == PROCESSES_2 and found.near == (PROCESSES_2,)


@pytest.mark.parametrize("order", [1, -1])
def test_neither_the_order_of_trials_nor_that_of_configurations_matters(order: int) -> None:
    trials = comparison({THREADS_2: 1.5, PROCESSES_2: 1.9}, noise=0.02)[::order]
    found = judged(trials)
    assert {row.configuration: row.ratio.estimate for row in found.rows} == pytest.approx(
        {row.configuration: row.ratio.estimate for row in judged(trials[::-1]).rows}
    )
    assert found.leaders == (PROCESSES_2,)


def test_what_was_left_out_is_still_found_by_its_configuration() -> None:
    made = comparison({THREADS_2: 1.5})
    found = judged([replace(one, failed=60) if one.configuration == THREADS_2 else one for one in made])
    assert [len(ran) for ran in found.by_configuration.values()] == [10, 5]
    assert found.repeats == 0 and found.figures.keys() == {SEQUENTIAL}


def test_the_repeats_of_a_comparison_that_has_begun_are_those_of_every_row() -> None:
    assert [judged(comparison({THREADS_2: 1.5}, repeats)).repeats for repeats in (1, 2, 5)] == [1, 2, 5]
