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

from engine.errors import TaskFailed


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


class Unspeakable(Exception):
    """Its text cannot be asked for."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Quitting(BaseException):
    """No Exception, and asking for its text ends the program."""

    def __str__(self) -> str:
        raise SystemExit(9)


class Lying(Exception):
    """Says that it is made in a way in which it is not, and has attributes that raise."""

    def __reduce__(self) -> Any:
        return (os.listdir, ("nowhere",))

    @property
    def attempts(self) -> int:
        """Never a number."""
        raise OSError("no number of tries")


class Hidden(TaskFailed):
    """A known reason that is none."""

    @property
    def reason(self) -> Any:
        """Raises."""
        raise KeyError("reason")

    @reason.setter
    def reason(self, value: Any) -> None: ...


def _with(error: BaseException, **attributes: Any) -> BaseException:
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


ERRORS: dict[str, Callable[[], BaseException]] = {
    "unspeakable": Unspeakable,
    "quitting": Quitting,
    "lying": Lying,
    "many attempts": lambda: _with(ValueError("tried"), attempts="many"),
    "endless attempts": lambda: _with(ValueError("tried"), attempts=10**30),
    "negative attempts": lambda: _with(ValueError("tried"), attempts=-5),
    "reason of a number": lambda: TaskFailed(7, "A number for a reason."),  # type: ignore[arg-type]
    "reason of a list": lambda: _with(TaskFailed("x", "A list for a reason."), reason=["a"]),
    "long reason": lambda: TaskFailed("r" * 300, "A long reason."),
    "hidden reason": lambda: Hidden("x", "A hidden reason."),
    "message of bytes": lambda: TaskFailed("x", b"bytes"),  # type: ignore[arg-type]
    "long message": lambda: TaskFailed("x", "m" * 1_000_000),
    "surrogate": lambda: ValueError("Thing \ud800"),
    "surrogate reason": lambda: TaskFailed("r\udcff", "Name bad\udcff\udcfe.jpg"),
    "nul": lambda: ValueError("a\0b"),
    "keyboard": KeyboardInterrupt,
    "generator exit": GeneratorExit,
    "cancelled": asyncio.CancelledError,
    "system exit": lambda: SystemExit(lambda: None),
    "group": lambda: BaseExceptionGroup("two", [Unspeakable(), KeyboardInterrupt()]),
    "unicode": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad\udc80"),
}
"""What a task may raise, by name."""


def _raise_oddly(task: dict[str, Any]) -> None:
    raise ERRORS[task["what"]]()


class Items(dict[str, int]):
    """A mapping whose items raise while it is written."""

    def items(self) -> Any:
        """Raises."""
        raise Unspeakable


class Trap:
    """Pickles well, and raises where it is read."""

    def __init__(self, why: str = "read") -> None:
        self.why = why

    def __reduce__(self) -> Any:
        return (_spring, (self.why,))


def _spring(why: str) -> None:
    raise SystemExit(why)


VALUES: dict[str, Callable[[], Any]] = {
    "surrogate": lambda: {"name": "Thing \ud800", "bad\udcff": ["\udc80", "fine 🙂 é"]},
    "nul": lambda: "a\0b",
    "items that raise": lambda: Items(a=1),
    "huge number": lambda: 10**6000,
    "not a number": lambda: float("nan"),
    "long text": lambda: "é" * 100_000,
}
"""What a task may give, by name."""


def _fork(task: dict[str, Any]) -> str:
    """A child that comes back from the task, or that stays for minutes with all that it inherited."""
    if os.fork() == 0:
        time.sleep(task["seconds"])
        if task.get("raises"):
            raise ValueError("raised in the child")
    return "parent"


def _cancel_own(task: dict[str, Any]) -> str:
    """A coroutine that asks for the end of its own slot."""
    own = asyncio.current_task()
    assert own is not None
    own.cancel()
    return "cancelled itself"


def _stop_loop(task: dict[str, Any]) -> str:
    """A coroutine that stops the loop in which it runs."""
    asyncio.get_running_loop().stop()
    return "stopped"


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
    "raise_oddly": _raise_oddly,
    "give": lambda task: VALUES[task["what"]](),
    "trap": lambda task: Trap(),
    "fork": _fork,
    "cancel_own": _cancel_own,
    "stop_loop": _stop_loop,
    "fine": lambda task: task.get("value", 0),
}
