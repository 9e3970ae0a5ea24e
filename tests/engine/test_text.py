"""Texts that everything can hold: what is replaced, by what, and that nothing else is."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import (
    counted,
    data_size,
    duration,
    listed,
    number,
    percent,
    read_json,
    seconds,
    share,
    size_change,
    storable,
    storable_json,
    storable_values,
)

ANY_TEXT = st.text(st.one_of(st.characters(), st.characters(categories=["Cs"]), st.just("\0")))
ANY_VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plain", "plain"),
        ("écharpe 写真 🙂", "écharpe 写真 🙂"),
        (os.fsdecode(b"bad\xff\xfe.jpg"), "bad\\xff\\xfe.jpg"),
        ("Thing \ud800", "Thing \ufffd"),
        ("\udc7f\udd00", "\ufffd\ufffd"),
        ("a\0b", "a\ufffdb"),
        ("", ""),
    ],
)
def test_what_stands_for_what(text: str, told: str) -> None:
    assert storable(text) == told


def test_two_names_that_are_not_utf_8_stay_two() -> None:
    assert storable(os.fsdecode(b"a\xff")) != storable(os.fsdecode(b"a\xfe"))


@given(ANY_TEXT)
def test_every_text_becomes_one_that_utf_8_holds_and_without_nul(text: str) -> None:
    assert b"\0" not in storable(text).encode("utf-8")
    assert storable(storable(text)) == storable(text)


@given(ANY_VALUE)
def test_json_text_is_read_back_with_storable_texts_only(value: object) -> None:
    text = json.dumps(value)
    read = read_json(storable_json(text))
    assert read == read_json(text) == storable_values(json.loads(text))
    assert "\0" not in json.dumps(read, ensure_ascii=False).encode("utf-8").decode()


def test_json_text_without_such_characters_is_not_touched() -> None:
    text = '{"name": "Caf\\u00e9 \\ud83d\\ude42", "n": [1, 2.50]}'
    assert storable_json('{"n": 1.50}') == '{"n": 1.50}'
    assert read_json(text) == {"name": "Café 🙂", "n": [1, 2.5]}


def test_what_is_nested_too_deeply_is_given_as_its_text() -> None:
    text = "[" * 200_000 + "]" * 200_000
    assert read_json(text) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0012, "1.2 ms"), (0.034, "34 ms"), (0.1, "0.10 s"), (0.999, "1.0 s"), (4.26, "4.3 s"),
        (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min"), (100, "1 min 40 s"), (3599.7, "1 h"), (7500, "2 h 5 min"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [
    (1.934, "1.93"), (9.999, "10.0"), (42.34, "42.3"), (12345.6, "12,346"), (0.5, "0.50"), (0.0996, "0.10"),
    (0.0123, "0.012"), (0.00031, "0.00031"), (0.00001, "under 0.0001"), (0.0, "0.00"),
])  # fmt: skip
def test_numbers_keep_three_figures(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.004, "0.4%"), (0.0096, "1%"), (0.128, "13%"), (99, "more than 999%")]
)
def test_percentages_have_a_decimal_only_below_one(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value_s", "text"),
    [(4e-7, "0.4 µs"), (10.6e-6, "10.6 µs"), (0.0042, "4.2 ms"), (0.25, "0.25 s"), (5210, "5,210 s")],
)
def test_measured_times_keep_three_digits(value_s: float, text: str) -> None:
    assert seconds(value_s) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (812, "812 B"), (999.6, "1.0 kB"), (5_400, "5.4 kB"), (54_321, "54 kB"), (1_234_000_000, "1.2 GB"),
     (7e13, "70.0 TB"), (-2_000_000, "-2.0 MB")],
)  # fmt: skip
def test_data_is_in_units_of_a_thousand(count: float, text: str) -> None:
    assert data_size(count) == text


@given(st.floats(0, 1e9))
def test_a_longer_time_never_reads_as_no_time(value_s: float) -> None:
    assert (float(duration(value_s).split()[0]) == 0) == (value_s == 0)


def test_lists_and_counts() -> None:
    assert [listed(list("abc")[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert (counted(1, "task"), counted(4000, "task")) == ("1 task", "4,000 tasks")
    assert (counted(1, "repeat is", "repeats are"), counted(0, "repeat is", "repeats are")) == (
        "1 repeat is", "0 repeats are",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "told"),
    [(0, "0%"), (1, "0.1%"), (0.2, "under 0.1%"), (4, "0.4%"), (620, "62%"), (994, "99%"), (996, "99.6%"),
     (999.9, "over 99.9%"), (1_000, "100%"), (1_004, "100.4%"), (1_500, "150%")],
)  # fmt: skip
def test_all_and_nothing_mean_just_that(part: float, told: str) -> None:
    assert share(part, 1_000) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(5000, 750, "4.2 kB saved, 85%"), (1000, 3000, "2.0 kB more, 200%"), (1000, 1000, "0 B saved, 0%")],
)
def test_what_became_of_a_size_is_told_with_its_share(before: int, after: int, told: str) -> None:
    assert size_change(before, after) == told
