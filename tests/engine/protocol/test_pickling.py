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
from engine.protocol.pickling import Unpicklable, dump, fields_of, from_fields, is_plain, packed, sendable, unpacked
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
