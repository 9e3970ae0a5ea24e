"""A lost update is recorded and found, and what is no loss is none."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from engine.lab.shown.recorded_race import Move, lost_update, recorded


def moves(text: str) -> list[Move]:
    """``A7 b8``: thread A reads 7, thread B writes 8; small letters write."""
    return [
        Move("AB".index(one[0].upper()), "read" if one[0].isupper() else "wrote", int(one[1:])) for one in text.split()
    ]


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ("A0 a1 B1 b2 A2 a3", ""),
        ("A0 B0 b1 a1", "A0 B0 b1 a1"),
        ("A0 a1 A1 B1 b2 B2 b3 a2 B3", "A1 B1 b2 B2 b3 a2"),
        ("A0 B0 a1 A1 b1", ""),  # B's write came first over a read in the middle: the whole update lies outside
    ],
)
def test_the_first_update_that_was_overwritten_is_found(history: str, found: str) -> None:
    assert lost_update(moves(history)) == moves(found)


def test_a_stretch_too_long_to_look_at_is_not_taken() -> None:
    many = " ".join(f"B{count} b{count + 1}" for count in range(20))
    assert lost_update(moves(f"A0 {many} a1")) == []


def test_what_is_recorded_are_the_moves_of_two_threads_that_count() -> None:
    told = recorded(50)
    assert len(told) == 200 and {one.thread for one in told} == {0, 1}
    last: dict[int, Move] = {}
    for one in told:
        assert one.did == "read" or one.value == last[one.thread].value + 1, "it writes what it read, and one"
        last[one.thread] = one


def test_as_a_command_it_prints_a_loss_that_can_be_gone_through() -> None:
    command = [sys.executable, "-m", "engine.lab.shown.recorded_race"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found = [Move(*one) for one in json.loads(done.stdout)]
    first, last = found[0], found[-1]
    assert (first.did, last.did, first.thread) == ("read", "wrote", last.thread) and last.value == first.value + 1
    assert any(one.did == "wrote" and one.thread != first.thread for one in found[1:-1])
