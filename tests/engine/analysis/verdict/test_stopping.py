"""A comparison goes on until every interval is narrow or the time is spent, and says which."""

from __future__ import annotations

import pytest

from engine.analysis.findings.findings import Circumstances
from engine.analysis.statistics.speedup import LEVEL
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
