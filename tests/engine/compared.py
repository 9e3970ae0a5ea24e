"""Functions to compare: one that is the same everywhere, and some that are not."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from typing import Any


def double(argument: Any) -> Any:
    """The same on every executor."""
    return argument * 2


def process_number(argument: Any) -> int:
    """Another output in every process."""
    return os.getpid()


def thread_name(argument: Any) -> bool:
    """Another output where a pool's thread runs it; the same in every process's main thread."""
    return threading.current_thread() is threading.main_thread()


def only_at_home(argument: Any) -> Any:
    """Fails in every worker process."""
    if multiprocessing.parent_process() is not None:
        raise ValueError("not in a process of a pool")
    return argument


def dies_in_a_pool(argument: Any) -> Any:
    """Takes its whole trial down where it runs in a thread of a pool."""
    if threading.current_thread() is not threading.main_thread():
        os._exit(7)
    return argument


def length(argument: str) -> int:
    """Takes no time, which sending a long argument does."""
    return len(argument)


def variable(argument: str) -> str | None:
    """A variable of the environment that it runs in."""
    return os.environ.get(argument)


def nap(argument: float) -> float:
    """Sleeps."""
    time.sleep(argument)
    return argument


def prepare() -> None:
    """A set-up."""
    os.environ["COMPARED_READY"] = "1"


def was_prepared(argument: Any) -> str | None:
    """Whether the set-up ran in this process."""
    return os.environ.get("COMPARED_READY")


def never(argument: Any) -> Any:
    """Fails everywhere."""
    raise ValueError("it never works")


def words(argument: Any) -> str:
    """What arrived, with its type."""
    return f"{type(argument)} {argument!r} {getattr(argument, 'dtype', '')}"


def reads(argument: Any) -> str:
    """All of stdin."""
    return os.read(0, 100).decode()
