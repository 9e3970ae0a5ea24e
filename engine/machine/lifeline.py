"""Who dies with whom: nothing that the engine starts may outlive what started it.

Two lines, because each has a hole. A closed stdin tells a process that its parent died, on every
system, but a task that holds the GIL in C silences the thread that would notice. On Linux the
kernel can be asked to kill a child with its parent (PR_SET_PDEATHSIG, prctl(2)); the request
follows the *thread* that created the child, so children must be started from main threads.

Lowest floor, standard library only: it is also preloaded into the forkserver (see `tether`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent_pid: int | None = None) -> None:
    """Ask the kernel to kill this process when its parent ends; does nothing where that is not Linux.

    `parent_pid` is the expected parent: when it is already gone, this process exits at once,
    because the request came too late. Raises OSError when the kernel refuses.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(1)


def take_stdin() -> int:
    """Keep stdin for this process alone: gives a private descriptor of it, and leaves an empty input in its place.

    What runs here later, and the processes that it starts, then read nothing instead of this process's orders.
    """
    private = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return private


def watch_stdin(on_line: Callable[[str], None], on_end: Callable[[], None], descriptor: int = 0) -> None:
    """Call `on_line` for every line on stdin and `on_end` once it closes, from a thread of its own.

    `descriptor` is where stdin was moved to, see `take_stdin`.
    """

    def watch() -> None:
        # Raw reads: a buffered reader's lock would abort the interpreter's exit.
        pending = b""
        while piece := os.read(descriptor, 4096):
            *lines, pending = (pending + piece).split(b"\n")
            for line in lines:
                on_line(line.decode("utf-8", "replace"))
        on_end()

    threading.Thread(target=watch, name="overlap-stdin", daemon=True).start()


def kill_own_group() -> None:
    """End this process and all that it started, at once; the process must lead its own group."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
