"""A task process as its seat sees it: started, spoken to by frames, watched by its board, and killed.

Imported in Dask workers that have no engine, as `agent` is: standard library and its neighbour `frames` only.
"""

from __future__ import annotations

import json
import mmap
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

frames: Any = import_module(f"{__package__}.frames")  # so, because the package has another name in a Dask worker

Inbox = queue.SimpleQueue[tuple[Any, Any, Any]]
_IDLE = -1
_CELLS = struct.Struct("@q")


class Child:
    """A task process and the thread that reads what it says into the seat's inbox."""

    def __init__(self, slot: int, scratch: str, home: str, search_path: str, inbox: Inbox, number: int) -> None:
        self.board = os.path.join(scratch, f"board-{number}")
        self.began_s = time.perf_counter()
        self.ready = False
        told = {"slot": slot, "home": home, "board": self.board, "parent": os.getpid()}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.executors.dask.child", json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": search_path, "PYTHONUTF8": "1", "OVERLAP_HOME": home},
            cwd=scratch,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        self._orders = self.process.stdin.fileno()
        self._cells: mmap.mmap | None = None
        threading.Thread(target=self._follow, args=(inbox, number), daemon=True).start()

    def _follow(self, inbox: Inbox, number: int) -> None:
        assert self.process.stdout is not None
        for kind, payload in frames.read_all(self.process.stdout):
            inbox.put((kind, number, payload))
        inbox.put((b"gone", number, b""))

    def write(self, kind: bytes, payload: bytes) -> None:
        """Send a frame; that the process is gone will be told by its reader."""
        with suppress(OSError):
            frames.write(self._orders, kind, payload)

    def at_work(self, row: tuple[int, int]) -> tuple[int, float] | None:
        """The task that is under way and when it began, by the process's board; it can be read after its death."""
        if self._cells is None:
            try:
                with open(self.board, "rb") as file:
                    self._cells = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except (OSError, ValueError):
                return None
        task, started_ns = (_CELLS.unpack_from(self._cells, at)[0] for at in row)
        return None if task == _IDLE else (task, started_ns / 1e9)

    def kill(self) -> None:
        """End the process and all that its tasks have started."""
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    def close(self) -> None:
        """Kill it, and give back what it had open."""
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
