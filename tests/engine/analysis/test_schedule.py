"""Trials run in randomised blocks, each with every configuration once and the baseline twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.schedule import Slot, block, whole_blocks
from engine.model import Configuration, Measurement, Trial
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4

GRID = (SEQUENTIAL, THREADS_2, THREADS_4, PROCESSES_2)


def blocks(seed: int) -> list[tuple[Slot, ...]]:
    return [block(GRID, SEQUENTIAL, number, seed) for number in range(5)]


def test_every_block_holds_every_configuration_once_and_the_baseline_twice() -> None:
    for number, inside in enumerate(blocks(seed=1)):
        counts = Counter(slot.configuration for slot in inside)
        assert counts == {SEQUENTIAL: 2, THREADS_2: 1, THREADS_4: 1, PROCESSES_2: 1}
        assert {slot.role for slot in inside if slot.configuration == SEQUENTIAL} == {"baseline", "baseline_again"}
        assert {slot.block for slot in inside} == {number}


def test_the_same_seed_gives_the_same_order_and_another_seed_another() -> None:
    assert blocks(seed=7) == blocks(seed=7)
    assert blocks(seed=7) != blocks(seed=8)


def test_blocks_differ_in_order_and_every_configuration_comes_first_at_times() -> None:
    first = Counter(block(GRID, SEQUENTIAL, number, seed=3)[0].configuration for number in range(500))
    assert set(first) == set(GRID)
    assert 160 < first[SEQUENTIAL] < 240


def test_the_baseline_need_not_be_named_and_a_configuration_named_twice_runs_once() -> None:
    assert len(block((THREADS_2, THREADS_2), SEQUENTIAL, 0, seed=1)) == 3


def trials(*blocks_run: str) -> list[Trial]:
    """A trial for each letter of each block: s and t are finished, T failed, c was cancelled (of threads)."""
    known = {"s": (SEQUENTIAL, "finished"), "t": (THREADS_2, "finished"), "T": (THREADS_2, "failed"),
             "c": (THREADS_2, "cancelled")}  # fmt: skip
    letters = [(number, letter) for number, inside in enumerate(blocks_run) for letter in inside]
    return [
        Trial(order, 1, order, number, known[letter][0], known[letter][1], None, 8, 8, 0, Measurement())  # type: ignore[arg-type]
        for order, (number, letter) in enumerate(letters)
    ]


@pytest.mark.parametrize(
    ("ran", "whole"),
    [
        ((), set()),
        (("sts", "tss", "ss"), {0, 1}),
        (("sts", "sct"), {0}),
        (("sTs", "tss"), {0, 1}),
        (("sTs", "ss", "ss"), {0, 1, 2}),
        (("sTs", "s"), {0}),
        (("sts", "", "sst"), {0, 2}),
    ],
    ids=["nothing", "broken off", "cancelled", "failed once", "could not start", "neither again", "a gap"],
)
def test_a_block_is_whole_when_each_of_its_trials_was_run(ran: tuple[str, ...], whole: set[int]) -> None:
    assert whole_blocks(trials(*ran), (SEQUENTIAL, THREADS_2), SEQUENTIAL) == whole


@given(st.lists(st.sampled_from(GRID), max_size=8), st.integers(0, 1000), st.integers())
def test_whatever_is_asked_for_a_block_holds_each_once_beside_two_baselines(
    asked: list[Configuration], number: int, seed: int
) -> None:
    slots = block(asked, SEQUENTIAL, number, seed)
    others = dict.fromkeys(set(asked) - {SEQUENTIAL}, 1)
    assert Counter(slot.configuration for slot in slots) == {SEQUENTIAL: 2, **others}
    assert Counter(slot.role for slot in slots if slot.configuration == SEQUENTIAL) == {
        "baseline": 1, "baseline_again": 1,
    }  # fmt: skip


def test_the_warm_up_is_in_no_block() -> None:
    warm_up = replace(trials("s")[0], repeat=-1)
    assert whole_blocks([warm_up], (SEQUENTIAL,), SEQUENTIAL) == set()


def test_a_block_is_whole_also_when_a_trial_was_run_once_more() -> None:
    assert whole_blocks(trials("stss"), (SEQUENTIAL, THREADS_2), SEQUENTIAL) == {0}
