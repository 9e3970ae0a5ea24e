"""The ways to hand data over, one short file each, which also runs by itself; one line each in `WAYS`.

Each file has `ready(message, reply)`: a context manager that gives `exchange()`, which hands the message to another
worker and gives the worker's `reply(message)`. What is measured is what is shown: nothing else stands in the files, and
they import the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any

Exchange = Callable[[], int]
Ready = Callable[[bytes, Callable[[bytes], int]], AbstractContextManager[Exchange]]

WAYS: dict[str, str] = {
    "reference between threads": "reference",
    "queue.Queue": "thread_queue",
    "multiprocessing.Queue": "process_queue",
    "Pipe": "pipe",
    "pool's argument": "pool_argument",
    "pool's result": "pool_result",
    "shared memory, copied in": "shared_copied",
    "shared memory, already there": "shared_there",
    "subinterpreter queue": "interpreter_queue",
}


def ready_of(way: str) -> Ready:
    """The way's `ready`. Raises KeyError for an unknown way, ImportError where this Python lacks it."""
    module: Any = import_module(f"{__name__}.{WAYS[way]}")
    ready: Ready = module.ready
    return ready
