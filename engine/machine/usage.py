"""What a worker uses: CPU time, how long it waited for a CPU that others held, page faults, context switches.

The run-queue delay is how long a thread was ready to run while no CPU was given to it: the second number
of /proc/self/task/TID/schedstat (Linux, Documentation/scheduler/sched-stats.rst), one read of about 1 µs from a
file that stays open. Where there is none it is None everywhere. The standard library only: workers import this.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from operator import add, sub
from typing import Any, NamedTuple

if sys.platform != "win32":
    import resource

_SCHEDSTAT = "/proc/self/task/{}/schedstat"


class Used(NamedTuple):
    """What a process, or a thread, used up to now; the run-queue delay is None where the system does not tell it.

    Blocks are of 512 bytes, read from and written to disks.
    """

    cpu_s: float = 0.0
    run_delay_s: float | None = 0.0
    minor_faults: int = 0
    major_faults: int = 0
    voluntary_switches: int = 0
    involuntary_switches: int = 0
    blocks_read: int = 0
    blocks_written: int = 0

    def since(self, before: Used) -> Used:
        """What was used after `before`."""
        return _each(sub, self, before)

    def plus(self, other: Used) -> Used:
        """Both together."""
        return _each(add, self, other)


def _each(how: Callable[[Any, Any], Any], one: Used, other: Used) -> Used:
    """Field by field; a delay that is unknown on either side stays unknown. A worker does this for every chunk."""
    if one.run_delay_s is None or other.run_delay_s is None:
        told = _each(how, one._replace(run_delay_s=0.0), other._replace(run_delay_s=0.0))
        return told._replace(run_delay_s=None)
    return Used(*map(how, one, other))


class RunQueue:
    """The run-queue delay of the thread that made this. Raises OSError where the system does not tell it."""

    def __init__(self) -> None:
        self._file = -1
        if sys.platform != "linux":
            raise OSError("only Linux tells the run-queue delay")
        self._file = os.open(_SCHEDSTAT.format(threading.get_native_id()), os.O_RDONLY | os.O_CLOEXEC)
        if int(os.pread(self._file, 96, 0).split()[2]) == 0:  # a thread that runs was given a CPU at least once
            raise OSError("this kernel does not count the run-queue delay")

    def delay_s(self) -> float:
        """Seconds for which the thread was ready and had no CPU, since it began."""
        return int(os.pread(self._file, 96, 0).split()[1]) * 1e-9

    def __del__(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)


def run_queue() -> RunQueue | None:
    """The calling thread's run queue; None where the system does not tell."""
    with suppress(OSError, IndexError, ValueError):
        return RunQueue()
    return None


def children_cpu_s() -> float:
    """CPU seconds of all processes that this one has waited for, to the microsecond; 0 on Windows."""
    if sys.platform == "win32":
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def process_cpu_s() -> float:
    """CPU seconds of this process with all its threads, and of the children that it has waited for."""
    return time.process_time() + children_cpu_s()


def process_used() -> Used:
    """What this process used, its children's CPU time included; the run-queue delay is left at 0: it is a thread's."""
    if sys.platform == "win32":
        return Used(cpu_s=process_cpu_s())
    own = resource.getrusage(resource.RUSAGE_SELF)
    return Used(
        process_cpu_s(), 0.0, own.ru_minflt, own.ru_majflt, own.ru_nvcsw, own.ru_nivcsw, own.ru_inblock, own.ru_oublock
    )


class SharedChildren:
    """Children's CPU time where several workers share a process: who ends a task next is given what is new.

    A child's time counts once its parent has waited for it, which a task usually does just before its end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_s = children_cpu_s()

    def claim_s(self) -> float:
        """Seconds that nobody was given yet."""
        total_s = children_cpu_s()
        if total_s == self._given_s:
            return 0.0
        with self._lock:
            new_s, self._given_s = total_s - self._given_s, max(total_s, self._given_s)
        return max(0.0, new_s)


def transported_bytes() -> tuple[int, int] | None:
    """(read, written) by this process through files and pipes; None where the system does not tell.

    The kernel counts read(2) and write(2): what goes through send(2) and recv(2) of a socket is not in it.
    """
    with suppress(OSError, ValueError, IndexError), open("/proc/self/io", "rb") as file:
        read, written = (int(file.readline().split()[1]) for _ in range(2))
        return read, written
    return None
