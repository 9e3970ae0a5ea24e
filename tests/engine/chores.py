"""Functions with a known cost, for the tests of measurements; run as the workload `function`."""

from __future__ import annotations

import os
import time
from typing import Any

_KEPT: list[bytearray] = []


def long_text(length: int) -> str:
    """A text of this many characters, after 5 ms."""
    time.sleep(0.005)
    return "x" * length


def length_of(argument: Any) -> int:
    """How much was handed over."""
    return len(argument)


def sleep(seconds: float) -> float:
    """Wait, and give how long."""
    time.sleep(seconds)
    return seconds


def keep(megabytes: float) -> int:
    """Take this much memory (MB of 10^6 bytes), touch it, and keep it for as long as this process lives."""
    _KEPT.append(bytearray(os.urandom(1000)) * round(megabytes * 1000))
    time.sleep(0.6)
    return len(_KEPT[-1])


def slow_setup() -> None:
    """A worker's start that takes 200 ms."""
    time.sleep(0.2)


def very_slow_setup() -> None:
    """A worker's start that takes one second."""
    time.sleep(1.0)


def burn(seconds: float) -> float:
    """Use this much CPU time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return seconds
