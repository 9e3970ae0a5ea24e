"""Tasks that kill their worker, for the isolation experiment; each writes down when what happened.

One line an event: task, what (began, ended, died), `time.perf_counter()`, which is one clock for all processes
of a machine. Standard library only: it runs in the engine's own workers.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One line of the diary: the task, the process it was in, what happened and when."""

    task: int
    pid: int
    what: str
    at_s: float


def run(argument: dict[str, Any]) -> int:
    """Wait a little; a victim kills its worker, the first time or (poison) every time."""
    _begin(argument)
    time.sleep(argument["seconds"])
    return _end(argument)


async def run_async(argument: dict[str, Any]) -> int:
    """`run` as a coroutine."""
    _begin(argument)
    await asyncio.sleep(argument["seconds"])
    return _end(argument)


def _begin(argument: dict[str, Any]) -> None:
    diary, task = Path(argument["diary"]), int(argument["task"])
    first = not any(event.task == task and event.what == "died" for event in read_diary(diary))
    _write(diary, task, "began")
    if argument["dies"] == "always" or (argument["dies"] == "once" and first):
        _write(diary, task, "died")
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def _end(argument: dict[str, Any]) -> int:
    _write(Path(argument["diary"]), argument["task"], "ended")
    return int(argument["task"])


def read_diary(diary: Path) -> list[Event]:
    """All that was written down so far."""
    if not diary.exists():
        return []
    rows = (line.split() for line in diary.read_text(encoding="utf-8").splitlines())
    return [Event(int(task), int(pid), what, float(at)) for task, pid, what, at in rows]


def _write(diary: Path, task: int, what: str) -> None:
    line = f"{task} {os.getpid()} {what} {time.perf_counter():.6f}\n".encode()
    # One write to a file opened for appending is not mixed with others' (open(2), O_APPEND).
    descriptor = os.open(diary, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
