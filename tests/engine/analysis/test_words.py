"""Figures in words are short, rounded and never contradict each other."""

from __future__ import annotations

import pytest

from engine.analysis import words
from engine.model import Configuration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0012, "1.2 ms"), (0.034, "34 ms"), (0.1, "0.10 s"), (0.999, "1.0 s"), (4.26, "4.3 s"), (9.96, "10 s"),
        (59.4, "59 s"), (59.6, "1 min"), (100, "1 min 40 s"), (3599.7, "1 h"), (7500, "2 h 5 min"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [
    (1.934, "1.93"), (9.999, "10.0"), (42.34, "42.3"), (12345.6, "12,346"), (0.5, "0.50"), (0.0996, "0.10"),
    (0.0123, "0.012"), (0.00031, "0.00031"), (0.00001, "under 0.0001"), (0.0, "0.00"),
])  # fmt: skip
def test_numbers_keep_three_figures(value: float, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.004, "0.4%"), (0.0096, "1%"), (0.128, "13%"), (99, "more than 999%")]
)
def test_percentages_have_a_decimal_only_below_one(share: float, text: str) -> None:
    assert words.percent(share) == text


def test_a_speedup_carries_its_interval_when_it_has_one() -> None:
    assert words.times(1.93, 1.914, 1.946) == "1.93× (1.91–1.95)"
    assert words.times(1.93, None, None) == "1.93×"


def test_lists_counts_and_verbs() -> None:
    assert [words.listed(list("abc")[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert (words.count(1, ("task", "tasks")), words.count(4000, ("task", "tasks"))) == ("1 task", "4,000 tasks")
    assert words.many(Configuration("threads", 2)) and not words.many(Configuration("asyncio", 2))
