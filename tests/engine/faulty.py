"""Functions that do what tasks should not, for the tests of faults; run as the workload `function`.

A task is {"do": what, ...}; "mark" names a file to which each try appends a line, which counts tries.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run(task: dict[str, Any]) -> Any:
    """Do what the task says."""
    if "mark" in task:
        with open(task["mark"], "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
    return ACTIONS[task["do"]](task)


async def run_async(task: dict[str, Any]) -> Any:
    """The same as a coroutine: it yields where it waits, and nowhere else."""
    if task["do"] == "wait":
        await asyncio.sleep(task.get("seconds", 0.05))
        return float(task.get("seconds", 0.05))
    return run(task)


def prepare() -> None:
    """A setup that takes a while and leaves a line in the temporary folder."""
    time.sleep(0.4)
    with open(Path(tempfile.gettempdir()) / "prepared", "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")


def tries(mark: Path) -> int:
    """How often the task with this mark was started."""
    return len(mark.read_text(encoding="utf-8").split()) if mark.exists() else 0


def _raise(task: dict[str, Any]) -> None:
    raise ValueError("this task always raises")


def _leave(task: dict[str, Any]) -> None:
    sys.exit(7)


def _unsendable(task: dict[str, Any]) -> Any:
    return lambda: None


def _print(task: dict[str, Any]) -> int:
    print("{not a record}\n[1,2,3]", flush=True)  # noqa: T201 - the point of this task
    os.write(1, b"[4]\n")
    return 1


def _segfault(task: dict[str, Any]) -> None:
    ctypes.string_at(0)  # a real fault, in this thread: a signal sent to the process may reach another one


def _die_once(task: dict[str, Any]) -> str:
    if tries(Path(task["mark"])) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def _spin(task: dict[str, Any]) -> None:
    while True:
        pass


def _hold_gil(task: dict[str, Any]) -> None:
    """Sleep in C with the GIL held and SIGTERM ignored: no Python code of this process runs meanwhile."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    ctypes.PyDLL(None).sleep(600)


def _wait(task: dict[str, Any]) -> float:
    time.sleep(task.get("seconds", 0.05))
    return float(task.get("seconds", 0.05))


ACTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "environment": lambda task: sorted(os.environ),
    "raise": _raise,
    "leave": _leave,
    "unsendable": _unsendable,
    "print": _print,
    "segfault": _segfault,
    "die_once": _die_once,
    "spin": _spin,
    "hold_gil": _hold_gil,
    "wait": _wait,
    "fine": lambda task: task.get("value", 0),
}
