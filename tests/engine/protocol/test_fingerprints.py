"""Equal values have equal fingerprints, wherever and however they were made; others have others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.protocol.fingerprints import fingerprint
from engine.protocol.pickling import Unpicklable, dump, unpacked

ROOT = str(Path(__file__).resolve().parents[3])


@dataclass
class Node:
    """A value that can contain itself."""

    name: str
    children: list[Any] = field(default_factory=list)


def ring() -> Node:
    first = Node("first")
    first.children.append(first)
    return first


SHARED = ("x" * 50, b"y")
VALUES = [
    {"a": [1, 2.5, None]}, (1, 2), {1: 2}, b"\x8f", {3, 1, 2}, frozenset({"a", "b"}), {"k": {"b", "a"}},
    Decimal("1.10"), [SHARED, SHARED], float("nan"), Node("a", [Node("b")]), 3 + 4j, {"s": {(1, "z"), (2, "y")}},
    Node("a", [{"x", "y"}]), int, len,
]  # fmt: skip


@pytest.mark.parametrize("value", [*VALUES, ring()], ids=lambda value: type(value).__name__)
def test_a_value_that_has_travelled_has_the_same_fingerprint(value: Any) -> None:
    assert fingerprint(unpacked(dump(value))) == fingerprint(value)


def test_parts_that_are_shared_and_parts_that_are_equal_have_the_same_fingerprint() -> None:
    apart = [("x" * 50, b"y"), ("x" * 50, bytes([121]))]
    assert fingerprint(apart) == fingerprint([SHARED, SHARED])


def test_the_order_of_a_set_which_hashing_decides_does_not_matter() -> None:
    code = "from engine.protocol.fingerprints import fingerprint; print(fingerprint({'v': {'a', 'b', 'c', 'd'}}))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2)
    }  # fmt: skip
    assert len(told) == 1


def test_values_that_differ_have_other_fingerprints() -> None:
    near = [
        (1, 2), (2, 1), {1: 2}, {2: 1}, b"a", "a", {1, 2}, {1, 3}, frozenset({1, 2}), Node("a"), Node("b"),
        Node("a", [1]), np.array([1, 2]), np.array([1.0, 2.0]), np.array([[1], [2]]), Decimal("1.1"), Decimal("1.10"),
        float("nan"), None, True, {"k": {1}}, {"k": {2}},
    ]  # fmt: skip
    assert len({fingerprint(value) for value in near}) == len(near)


def test_what_cannot_be_sent_has_none() -> None:
    with pytest.raises(Unpicklable, match=r"result\[0\], a lock"):
        fingerprint([threading.Lock()])


@pytest.mark.heart
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1), ("1", 1), (None, "null"), (b"a", "a"), ({1}, {"1"}), ({1: 2}, {"1": "2"}), ((), {}),
        (Node("a"), Node("b")), (Node("a", [1]), Node("a", [1, 1])), (len, max), (0.1, 0.1 + 1e-17 * 2**4),
        ({1, (2, 3)}, {1, (3, 2)}), (Decimal("1.1"), Decimal("1.10")),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_values_that_are_easily_confused_are_told_apart(one: Any, other: Any) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other and repr(one) == repr(other))


@pytest.mark.heart
def test_a_fingerprint_is_sixteen_hexadecimal_digits() -> None:
    for value in ({"a": 1}, {1, 2}, ring(), b"x" * 10_000):
        found = fingerprint(value)
        assert len(found) == 16 and int(found, 16) >= 0


@pytest.mark.heart
def test_rings_of_another_length_are_told_apart() -> None:
    first, second = Node("same"), Node("same")
    first.children.append(first)
    second.children.append(Node("same", [second]))
    assert fingerprint(first) != fingerprint(second)


@pytest.mark.heart
def test_a_named_thing_is_known_by_its_name() -> None:
    assert fingerprint({len, Node}) == fingerprint({Node, len}) != fingerprint({max, Node})


@pytest.mark.heart
def test_a_method_is_known_by_its_function_and_its_object() -> None:
    assert fingerprint({"a".upper}) != fingerprint({"b".upper})
