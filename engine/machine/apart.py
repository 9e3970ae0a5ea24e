"""Reading what strangers sent in a process of its own, with a limit of time and memory.

A parser that is led astray (a list of a million columns, a document that grows to gigabytes) then costs its own process
and a sentence, never the server that everybody uses. The child ends with its parent. Only functions that are named by
their place, over plain values, are run there: `run("engine.workloads.web.lists.apart:file", path, …)`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from engine.config import Settings
from engine.errors import InputRefused, OverlapError, TaskFailed
from engine.machine import child
from engine.machine.lifeline import die_with_parent

POLL_S = 0.05
RESULT_MB = 50
"""The largest result that is taken over: of a list with a million entries that are no addresses, say."""
_TOO_LARGE = 3
"""Exit code of a child that ran out of memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may take, and what the settings that say so are called."""

    seconds: float
    memory_mb: float

    @classmethod
    def of(cls, settings: Settings, times: float = 1.0) -> Limits:
        """The settings' limits; `times` as many seconds, for work that only takes long because it is much."""
        return cls(settings.reading_limit_s * times, settings.reading_memory_mb)


def run(
    function: str,
    *arguments: Any,
    limits: Limits,
    look: Callable[[float], None] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Any:
    """The result of `module:function` over these arguments, from a child process.

    `look` is called about every 0.05 s with the seconds so far; what it raises ends the child. `secrets` are
    variables for the child's environment. Raises what the function raises for people (OverlapError, TaskFailed),
    and InputRefused for what takes too long or too much memory.
    """
    began_s = time.monotonic()
    with tempfile.TemporaryFile() as result:
        process = _started(result, secrets or {})
        try:
            _send(process, (os.getpid(), limits, function, arguments))
            while process.poll() is None:
                spent_s = time.monotonic() - began_s
                if spent_s > limits.seconds:
                    raise _too_long(limits)
                if look is not None:
                    look(spent_s)
                time.sleep(POLL_S)
        finally:
            process.kill()
            process.wait()
        return _outcome(process.returncode, result, limits)


def _started(result: IO[bytes], secrets: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return child.start(["-m", "engine.machine.apart"], variables=secrets, stdout=result)


def _send(process: subprocess.Popen[bytes], call: Any) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:  # it has ended already: its exit code says why
        process.stdin.write(pickle.dumps(call))


def _outcome(code: int, result: IO[bytes], limits: Limits) -> Any:
    if code == -getattr(signal, "SIGXCPU", 0):
        raise _too_long(limits)
    if code in (_TOO_LARGE, -getattr(signal, "SIGKILL", 9), -getattr(signal, "SIGXFSZ", 0)):
        raise InputRefused(
            f"Reading this takes more than {limits.memory_mb:,.0f} MB of memory, the most that is allowed here "
            "(OVERLAP_READING_MEMORY_MB): split it."
        )
    if result.seek(0, os.SEEK_END) > RESULT_MB * 1_000_000:
        raise InputRefused(f"What was read here would take the server more than {RESULT_MB} MB of memory: split it.")
    result.seek(0)
    try:
        good, value = pickle.load(result)
    except (EOFError, pickle.UnpicklingError):
        raise InputRefused(f"This cannot be read: the process that read it ended with exit code {code}.") from None
    if not good:
        raise value
    return value


def _too_long(limits: Limits) -> InputRefused:
    return InputRefused(
        f"Reading this takes longer than {limits.seconds:,.0f} s, the most that is allowed here "
        "(OVERLAP_READING_LIMIT_S): split it."
    )


# -- in the child ----------------------------------------------------------------


def main() -> None:
    """Do the call on stdin under its limits, and write how it ended to stdout."""
    parent, limits, function, arguments = pickle.load(sys.stdin.buffer)
    die_with_parent(parent)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print belongs to the log
    _limit(limits)
    module, _, name = function.partition(":")
    try:
        ending = (True, getattr(import_module(module), name)(*arguments))
    except MemoryError:
        os._exit(_TOO_LARGE)
    except (OverlapError, TaskFailed) as error:
        ending = (False, error)
    try:
        pickle.dump(ending, output)
        output.flush()
    except MemoryError:
        os._exit(_TOO_LARGE)
    os._exit(0)


def _limit(limits: Limits) -> None:
    """Have the kernel end this process when it takes more (setrlimit(2)); Windows has no such limits."""
    if sys.platform == "win32":
        return
    import resource

    seconds = int(limits.seconds) + 1
    for kind, most in (
        (resource.RLIMIT_AS, int(limits.memory_mb * 1e6)),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; a lower limit is in force already
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
