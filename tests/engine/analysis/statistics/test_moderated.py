"""Moderated variances: right on average, never from too few configurations, never less than one's own."""

from __future__ import annotations

import random
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.statistics.moderated import MOST_PRIOR, Variance, difference, prior, variances
from engine.model import Configuration

CREW = [Configuration("threads", number) for number in range(1, 7)]


def table(deviations: list[float], repeats: int, rng: random.Random) -> dict[Configuration, dict[int, float]]:
    levels = [rng.gauss(0, 1) for _ in range(repeats)]
    return {
        one: {block: levels[block] + rng.gauss(0, deviation) for block in range(repeats)}
        for one, deviation in zip(CREW, deviations, strict=False)
    }


def test_equal_variances_are_found_whatever_the_blocks_do() -> None:
    rng = random.Random(1)
    found = [one.value for _ in range(300) for one in variances(table([0.05] * 6, 10, rng)).values()]
    assert fmean(found) == pytest.approx(0.0025, rel=0.15)


def test_they_agree_with_the_plain_variance_where_blocks_are_alike_and_repeats_many() -> None:
    rng = random.Random(2)
    walls = {one: {block: rng.gauss(0, 0.02 * (1 + at)) for block in range(2000)} for at, one in enumerate(CREW)}
    for one, found in variances(walls).items():
        assert found.value == pytest.approx(variance(walls[one].values()), rel=0.12)


def test_none_is_less_than_its_own_and_the_pool_adds_its_degrees_of_freedom() -> None:
    rng = random.Random(3)
    walls = table([0.01, 0.01, 0.01, 0.2], 5, rng)
    found = variances(walls)
    assert max(found, key=lambda one: found[one].value) == CREW[3]
    assert all(one.freedom == pytest.approx(4 * 3 / 4 + prior(4)) for one in found.values())


def test_three_configurations_or_one_whole_block_moderate_nothing() -> None:
    rng = random.Random(4)
    assert variances(table([0.05] * 3, 5, rng)) == {}
    assert variances(table([0.05] * 6, 1, rng)) == {}
    assert variances({}) == {}


def test_only_blocks_that_hold_every_configuration_count() -> None:
    rng = random.Random(5)
    walls = table([0.05] * 4, 4, rng)
    short = {one: {block: value for block, value in blocks.items() if block < 3} for one, blocks in walls.items()}
    walls[CREW[0]].pop(3)
    assert variances(walls) == pytest.approx(variances(short))


def test_the_error_of_a_difference_is_satterthwaites() -> None:
    error, freedom = difference(Variance(0.04, 5.0), Variance(0.01, 5.0), 5)
    assert error == pytest.approx(0.1)
    assert freedom == pytest.approx(0.05**2 / (0.04**2 / 5 + 0.01**2 / 5), abs=0.25)
    assert (4 * freedom) % 1 == 0
    assert difference(Variance(0.0, 5.0), Variance(0.0, 5.0), 5)[0] == 0.0


@given(st.lists(st.lists(st.floats(-5, 5), min_size=3, max_size=3), min_size=4, max_size=6), st.floats(-3, 3))
def test_what_all_trials_of_a_block_share_changes_nothing(rows: list[list[float]], shift: float) -> None:
    walls = {one: dict(enumerate(row)) for one, row in zip(CREW, rows, strict=False)}
    moved = {one: {block: value + shift * block for block, value in blocks.items()} for one, blocks in walls.items()}
    for one, found in variances(walls).items():
        assert variances(moved)[one].value == pytest.approx(found.value, abs=1e-9)


@given(st.lists(st.lists(st.floats(-5, 5), min_size=4, max_size=4), min_size=4, max_size=6))
def test_no_variance_is_negative_and_all_have_the_same_freedom(rows: list[list[float]]) -> None:
    found = variances({one: dict(enumerate(row)) for one, row in zip(CREW, rows, strict=False)})
    assert min(one.value for one in found.values()) >= 0
    assert len({one.freedom for one in found.values()}) == 1


@given(st.floats(1e-6, 1), st.floats(1e-6, 1), st.floats(1, 40), st.floats(1, 40), st.integers(1, 50))
def test_satterthwaites_freedom_lies_between_the_smaller_and_the_sum(
    one: float, other: float, first: float, second: float, pairs: int
) -> None:
    error, freedom = difference(Variance(one, first), Variance(other, second), pairs)
    assert error == pytest.approx(((one + other) / pairs) ** 0.5)
    assert min(first, second) - 0.25 <= freedom <= first + second


def test_the_pooled_variance_weighs_more_the_more_configurations_it_is_of() -> None:
    assert [prior(count) for count in (4, 5, 6, 50)] == [2.0, 2.5, MOST_PRIOR, MOST_PRIOR]
