"""Reading one process's CPU time and memory, as cheaply as each system allows; used by `sampler`.

On Linux one `pread` of a file that stays open gives both CPU time and resident size (proc(5),
`stat` fields 14, 15, 20 and 24), about 10 µs instead of psutil's 100: watching must not cost what is watched.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Protocol

import psutil

from engine.model import MemoryKind

_MB = 1e6


class ProcessReader(Protocol):
    """Reads one process; every method raises psutil.NoSuchProcess once it is gone."""

    def quick(self) -> tuple[float, float, int]:
        """(CPU seconds so far, resident MB, native threads), cheap."""
        ...

    def memory_mb(self, kind: MemoryKind) -> float:
        """The memory of this kind in MB, dear. Raises psutil.AccessDenied."""
        ...


class PortableReader:
    """psutil's view, on every system."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)

    def quick(self) -> tuple[float, float, int]:
        """(CPU seconds so far, resident MB, native threads)."""
        with self.process.oneshot():
            times = self.process.cpu_times()
            return times.user + times.system, self.process.memory_info().rss / _MB, self.process.num_threads()

    def memory_mb(self, kind: MemoryKind) -> float:
        """PSS, USS or RSS in MB, whichever is asked for."""
        full: Any = self.process.memory_info() if kind == "rss" else self.process.memory_full_info()
        figure: float = getattr(full, kind)
        return figure / _MB


class LinuxReader:
    """The kernel's own files."""

    _tick_s = 1 / os.sysconf("SC_CLK_TCK") if sys.platform == "linux" else 0.0
    _page_mb = os.sysconf("SC_PAGE_SIZE") / _MB if sys.platform == "linux" else 0.0

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            raise psutil.NoSuchProcess(pid) from None

    def quick(self) -> tuple[float, float, int]:
        """(CPU seconds so far, resident MB, native threads)."""
        try:
            # The second field is the program's name in brackets, which may hold spaces.
            fields = os.pread(self._stat, 1024, 0).rpartition(b")")[2].split()
        except OSError:
            raise psutil.NoSuchProcess(self.pid) from None
        if not fields or fields[0] in b"ZX":
            raise psutil.NoSuchProcess(self.pid)
        cpu_s = (int(fields[11]) + int(fields[12])) * self._tick_s
        return cpu_s, int(fields[21]) * self._page_mb, int(fields[17])

    def memory_mb(self, kind: MemoryKind) -> float:
        """PSS in MB from `smaps_rollup`; other kinds as psutil gives them."""
        if kind != "pss":
            return PortableReader(self.pid).memory_mb(kind)
        try:
            with open(f"/proc/{self.pid}/smaps_rollup", "rb") as file:
                for line in file:
                    if line.startswith(b"Pss:"):
                        return int(line.split()[1]) * 1024 / _MB
        except PermissionError:
            raise psutil.AccessDenied(self.pid) from None
        except OSError:
            raise psutil.NoSuchProcess(self.pid) from None
        raise psutil.NoSuchProcess(self.pid)

    def __del__(self) -> None:
        if hasattr(self, "_stat"):
            with contextlib.suppress(OSError):
                os.close(self._stat)


def tree(root: int) -> list[int]:
    """The process `root` and all below it; empty once it is gone.

    Linux lists each thread's children (proc(5), CONFIG_PROC_CHILDREN), which costs by the size of the
    tree; psutil's walk costs by the number of processes on the machine.
    """
    if sys.platform != "linux" or not os.path.exists(f"/proc/{root}/task/{root}/children"):
        with contextlib.suppress(psutil.NoSuchProcess):
            return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
        return []
    found: list[int] = []
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        with contextlib.suppress(OSError):
            threads = os.listdir(f"/proc/{pid}/task")
            found.append(pid)
            for thread in threads:
                waiting.extend(_children(pid, thread))
    return found


def _children(pid: int, thread: str) -> list[int]:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
        return [int(child) for child in file.read().split()]
    return []


def reader(pid: int) -> ProcessReader:
    """The best reader for this system. Raises psutil.NoSuchProcess."""
    return LinuxReader(pid) if sys.platform == "linux" else PortableReader(pid)
