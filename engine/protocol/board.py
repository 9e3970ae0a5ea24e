"""The board: what each worker is at, in a small memory-mapped file.

A row is eight 64-bit integers (a cache line). The first row belongs to the trial's loop, which stores the time in
every round; then there is one for each worker's slot. A worker writes its task's index before it starts the task and
erases it afterwards: two plain stores, no lock. The file outlives a kill -9, so it names the task that took a worker
down, and the orchestrator can read it while a task of the trial holds the GIL. A row is written by one worker only;
times are `time.perf_counter_ns()`, one clock for all processes of a machine.
"""

from __future__ import annotations

import mmap
import os
import time
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = 8
_PID, _TASK, _STARTED_NS, _READY = range(_COLUMNS, _COLUMNS + 4)  # behind the loop's row
_BEAT_NS, _PULSE_NS, _OPENED_NS = 0, 1, 2
_IDLE = -1
LONGEST_SLEEP_S = 0.05
"""A loop that runs freely says so at least this often, and looks this often at what others wrote."""


@dataclass(frozen=True, slots=True)
class BusySlot:
    """A worker that is at a task, as read from the board: the slot's number, and when the task was started."""

    number: int
    pid: int
    task: int
    started_s: float


def _for_its_owner(path: str, flags: int) -> int:
    """A file that only its owner may read, never through a link."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


class Board:
    """A view of the board's file; every process and thread opens it for itself or shares one."""

    def __init__(self, path: Path) -> None:
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._cells = memoryview(self._map).cast("q")
        self.slots = len(self._cells) // _COLUMNS - 1

    @classmethod
    def create(cls, path: Path, slots: int) -> Board:
        """A fresh board with `slots` idle rows; an older file of that name is replaced."""
        with open(path, "wb", opener=_for_its_owner) as file:
            file.write(bytes((slots + 1) * _COLUMNS * 8))
        board = cls(path)
        board.clear()
        return board

    @staticmethod
    def row(slot: int) -> tuple[int, int]:
        """The bytes at which a slot's task and its start (ns) stand, for who can read the file but not import this."""
        first = slot * _COLUMNS
        return (first + _TASK) * 8, (first + _STARTED_NS) * 8

    def beat(self) -> None:
        """Say that the trial's loop is alive, and so that no task holds the GIL."""
        self._cells[_BEAT_NS] = time.perf_counter_ns()

    def opened(self) -> None:
        """Say that the clock runs from now on."""
        self._cells[_OPENED_NS] = time.perf_counter_ns()

    def open_s(self) -> float:
        """Seconds since the clock runs; 0 while it does not."""
        opened_ns = self._cells[_OPENED_NS]
        return (time.perf_counter_ns() - opened_ns) / 1e9 if opened_ns else 0.0

    def pulse(self) -> None:
        """Say that the workers' event loop is alive, where they share one: no task holds it up."""
        self._cells[_PULSE_NS] = time.perf_counter_ns()

    def silent_s(self) -> float:
        """Seconds since the loop's last beat, or the event loop's last pulse where there is one."""
        last_ns = min(self._cells[_BEAT_NS], self._cells[_PULSE_NS] or self._cells[_BEAT_NS])
        return (time.perf_counter_ns() - last_ns) / 1e9

    def ready(self, slot: int, pid: int) -> None:
        """Say that the worker in `slot` has started and waits for tasks."""
        row = slot * _COLUMNS
        self._cells[row + _PID] = pid
        self._cells[row + _READY] = 1

    def begin(self, slot: int, task: int) -> None:
        """Say that `slot` starts `task` now. The index is stored last: a reader never sees it with an old time."""
        row = slot * _COLUMNS
        self._cells[row + _STARTED_NS] = time.perf_counter_ns()
        self._cells[row + _TASK] = task

    def idle(self, slot: int) -> None:
        """Say that `slot` has ended its task."""
        self._cells[slot * _COLUMNS + _TASK] = _IDLE

    def workers_ready(self) -> int:
        """How many workers have started since the board was cleared."""
        return sum(self._cells[slot * _COLUMNS + _READY] for slot in range(self.slots))

    def pids(self) -> set[int]:
        """The processes of the workers that have started."""
        return {pid for slot in range(self.slots) if (pid := self._cells[slot * _COLUMNS + _PID])}

    def busy(self) -> list[BusySlot]:
        """The slots that are at a task right now, each read once."""
        busy = []
        for slot in range(self.slots):
            row = slot * _COLUMNS
            if (task := self._cells[row + _TASK]) != _IDLE:
                busy.append(BusySlot(slot, self._cells[row + _PID], task, self._cells[row + _STARTED_NS] / 1e9))
        return busy

    def clear(self) -> None:
        """Make every row idle and unstarted, before a new generation of workers."""
        for slot in range(self.slots):
            row = slot * _COLUMNS
            self._cells[row + _TASK] = _IDLE
            self._cells[row + _PID] = self._cells[row + _READY] = self._cells[row + _STARTED_NS] = 0

    def close(self) -> None:
        """Give the mapping back; the file stays."""
        self._cells.release()
        self._map.close()
