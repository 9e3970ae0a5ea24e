"""Trials run in randomised blocks, each with every configuration once and the baseline twice."""

from __future__ import annotations

from collections import Counter

from engine.analysis.grid import block, blocks
from tests.engine.analysis.made import PROCESSES_2, SEQUENTIAL, THREADS_2, THREADS_4

GRID = (SEQUENTIAL, THREADS_2, THREADS_4, PROCESSES_2)


def test_every_block_holds_every_configuration_once_and_the_baseline_twice() -> None:
    slots = blocks(GRID, SEQUENTIAL, repeats=4, seed=1)
    for number in range(4):
        inside = [slot for slot in slots if slot.block == number]
        counts = Counter(slot.configuration for slot in inside)
        assert counts == {SEQUENTIAL: 2, THREADS_2: 1, THREADS_4: 1, PROCESSES_2: 1}
        assert {slot.role for slot in inside if slot.configuration == SEQUENTIAL} == {"baseline", "baseline_again"}
    assert [slot.block for slot in slots] == sorted(slot.block for slot in slots)


def test_the_same_seed_gives_the_same_order_and_another_seed_another() -> None:
    assert blocks(GRID, SEQUENTIAL, 5, seed=7) == blocks(GRID, SEQUENTIAL, 5, seed=7)
    assert blocks(GRID, SEQUENTIAL, 5, seed=7) != blocks(GRID, SEQUENTIAL, 5, seed=8)


def test_blocks_differ_in_order_and_every_configuration_comes_first_at_times() -> None:
    first = Counter(block(GRID, SEQUENTIAL, number, seed=3)[0].configuration for number in range(500))
    assert set(first) == set(GRID)
    assert 160 < first[SEQUENTIAL] < 240


def test_the_baseline_need_not_be_named_and_a_configuration_named_twice_runs_once() -> None:
    assert len(block((THREADS_2, THREADS_2), SEQUENTIAL, 0, seed=1)) == 3
