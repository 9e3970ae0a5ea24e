"""What a value from a file may be: small tests, and shapes of objects (a table of key -> test).

A document that people hand in (a run's, a lab's) is checked with these before anything else reads it. It is refused
with its first fault and the fault's place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from engine.errors import InputRefused

LARGEST = 2**53
"""The largest whole number that JSON's readers agree on."""
_YEARS = range(1900, 9000)
"""A moment outside of these cannot be told in every time zone."""

Check = Callable[[Any], bool]
Shape = Mapping[str, Check]
"""Key -> test; a key that ends in "?" may be missing."""


def must(value: Any, shape: Shape, place: str, refuse: Callable[[str], NoReturn]) -> None:
    """Hold an object against a shape; `refuse` is called with the first fault and its place."""
    if not isinstance(value, Mapping):
        refuse(f"{place} is no object")
    for name, check in shape.items():
        key = name.removesuffix("?")
        if key not in value:
            if key == name:
                refuse(f"{place} has no {key!r}")
        elif not check(value[key]):
            refuse(f"{key!r} of {place} cannot be {str(value[key])[:40]!r}")


def fits(shape: Shape) -> Check:
    """Whether a value is an object of this shape."""

    def check(value: Any) -> bool:
        try:
            must(value, shape, "", _does_not_fit)
        except InputRefused:
            return False
        return True

    return check


def _does_not_fit(fault: str) -> NoReturn:
    raise InputRefused(fault)


def text(value: Any) -> bool:
    """A text that UTF-8 can hold: JSON can spell lone surrogates, which no database stores."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def whole(value: Any) -> bool:
    """A whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def counting(value: Any) -> bool:
    """A whole number from 1."""
    return whole(value) and value > 0


def number(value: Any) -> bool:
    """A finite number; True and False are none."""
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return known and abs(value) <= LARGEST  # false of NaN and infinity, and of a number too large to be a float


def positive(value: Any) -> bool:
    """A number above 0."""
    return number(value) and value > 0


def truth(value: Any) -> bool:
    """True or False."""
    return isinstance(value, bool)


def an_object(value: Any) -> bool:
    """Any object."""
    return isinstance(value, dict)


def a_list(value: Any) -> bool:
    """Any list."""
    return isinstance(value, list)


def moment(value: Any) -> bool:
    """A time in ISO 8601 that can be told in every time zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).year in _YEARS
    except ValueError:
        return False


def one_of(*names: str) -> Check:
    """One of these texts."""
    return lambda value: value in names if isinstance(value, str) else False


def or_none(check: Check) -> Check:
    """None, or what the check lets pass."""
    return lambda value: value is None or check(value)


def list_of(check: Check) -> Check:
    """A list of what the check lets pass."""
    return lambda value: isinstance(value, list) and all(map(check, value))


def by_name(check: Check) -> Check:
    """An object of any keys, whose values the check lets pass."""
    return lambda value: isinstance(value, dict) and all(map(text, value)) and all(map(check, value.values()))
