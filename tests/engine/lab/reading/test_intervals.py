"""Medians with intervals that assume no distribution."""

from __future__ import annotations

import random

import pytest

from engine.lab.reading.intervals import median_interval


@pytest.mark.parametrize(
    ("count", "rank", "coverage"),
    [(1, 1, 0.0), (5, 1, 0.9375), (6, 1, 0.96875), (8, 1, 0.9921875), (9, 2, 0.9609375), (20, 6, 0.958610534667969)],
)
def test_the_pair_of_order_statistics_is_the_one_of_the_textbook(count: int, rank: int, coverage: float) -> None:
    median, low, high, covered = median_interval([float(value) for value in reversed(range(1, count + 1))])
    assert (low, high) == (rank, count + 1 - rank)
    assert covered == pytest.approx(coverage)
    assert median == (count + 1) / 2


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    chance = random.Random(7)
    held = 0
    for _ in range(2000):
        _, low, high, coverage = median_interval([chance.expovariate(1) for _ in range(9)])
        held += low <= 0.6931 <= high
    assert held / 2000 == pytest.approx(coverage, abs=0.02)


def test_no_values_have_no_median() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        median_interval([])
