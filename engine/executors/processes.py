"""`processes`: concurrent.futures.ProcessPoolExecutor, by any start method that this system has.

forkserver is the default where there is one: workers are forked from a clean server that has the
workload preloaded. spawn is next. fork can be chosen to show its cost: its pool opens before the
trial has a thread, and a broken one is not opened again (forking beside threads can deadlock).
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import forkserver
from typing import Any

from engine.executors.base import Factory, Start
from engine.machine import leftovers
from engine.machine.lifeline import die_with_parent, kill_own_group
from engine.model import Configuration

WINDOWS_MOST = 61  # WaitForMultipleObjects; see the concurrent.futures documentation


class Processes(Factory):
    """Workers are processes: each has its own interpreter and memory."""

    name = "processes"
    can_kill = True
    own_process = True
    pickles = True
    start_methods = tuple(
        method for method in ("forkserver", "spawn", "fork") if method in multiprocessing.get_all_start_methods()
    )

    def __init__(self, configuration: Configuration) -> None:
        super().__init__(configuration)
        self.context: Any = multiprocessing.get_context(self.start_method)

    @classmethod
    def unavailable(cls) -> str | None:
        """Pools of processes need semaphores; those of Linux lie in /dev/shm, which a container may lack."""
        return _no_semaphores() if sys.platform == "linux" else None

    @classmethod
    def most_workers(cls) -> int | None:
        """61 on Windows, no limit elsewhere."""
        return WINDOWS_MOST if sys.platform == "win32" else None

    def open(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """A pool of `workers` processes; with forkserver, the modules of `start` are imported once, in the server."""
        steps = self.first_steps(start, arguments)
        return ProcessPoolExecutor(max_workers=self.workers, mp_context=self.context, **steps)

    def first_steps(self, start: Start, arguments: tuple[Any, ...]) -> dict[str, Any]:
        """What each worker of a pool runs first, by the names that pools of processes give it."""
        if self.start_method == "forkserver":
            leftovers.keep_sockets_short()
            forkserver.set_forkserver_preload(["engine.executors.tether", *preload(start, arguments)])
        slots = self.context.SimpleQueue()
        for slot in range(self.workers):
            slots.put(slot)
        return {"initializer": enter, "initargs": (slots, start, arguments)}

    def replace(self, start: Start, arguments: tuple[Any, ...]) -> Executor:
        """A new pool after a break; fork raises TrialBroken, because this process has threads by now."""
        if self.start_method == "fork":
            return super().replace(start, arguments)
        return self.open(start, arguments)


def _no_semaphores() -> str | None:
    """Why no semaphore can be made here; None where one could."""
    try:
        multiprocessing.get_context("fork").Lock()  # of fork's kind: it starts no tracker and leaves nothing behind
    except OSError as error:
        return (
            f"it needs semaphores, and none can be made here ({error.strerror}): have /dev/shm mounted and writable "
            "(in a container: --shm-size=64m)."
        )
    return None


def preload(start: Start, arguments: tuple[Any, ...]) -> list[str]:
    """The modules that a worker will import anyway: that of `start`, and those its arguments name."""
    named = [name for argument in arguments for name in getattr(argument, "preload", ())]
    return [start.__module__, *named]


def enter(slots: Any, start: Start, arguments: tuple[Any, ...]) -> None:
    """Runs first in every worker process: tie it to its parent, take a slot, start."""
    tie_to_parent()
    start(slots.get(), *arguments)


def tie_to_parent() -> None:
    """End this process with the trial, by the kernel where it can and by a thread elsewhere."""
    die_with_parent()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), name="overlap-parent", daemon=True).start()


def _follow(parent: Any) -> None:
    """Ends this worker once the trial has ended, also where the kernel offers no parent-death signal."""
    parent.join()
    kill_own_group()
