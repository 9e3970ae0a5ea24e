"""The process of one trial: how it is started, read, told to stop, killed and waited for."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
from typing import Protocol

from engine.machine import child, leftovers, private
from engine.machine.interpreters import executable
from engine.machine.sampler import Sampler
from engine.machine.variables import as_variables
from engine.orchestrator.supervision.outcome import Assignment
from engine.protocol.events import CANCEL

_PIPE_BYTES = 1 << 20  # so that a trial does not wait while its records are being stored


class Process(Protocol):
    """What a supervisor needs of a trial's process; tests bring one that follows a script."""

    @property
    def sampler(self) -> Sampler:
        """What read its memory and CPU time; complete once it is closed."""

    def read(self, timeout_s: float) -> bytes | None:
        """What it wrote meanwhile, b"" for nothing yet, None when it has left and all that it wrote is read."""

    def ask_to_stop(self) -> None:
        """Ask it to leave soon."""

    def kill(self) -> None:
        """End it and all that it started."""

    def wait(self) -> str:
        """Wait until it is gone; its unexpected exit in one sentence."""

    def close(self) -> None:
        """Give back what it held."""


class TrialProcess:
    """`python -m engine trial SPECIFICATION`, with a pipe to its stdin and one from its stdout."""

    def __init__(self, work: Assignment) -> None:
        variables = {**as_variables(work.configuration.environment), **work.secrets, "OVERLAP_TRIAL": "1"}
        python = executable(work.configuration.python) if work.configuration.python else sys.executable
        with open(work.log, "ab", opener=private.opener) as log:
            self._process = child.start(
                ["-m", "engine", "trial", str(work.specification)],
                python=python, path=work.search_path, variables=variables, stderr=log,
            )  # fmt: skip
        assert self._process.stdout is not None and self._process.stdin is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        _widen(self._stdout.fileno())
        self.sampler = Sampler(self._process.pid)
        self.sampler.start()

    def read(self, timeout_s: float) -> bytes | None:
        """What it wrote meanwhile, b"" for nothing yet, None when it has left and all that it wrote is read."""
        left = has_left(self._process)  # asked first: what it wrote before is in the pipe by now
        if self._selector.select(0 if left else timeout_s):
            return os.read(self._stdout.fileno(), _PIPE_BYTES) or None
        return None if left else b""  # what a task has started may hold the pipe open for as long as it lives

    def ask_to_stop(self) -> None:
        """Write a cancel to its stdin."""
        with contextlib.suppress(OSError):  # it may be leaving already
            self._stdin.write(f"{CANCEL}\n".encode())
            self._stdin.flush()

    def kill(self) -> None:
        """End the trial and all that it started."""
        child.kill(self._process)

    def wait(self) -> str:
        """Wait until it is gone; its unexpected exit in one sentence."""
        return died(self._process.wait())

    def close(self) -> None:
        """Stop reading its memory, remove what its processes left on this machine, and close both pipes."""
        self.sampler.stop()
        with contextlib.suppress(OSError):  # what others left behind is removed, too: it must not fail this run
            leftovers.sweep(own=False)  # the group was killed with its resource tracker
        self._selector.close()
        self._stdout.close()
        with contextlib.suppress(OSError):  # a cancel that it did not read any more
            self._stdin.close()


def has_left(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended. Where the system allows it, it is only looked at and not yet waited for.

    Until then no other process gets its number, which is also its group's, and that group is still to be killed.
    """
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def died(code: int) -> str:
    """A process's unexpected exit in one sentence."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"The trial's process was ended by {signal.Signals(-code).name}."
    return f"The trial's process ended with exit code {code} before its tasks did."


def _widen(descriptor: int) -> None:
    """Have a pipe hold a megabyte, where Linux lets it."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # the system's limit for unprivileged pipes may be lower
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
