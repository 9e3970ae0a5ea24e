"""Figures in words are short, rounded and never contradict each other."""

from __future__ import annotations

import pytest

from engine.analysis import words
from engine.model import Configuration


def test_a_speedup_carries_its_interval_when_it_has_one() -> None:
    assert words.times(1.93, 1.914, 1.946) == "1.93× (1.91–1.95)"
    assert words.times(1.93, None, None) == "1.93×"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(1.9, 1.95, "1.90–1.95"), (0.01, 0.1, "0.01–0.10"), (0.01, 0.11, "too early to say"), (1.0, 1.0, "1.00–1.00")],
)
def test_an_interval_over_more_than_a_power_of_ten_is_not_told(low: float, high: float, text: str) -> None:
    assert words.interval(low, high) == text
    assert words.is_told(low, high) == (text != words.TOO_EARLY)


def test_an_interval_without_ends_is_not_told() -> None:
    assert not words.is_told(None, 2.0) and not words.is_told(1.0, None)


def test_in_brackets_the_interval_stands_without_its_own() -> None:
    assert words.times_in_brackets(1.93, 1.914, 1.946) == "1.93×, 1.91–1.95"
    assert words.times_in_brackets(1.93, None, None) == "1.93×"


@pytest.mark.parametrize(("reach", "text"), [(0.04, "±4%"), (0.004, "±0.4%"), (1.0, "too early to say")])
def test_a_doubling_is_no_margin(reach: float, text: str) -> None:
    assert words.within(reach) == text


def test_a_sentence_begins_with_a_capital() -> None:
    assert [words.sentence(text) for text in ("threads × 2 won", "", "×")] == ["Threads × 2 won", "", "×"]


def test_a_sentence_that_begins_with_code_keeps_its_letters() -> None:
    assert words.sentence("multiprocessing.Pool.map × 2 is out") == "multiprocessing.Pool.map × 2 is out"
    assert words.sentence("sequential. and more") == "Sequential. and more"


def test_threads_take_a_plural_verb_and_what_others_wrote_does_not() -> None:
    assert words.many(Configuration("threads", 2)) and not words.many(Configuration("asyncio", 2))
    assert not words.many(Configuration("threads", 2, reference="ThreadPoolExecutor.map"))
