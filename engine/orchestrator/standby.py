"""An orchestrator that has done its imports and waits for a run: what somebody waits for begins half a second sooner.

Both ends of it. `Standby` is the app's: it keeps at most one such process, and gives it away with its first order.
`await_order` is the process's: it waits without using a CPU, and becomes the orchestrator of the run that it is told.

It dies with the app (its stdin closes), and by itself after IDLE_S. Once it answers an order, it is what a process
started for that run would be; until then, whatever happens to it, another one is started instead. It is used only where
a new one would have the same environment, folder and code.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from threading import Lock

from engine.machine import child

FLAG = "--standby"
_COMMAND = ("-m", "engine", "work", FLAG)
IDLE_S = 300
"""After so long without an order it ends."""
_AFTER_S = 0.7
"""It leaves the CPUs for so long to the page that is being drawn before it does its imports."""
_ANSWER_S = 3.0
"""How long an answer is waited for: its imports may be under way."""
_BEGIN = b"\n"
"""What it is told once it has answered in time."""
_FIRST = ("engine.orchestrator.main", "engine.orchestrator.job", "sqlalchemy.dialects.sqlite", "email.parser")
"""What a job imports before its first trial starts."""
_AVAILABLE = hasattr(signal, "alarm") and hasattr(os, "dup2")
"""Whether this system has what an end by itself takes; Windows has not."""


class Standby:
    """At most one waiting process; any thread may call."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._like: object = None
        """What it was started with."""

    def prepare(self, variables: Mapping[str, str]) -> None:
        """Start one where none waits; `variables` as `child.start` takes them. Raises OSError when it cannot start."""
        if not _AVAILABLE or not self._lock.acquire(blocking=False):  # one is being given away
            return
        try:
            if self._process is None or self._process.poll() is not None:
                self._forget()
                like = _surroundings(variables)  # first: what changes meanwhile makes it another one
                self._process = child.start(_COMMAND, variables=variables, stderr=subprocess.DEVNULL)
                self._like = like
        finally:
            self._lock.release()

    def taken(self, order: Sequence[str], log: Path, variables: Mapping[str, str]) -> subprocess.Popen[bytes] | None:
        """The waiting process, which has begun with these arguments; None where a new one has to be started."""
        with self._lock:
            process = self._process
            if process is None:
                return None
            if self._like == _surroundings(variables) and _answers(process, order, log):
                self._process = None
                return process
            self._forget()
            return None

    def close(self) -> None:
        """End the one that waits."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            child.end(process)


def _surroundings(variables: Mapping[str, str]) -> object:
    """What a process that is started now would have: its environment, its folder, and the engine's newest file."""
    newest = max((file.stat().st_mtime_ns for file in Path(child.ROOT, "engine").rglob("*.py")), default=0)
    return child.environment(variables), os.getcwd(), newest


def _answers(process: subprocess.Popen[bytes], order: Sequence[str], log: Path) -> bool:
    """Whether it has taken the order; if not, it may be dead, be stopped, or have no log to write to."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps([str(log), *order]).encode() + b"\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as answer:
            answer.register(process.stdout, selectors.EVENT_READ)
            if not answer.select(_ANSWER_S) or not os.read(process.stdout.fileno(), 1):
                return False
        process.stdin.write(_BEGIN)  # one that answers too late, while another is started instead, must not begin, too
        process.stdin.flush()
    except OSError:  # it died before it could read
        return False
    process.stdout.close()
    return True


def await_order() -> list[str]:
    """Wait for an order, doing the imports meanwhile; gives its arguments. Ends the process where none comes."""
    signal.alarm(IDLE_S)  # unhandled, it ends the process at once: either before the answer, or not at all
    with selectors.DefaultSelector() as orders:
        orders.register(0, selectors.EVENT_READ)
        if not orders.select(_AFTER_S):
            for name in _FIRST:
                import_module(name)
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := os.read(0, 65536)):  # the app is gone
            os._exit(0)
        line += piece
    log, *arguments = json.loads(line)
    answer = os.dup(1)
    _move(1, os.open(os.devnull, os.O_WRONLY))
    _move(2, os.open(log, os.O_WRONLY | os.O_APPEND))
    signal.alarm(0)
    os.write(answer, b"\n")
    os.close(answer)
    if os.read(0, len(_BEGIN)) != _BEGIN:  # another one was started instead
        os._exit(0)
    return list(arguments)


def _move(number: int, opened: int) -> None:
    os.dup2(opened, number)
    os.close(opened)
