"""Figures in words, and texts from outside that stay literal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import storable
from pages.parts.shared.words import duration, in_words, literal, moment
from pages.parts.uploads.spool import spread


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0.353, "0.35 s"),
        (9.94, "9.9 s"),
        (15.2, "15 s"),
        (100, "1 min 40 s"),
        (120, "2 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@given(st.text())
def test_nothing_that_markdown_reads_is_left_unescaped(text: str) -> None:
    made = literal(text)
    parted = made.replace(":small[]", "")
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]<>$~|:@]", parted) and "\n" not in made
    assert re.sub(r"\\(.)", r"\1", parted) == " ".join(storable(text).split()), "nothing is added"


@pytest.mark.parametrize(
    "text", ["http://a.b", "HTTPS://a.b", "www.a.b", "a@b.c", ":smile:", "1:100:2", ":material/home:", "a -- b",
             "<- ->", "<->", ">= <= ~="]
)  # fmt: skip
def test_what_streamlit_reads_a_meaning_into_is_parted(text: str) -> None:
    assert ":small[]" in literal(text)


@pytest.mark.parametrize("text", ["my_module:my_function", "C:\\pictures", "12:30", "a: b", "- a", "a-b", "x@ y"])
def test_what_means_nothing_is_whole(text: str) -> None:
    assert ":small[]" not in literal(text)


def test_a_time_is_the_readers_own_and_an_unknown_zone_harms_nothing() -> None:
    assert str(moment("2026-11-22T12:00:00+00:00", "Asia/Tokyo")) == "2026-11-22 21:00:00"
    assert moment("2026-11-22T12:00:00+00:00", "No/Where") is not None
    assert moment(None) is None


@given(st.lists(st.integers(), unique=True), st.integers(1, 5))
def test_a_sample_is_spread_from_the_first_to_the_last(items: list[int], most: int) -> None:
    chosen = spread(items, most)
    assert len(chosen) == min(most, len(items)) == len(set(chosen))
    if len(items) > most > 1:
        assert (chosen[0], chosen[-1]) == (items[0], items[-1])


@pytest.mark.parametrize(
    ("reason", "words"),
    [("dns_failed", "DNS failed"), ("invalid_url", "Invalid URL"), ("timed_out", "Timed out"), (None, "Unknown")],
)
def test_reasons_are_words_and_acronyms_keep_their_capitals(reason: str | None, words: str) -> None:
    assert in_words(reason) == words
