"""A comparison goes on until every interval is narrow or the time is spent, and says which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.findings.findings import Circumstances
from engine.analysis.statistics.ratio import LEVEL
from engine.analysis.verdict.stopping import (
    LEAST_BLOCKS,
    LOOKING_LEVEL,
    MOST_BLOCKS,
    another_block,
    widest_interval,
)
from engine.analysis.verdict.verdict import verdict
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, comparison

TRUTH = {THREADS_2: 1.5, PROCESSES_2: 1.9}


def test_a_fixed_number_of_repeats_is_run_whatever_they_show() -> None:
    trials = comparison(TRUTH, repeats=3)
    assert another_block(trials, SEQUENTIAL, 3, repeats=4, precision=0.5, budget_s=0.1, spent_s=9).go_on
    ended = another_block(trials, SEQUENTIAL, 4, repeats=4)
    assert (ended.go_on, ended.reason) == (False, "repeats")


def test_it_stops_when_every_interval_is_narrow_and_says_so() -> None:
    ended = another_block(comparison(TRUTH, repeats=6, noise=0.005), SEQUENTIAL, 6, precision=0.05)
    assert (ended.go_on, ended.reason) == (False, "precise")
    assert ended.widest is not None and ended.widest <= 0.05
    assert ended.sentence.startswith("Stopped after 6 repeats: every interval is within ±5%; the widest interval is ±")


def test_it_goes_on_while_one_interval_is_wide() -> None:
    assert another_block(comparison(TRUTH, repeats=6, noise=0.08), SEQUENTIAL, 6, precision=0.05).go_on


def test_it_never_stops_for_precision_before_five_blocks() -> None:
    quiet = comparison(TRUTH, repeats=LEAST_BLOCKS - 1, noise=0.0001)
    assert another_block(quiet, SEQUENTIAL, LEAST_BLOCKS - 1, precision=0.05).go_on


def test_the_budget_ends_it_when_another_block_would_not_fit() -> None:
    noisy = comparison(TRUTH, repeats=4, noise=0.08)
    assert another_block(noisy, SEQUENTIAL, 4, precision=0.01, budget_s=60, spent_s=47).go_on
    ended = another_block(noisy, SEQUENTIAL, 4, precision=0.01, budget_s=60, spent_s=49)
    assert (ended.go_on, ended.reason) == (False, "budget")
    assert "another would take longer than the 1 min allowed" in ended.sentence


def test_the_first_block_always_runs_and_there_is_an_end_to_it() -> None:
    assert another_block([], SEQUENTIAL, 0, precision=0.05, budget_s=0.001).go_on
    assert another_block([], SEQUENTIAL, MOST_BLOCKS, precision=0.0001).reason == "most"
    with pytest.raises(ValueError, match="repeats, a precision or a budget"):
        another_block(comparison(TRUTH), SEQUENTIAL, 5)


def test_the_widest_interval_is_unknown_while_any_is() -> None:
    assert widest_interval(comparison(TRUTH, repeats=1), SEQUENTIAL) is None
    assert widest_interval([], SEQUENTIAL) is None


def test_looking_after_every_block_costs_half_the_level() -> None:
    trials = comparison(TRUTH, noise=0.02)
    assert verdict(trials, SEQUENTIAL).level == LEVEL
    assert verdict(trials, SEQUENTIAL, Circumstances(precision=0.05)).level == LOOKING_LEVEL == LEVEL / 2


# In words


NOISY = comparison(TRUTH, repeats=4, noise=0.08)


@pytest.mark.parametrize(
    ("blocks", "repeats", "sentence"), [(0, 3, "Block 0 of 3 is done."), (3, 3, "Block 3 of 3 is done.")]
)
def test_a_fixed_number_is_counted(blocks: int, repeats: int, sentence: str) -> None:
    assert another_block([], SEQUENTIAL, blocks, repeats=repeats).sentence == sentence


def test_what_goes_on_says_how_wide_the_widest_interval_is() -> None:
    found = another_block(NOISY, SEQUENTIAL, 4, precision=0.05)
    assert found.widest is not None
    assert found.sentence == f"After 4 repeats; the widest interval is ±{100 * found.widest:.0f}%."
    assert another_block([], SEQUENTIAL, 0, precision=0.05).sentence == "The first block is to run."


def test_an_interval_wider_than_its_estimate_is_not_told_as_a_margin() -> None:
    wild = [replace(one, wall_s=one.wall_s * (1 + 3 * (one.block % 2))) if one.role == "candidate" else one
            for one in comparison(TRUTH, repeats=4)]  # fmt: skip
    found = another_block(wild, SEQUENTIAL, 4, precision=0.05)
    assert found.widest is not None and found.widest > 1
    assert found.sentence == "After 4 repeats."


def test_one_repeat_has_no_interval_to_tell() -> None:
    found = another_block(comparison(TRUTH, 1), SEQUENTIAL, 1, budget_s=100.0, spent_s=60.0)
    assert (found.reason, found.widest) == ("budget", None)
    assert found.sentence == "Stopped after 1 repeat: another would take longer than the 1 min 40 s allowed."


def test_the_most_blocks_end_it_in_words() -> None:
    found = another_block(NOISY, SEQUENTIAL, MOST_BLOCKS, precision=0.01)
    assert (found.go_on, found.reason) == (False, "most")
    assert found.sentence.startswith("Stopped after 200 repeats, the most that are run; the widest interval is ±")


def test_precision_goes_before_the_budget_that_is_spent_as_well() -> None:
    quiet = comparison(TRUTH, repeats=6, noise=0.001)
    assert another_block(quiet, SEQUENTIAL, 6, precision=0.05, budget_s=1.0, spent_s=9.0).reason == "precise"


@given(st.integers(1, 199), st.floats(0.1, 1000), st.floats(0.1, 1000))
def test_within_a_budget_the_next_block_always_fits(blocks: int, spent_s: float, budget_s: float) -> None:
    found = another_block([], SEQUENTIAL, blocks, budget_s=budget_s, spent_s=spent_s)
    assert found.go_on == (spent_s + spent_s / blocks <= budget_s * (1 + 1e-12)) or abs(
        spent_s * (1 + 1 / blocks) - budget_s) < 1e-6


@pytest.mark.parametrize(("last_s", "goes_on"), [(None, False), (2.0, True), (11.0, False)])
def test_in_a_race_another_block_is_taken_to_be_as_long_as_the_last_one(last_s: float | None, goes_on: bool) -> None:
    trials = comparison({THREADS_2: 1.9}, repeats=3)
    found = another_block(trials, SEQUENTIAL, 3, budget_s=40.0, spent_s=33.0, last_s=last_s)
    assert found.go_on is goes_on
