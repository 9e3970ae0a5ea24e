"""Texts that everything can hold: what is replaced, by what, and that nothing else is."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import read_json, storable, storable_json, storable_values

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
