"""Readers that are led astray, for the tests of `engine.machine.apart`."""

from __future__ import annotations

import os
import time

from engine.errors import InputRefused


def fine(text: str) -> tuple[str, int]:
    """What goes well, with a print that must not get in the way."""
    print("said by a reader")  # noqa: T201 - it belongs to the log
    return text, os.getpid()


def refuses(_: str) -> None:
    """A refusal in words."""
    raise InputRefused("This is no list.")


def grows(_: str) -> int:
    """Takes memory without end."""
    kept = []
    while True:
        kept.append(bytes(10_000_000))


def returns_much(_: str) -> bytes:
    """More than whoever waits wants to hold."""
    return bytes(80_000_000)


def hangs(_: str) -> None:
    """Does nothing for ever."""
    time.sleep(600)


def computes(_: str) -> int:
    """Holds the interpreter in one call of C for minutes."""
    return len(str(7 ** (10**8)))


def dies(_: str) -> None:
    """As after a fault in a library's C code."""
    os.abort()


def fails(_: str) -> None:
    """A fault of ours."""
    raise KeyError("oops")
