"""What can be sent and how: atoms as they are, pickle, cloudpickle where pickle cannot, and the place of a fault."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from engine.model import Pickled, Task
from engine.protocol.pickling import (
    Unpicklable,
    dump,
    fields_of,
    from_fields,
    is_plain,
    packed,
    sendable,
    unpacked,
    without_memo,
)
from engine.store.folders import RunFolder

ROOT = str(Path(__file__).resolve().parents[3])
Point = namedtuple("Point", "x y")


@dataclass
class Order:
    """An argument of one's own class."""

    number: int
    hook: Any = None


GIVEN = [
    (1, "two"), {1: 2}, {(1, 2): "a"}, b"\x00\xff", PurePosixPath("/tmp/x"), {3, 1}, float("nan"), float("inf"), 1j,
    Order(4), [1, (2,)], Point(1, 2), functools.partial(int, base=2),
]  # fmt: skip


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "é", [1, [2]], {"a": {"b": None}}, 10**40])
def test_what_json_gives_back_exactly_is_stored_as_it_is(value: Any) -> None:
    assert is_plain(value) and sendable(value, "argument") is value


@pytest.mark.parametrize("value", GIVEN, ids=repr)
def test_an_argument_arrives_as_it_was_given(value: Any, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_tasks([Task(0, "one", sendable(value, "argument"))])
    (task,) = folder.tasks()
    found = unpacked(task.argument)
    assert (type(found), repr(found)) == (type(value), repr(value))
    assert folder.labels() == ["one"]


def test_an_array_arrives_with_its_type_and_shape() -> None:
    given = np.arange(6, dtype=np.float32).reshape(2, 3)
    found = unpacked(from_fields(*fields_of(sendable(given, "argument"))))
    assert found.dtype == given.dtype and (found == given).all()


def test_atoms_travel_as_they_are_and_the_rest_is_pickled_once() -> None:
    assert packed(b"abc") == b"abc" and packed(7) == 7
    assert type(packed([7])) is Pickled and unpacked(packed([7])) == [7]


def test_what_another_process_cannot_import_travels_by_value() -> None:
    code = (
        "import sys, base64; from engine.protocol.pickling import dump\n"
        "factor = 3\ndef work(x): return x * factor\n"
        "found = dump(work); assert found.by_value; print(base64.b64encode(found.data).decode())"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    function = unpacked(from_fields(None, told.stdout.strip(), True))
    assert function(5) == 15


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, threading.Lock()]}, r"^result\['a'\]\[1\], a lock, cannot be pickled"),
        (Order(1, hook=(0, threading.Lock())), r"^result\.hook\[1\], a lock"),
        (Point(1, threading.Lock()), r"^result\.y, a lock"),
        ((number for number in [1]), r"^result, a generator, cannot be pickled"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(Unpicklable, match=place):
        dump(value)


class Hooked:
    """An object with an attribute that cannot be sent, and a method."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def method(self) -> None:
        """Bound to what cannot be sent."""


@pytest.mark.heart
@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({(1, 2): [threading.Lock()]}, r"^result\[\(1, 2\)\]\[0\], a lock"),
        (functools.partial(print, threading.Lock()), r"^result\.args\[0\], a lock"),
        (functools.partial(print, end=threading.Lock()), r"^result\.keywords\['end'\], a lock"),
        (Hooked(), r"^result\.lock, a lock"),
        (Hooked().method, r"^result\.__self__\.lock, a lock"),
        ([[[[threading.Lock()]]]], r"^result\[0\]\[0\]\[0\]\[0\], a lock"),
        ({"x" * 200: threading.Lock()}, r"^result\['x{39}\], a lock"),
    ],
    ids=["key", "argument", "keyword", "attribute", "method", "deep", "long key"],
)
def test_the_place_of_a_fault_is_named_through_whatever_holds_it(value: Any, place: str) -> None:
    with pytest.raises(Unpicklable, match=place):
        dump(value)


@pytest.mark.heart
def test_the_whole_is_called_what_it_is() -> None:
    with pytest.raises(Unpicklable, match=r"^argument\[0\], a lock"):
        dump([threading.Lock()], "argument")


@pytest.mark.heart
@pytest.mark.parametrize(
    "value",
    [(1,), {1: 2}, b"x", {1, 2}, float("nan"), float("inf"), {"a": (1,)}, [b"x"], 1j, Order(1)],
    ids=repr,
)
def test_what_json_would_change_is_not_plain(value: Any) -> None:
    assert not is_plain(value)


@pytest.mark.heart
def test_a_value_too_deep_for_json_is_pickled_or_refused_and_never_an_endless_loop() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Unpicklable):
        sendable(deep, "argument")


@pytest.mark.heart
def test_a_value_that_contains_itself_arrives_as_such() -> None:
    ring: list[Any] = [1]
    ring.append(ring)
    found = unpacked(from_fields(*fields_of(sendable(ring, "argument"))))
    assert found[0] == 1 and found[1] is found


@pytest.mark.heart
@pytest.mark.parametrize("argument", [None, 0, "text", ["a"], {"x": None}])
def test_a_plain_argument_is_one_field_of_its_line(argument: Any) -> None:
    assert fields_of(argument) == [argument]
    assert from_fields(argument) == argument


@pytest.mark.heart
@pytest.mark.parametrize("by_value", [False, True])
def test_a_pickled_argument_is_told_from_none_by_its_fields(by_value: bool) -> None:
    pickled = Pickled(b"\x00\xff data", by_value)
    fields = fields_of(pickled)
    assert fields[0] is None and len(fields) == 3
    assert from_fields(*fields) == pickled
    assert from_fields(None) is None


@pytest.mark.heart
@pytest.mark.parametrize("value", [True, 3, 2.5, "é", b"\x00", None])
def test_an_atom_is_never_wrapped(value: Any) -> None:
    assert packed(value) is value and unpacked(value) is value


@pytest.mark.heart
def test_a_text_of_a_class_of_its_own_is_no_atom() -> None:
    found = packed(Order(3))
    assert type(found) is Pickled and unpacked(found) == Order(3)


@pytest.mark.heart
def test_equal_values_have_equal_bytes_whatever_they_share() -> None:
    shared = ["part"]
    assert without_memo([shared, shared]) == without_memo([["part"], ["part"]])


@pytest.mark.heart
def test_a_value_that_contains_itself_has_no_bytes_without_a_memo() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises((ValueError, RecursionError)):
        without_memo(ring)
