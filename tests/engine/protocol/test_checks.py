"""What a value from a file may be: each test says yes and no where it should, and a fault is told with its place."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from engine.errors import InputRefused
from engine.protocol.checks import (
    LARGEST,
    Check,
    Shape,
    a_list,
    an_object,
    by_name,
    counting,
    fits,
    list_of,
    moment,
    must,
    number,
    one_of,
    or_none,
    positive,
    text,
    truth,
    whole,
)

pytestmark = pytest.mark.heart
INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (text, ["", "é🙂", "a\nb"], [None, 7, b"x", "\ud800", ["x"]]),
        (whole, [0, 7, LARGEST], [-1, LARGEST + 1, 1.0, True, "7", None]),
        (counting, [1, 7], [0, -1, True, 1.5, None]),
        (number, [0, -1, 1.5, LARGEST], [INF, -INF, NAN, True, "1", None, LARGEST * 2, 10**400]),
        (positive, [0.001, 1], [0, -1, NAN, True, None]),
        (truth, [True, False], [0, 1, "true", None]),
        (an_object, [{}, {"a": 1}], [[], None, "x"]),
        (a_list, [[], [1]], [{}, (), None, "x"]),
        (moment, ["2026-01-02T03:04:05+00:00", "2026-01-02"], ["", "yesterday", 7, None, "0001-01-01", "9999-12-31"]),
    ],
    ids=["text", "whole", "counting", "number", "positive", "truth", "object", "list", "moment"],
)
def test_a_test_takes_what_it_should_and_nothing_else(check: Check, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not check(value)] == []
    assert [value for value in bad if check(value)] == []


def test_one_of_takes_the_named_texts_and_asks_nothing_of_what_is_no_text() -> None:
    check = one_of("ok", "failed")
    assert check("ok") and check("failed")
    assert not check("cancelled") and not check(["ok"]) and not check(None) and not check({})


def test_or_none_takes_none_too() -> None:
    check = or_none(counting)
    assert check(None) and check(3) and not check(0)


def test_a_list_of_something_holds_nothing_else() -> None:
    check = list_of(counting)
    assert check([]) and check([1, 2]) and not check([1, 0]) and not check((1, 2)) and not check(None)


def test_an_object_by_name_has_texts_for_keys_and_fitting_values() -> None:
    check = by_name(counting)
    assert check({}) and check({"a": 1})
    assert not check({"a": 0}) and not check({1: 1}) and not check({"\ud800": 1}) and not check([1])


SHAPE: Shape = {"name": text, "count": counting, "note?": or_none(text)}


def refused(value: Any) -> str:
    """What is said against a value of SHAPE."""

    def refuse(fault: str) -> NoReturn:
        raise InputRefused(fault)

    with pytest.raises(InputRefused) as caught:
        must(value, SHAPE, "the run", refuse)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "the run is no object"),
        (None, "the run is no object"),
        ({"count": 1}, "the run has no 'name'"),
        ({"name": "a"}, "the run has no 'count'"),
        ({"name": "a", "count": 0}, "'count' of the run cannot be '0'"),
        ({"name": 7, "count": 1}, "'name' of the run cannot be '7'"),
        ({"name": "a", "count": 1, "note": 3}, "'note' of the run cannot be '3'"),
        ({"name": ["x" * 100], "count": 1}, "'name' of the run cannot be " + repr(str(["x" * 100])[:40])),
    ],
)
def test_the_first_fault_is_told_with_its_place_and_not_at_length(value: Any, fault: str) -> None:
    assert refused(value) == fault


@pytest.mark.parametrize(
    "value", [{"name": "a", "count": 1}, {"name": "", "count": 2, "note": None}, {"name": "a", "count": 1, "more": 1}]
)
def test_an_object_of_the_shape_passes_also_with_more_than_that(value: Any) -> None:
    must(value, SHAPE, "the run", lambda fault: pytest.fail(fault))
    assert fits(SHAPE)(value)


def test_what_does_not_fit_is_found_inside_lists_too() -> None:
    check = list_of(fits(SHAPE))
    assert check([{"name": "a", "count": 1}]) and not check([{"name": "a", "count": 0}]) and not check(["a"])
