"""One trial's process, seen from the orchestrator: start it, read its lines, hold it to its limits.

Records become rows as they arrive; the sampler watches the tree meanwhile. What the trial cannot
see itself (a task that holds the GIL, or blocks its only thread) the supervisor sees on the board.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.config import without_secrets
from engine.machine import leftovers, private
from engine.machine.sampler import Sampler
from engine.machine.variables import as_variables
from engine.model import Configuration, Measurement
from engine.orchestrator.pythons import executable
from engine.protocol.board import Board, Post
from engine.protocol.record import TASK, Row, row, succeeded

FLUSH_S = 0.4
FLUSH_ROWS = 5_000
TICK_S = 0.1
CANCEL_S = 1.2
"""How long a cancelled trial may take to leave before it is killed."""
BACKUP_S = 2.0
"""How much later than the trial the supervisor enforces a limit that the trial can enforce itself."""
SILENT_S = 0.5
"""A loop that did not come round for this long (ten times its longest sleep) is kept from the GIL."""
TOLD = (
    "cpu_s", "chunk", "run_delay_s", "loop_delay_s", "minor_faults", "major_faults", "voluntary_switches",
    "involuntary_switches", "disk_read_mb", "disk_written_mb", "sent_mb", "received_mb", "loop_s", "pickling_s",
)  # fmt: skip
"""What the trial measures of itself and says at its end, by the names of `Measurement`."""
_PIPE_BYTES = 1 << 20  # so that a trial does not wait while its records are being stored


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a supervisor needs to know of one trial."""

    trial_id: int
    specification: Path
    board: Path
    configuration: Configuration
    labels: Callable[[], Sequence[str]]
    """The tasks' labels, by index: read while the trial's interpreter starts. Raises OverlapError when it cannot be."""
    limit_s: float | None
    can_kill: bool
    has_async: bool
    log: Path
    search_path: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables for the trial's environment that no file may hold."""
    whole_limit_s: float | None = None
    """The limit of all tasks together, for a trial whose tasks nobody sees one by one."""


@dataclass(slots=True)
class Outcome:
    """How a trial's process ended. `suspects` are (task, attempts so far) pairs, None where the board must tell."""

    ended: bool = False
    cancelled: bool = False
    message: str | None = None
    final: bool = False
    suspects: list[tuple[int, int]] | None = None
    busy: list[Post] = field(default_factory=list)
    overdue: set[int] = field(default_factory=set)
    measurement: Measurement = field(default_factory=Measurement)
    samples: list[dict[str, float]] = field(default_factory=list)
    counted: tuple[int, int] = (0, 0)
    """Tasks that went well and that failed in a trial without records."""
    example: str | None = None
    """Why the first of those failed."""
    origin_s: float = 0.0


class Supervisor:
    """Runs one trial. `save` stores rows; `cancelled` says whether somebody asked for the end."""

    def __init__(self, work: Assignment, save: Callable[[list[Row], int, int], None], cancelled: Callable[[], bool]):
        self.work, self.save, self.cancelled = work, save, cancelled
        self.outcome = Outcome()
        self.done: set[int] = set()
        """Tasks whose record has arrived."""
        self.process: subprocess.Popen[bytes] | None = None
        self._labels: Sequence[str] = ()
        self._rows: list[Row] = []
        self._failed = 0
        self._events: dict[str, dict[str, Any]] = {}
        self._rest = b""
        self._flushed_s = 0.0
        self._cancel_s: float | None = None
        self._board: Board | None = None

    def run(self) -> Outcome:
        """Start the trial, see it through to its exit, and say how it ended."""
        began_s = self._start()
        assert self.process is not None and self.process.stdout is not None
        sampler = Sampler(self.process.pid)
        sampler.start()
        try:
            self._labels = self.work.labels()
            self._read(self.process.stdout.fileno())
        finally:
            self.kill()
            self.process.wait()
            exited_s = time.perf_counter()
            sampler.stop()
            with contextlib.suppress(OSError):  # others' leavings, too: none may fail this run
                leftovers.sweep(own=False)  # the group was killed with its resource tracker
            self.process.stdout.close()
            if self.process.stdin:
                self.process.stdin.close()
        self._flush()
        self._conclude(began_s, exited_s, sampler)
        return self.outcome

    def kill(self) -> None:
        """End the trial and all that it started."""
        if self.process is None:
            return
        if sys.platform == "win32":
            self.process.kill()
        else:
            # The group outlives its leader as long as one worker lives; an empty group is no error.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _start(self) -> float:
        work = self.work
        own = {"PYTHONPATH": work.search_path, "PYTHONUTF8": "1", "OVERLAP_TRIAL": "1"}
        environment = {
            **without_secrets(os.environ), **as_variables(work.configuration.environment), **work.secrets, **own,
        }
        python = executable(work.configuration.python) if work.configuration.python else sys.executable
        began_s = time.perf_counter()
        with open(work.log, "ab", opener=private.opener) as log:
            self.process = subprocess.Popen(
                [python, "-P", "-m", "engine", "trial", str(work.specification)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        if sys.platform == "linux" and self.process.stdout:
            import fcntl

            with contextlib.suppress(OSError):  # the system's limit for unprivileged pipes may be lower
                fcntl.fcntl(self.process.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._flushed_s = began_s - FLUSH_S  # the first records are stored at once: somebody waits for them
        return began_s

    def _read(self, descriptor: int) -> None:
        """Take lines in and look at the limits until the trial has left and all that it wrote is read."""
        assert self.process is not None
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            next_tick = 0.0
            while True:
                left = has_left(self.process)  # asked first: what it wrote before is in the pipe by now
                if selector.select(0 if left else TICK_S):
                    piece = os.read(descriptor, _PIPE_BYTES)
                    if not piece:
                        return
                    self._take(piece)
                elif left:  # what a task has started may hold the pipe open for as long as it lives
                    return
                now = time.perf_counter()
                if len(self._rows) >= FLUSH_ROWS or (self._rows and now - self._flushed_s >= FLUSH_S):
                    self._flush()
                if now >= next_tick:
                    next_tick = now + TICK_S
                    self._tick(now)

    def _take(self, piece: bytes) -> None:
        """Turn whole lines into rows and events; the rest waits for its end."""
        whole, _, self._rest = (self._rest + piece).rpartition(b"\n")
        if not whole:
            return
        trial_id, labels, rows, done = self.work.trial_id, self._labels, self._rows, self.done
        origin = self.outcome.origin_s
        for item in json.loads(b"[" + whole.replace(b"\n", b",") + b"]"):
            if isinstance(item, dict):
                self._events[item["event"]] = item
                if item["event"] == "open":
                    origin = self.outcome.origin_s = item["at"]
                continue
            if (task := item[TASK]) in done:
                continue  # a task has one record in a trial, the first
            done.add(task)
            if not succeeded(item):
                self._failed += 1
            rows.append(row(trial_id, labels, item, origin))

    def _flush(self) -> None:
        rows, self._rows, failed, self._failed = self._rows, [], self._failed, 0
        if rows:
            self.save(rows, len(rows) - failed, failed)
        self._flushed_s = time.perf_counter()

    def _tick(self, now: float) -> None:
        if self._cancel_s is None and self.cancelled():
            self._cancel_s = now
            self.outcome.cancelled = True
            assert self.process is not None and self.process.stdin is not None
            with contextlib.suppress(OSError):  # it may be leaving already
                self.process.stdin.write(b"cancel\n")
                self.process.stdin.flush()
        if self._cancel_s is not None and now - self._cancel_s > CANCEL_S:
            self.kill()
        elif self.work.whole_limit_s and "open" in self._events and "end" not in self._events:
            if time.perf_counter() - self.outcome.origin_s > self.work.whole_limit_s:
                self.outcome.message = f"The trial was ended after its limit of {self.work.whole_limit_s:.0f} s."
                self.kill()
        elif self.work.limit_s and "open" in self._events and "end" not in self._events:
            self._board = self._board or Board(self.work.board)
            alone = self.work.can_kill or (self.work.has_async and self._board.silent_s() < SILENT_S)
            self._hold_to_limit(self._board, self.work.limit_s + (BACKUP_S if alone else 0.0), now)

    def _hold_to_limit(self, board: Board, limit_s: float, now: float) -> None:
        """Kill a trial with a task past its limit. Whose fault it is is certain where it was the only one
        at work, has a process of its own, or the loop still beats; else a task may hold the GIL and make
        others late, so all are suspects."""
        busy = board.busy()
        overdue = {post.task for post in busy if now - post.started_s > limit_s and post.task is not None}
        if not overdue:
            return
        if self.work.can_kill or len(busy) == 1 or board.silent_s() < SILENT_S:
            self.outcome.overdue |= overdue
        self.kill()

    def _conclude(self, began_s: float, exited_s: float, sampler: Sampler) -> None:
        outcome, events = self.outcome, self._events
        end, broken = events.get("end"), events.get("broken")
        outcome.ended = end is not None and "closing" in events and not end["cancelled"]
        outcome.cancelled = outcome.cancelled and not outcome.ended
        if broken:
            outcome.message, outcome.final = broken["message"], broken["final"]
            outcome.suspects = None if broken["suspects"] is None else [(a, b) for a, b in broken["suspects"]]
        elif not outcome.ended and not outcome.cancelled:
            assert self.process is not None
            outcome.message = outcome.message or died(self.process.returncode)
        if end:
            outcome.counted = (end.get("ok", 0), end.get("failed", 0))
            outcome.example = end["example"][2] if end.get("example") else None
        if self.work.board.exists():
            outcome.busy = Board(self.work.board).busy()
        outcome.measurement = self._measurement(began_s, exited_s, sampler)
        outcome.samples = sampler.thinned()

    def _measurement(self, began_s: float, exited_s: float, sampler: Sampler) -> Measurement:
        names = ("ready", "open", "end", "closing")
        ready, opened, end, closing = (self._events.get(name, {}).get("at") for name in names)
        last = end or exited_s
        told = self._events.get("end", {})
        return Measurement(
            interpreter_s=ready and ready - began_s,
            startup_s=opened and ready and opened - ready,
            wall_s=opened and last - opened,
            teardown_s=closing and exited_s - closing,
            encoding_s=end and closing and closing - end,
            **{name: told.get(name) for name in TOLD},
            peak_pss_mb=sampler.peak_mb,
            mean_pss_mb=sampler.mean_mb,
            memory_kind=sampler.kind,
            sampler_interval_s=sampler.interval_s,
            sampler_cost=sampler.cost,
            other_busy=sampler.other_busy,
            most_threads=sampler.most_threads,
        )


def has_left(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended. It is not reaped where that can be helped: its number, and so its group's, stays."""
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def died(code: int) -> str:
    """A process's unexpected exit in one sentence."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"The trial's process was ended by {signal.Signals(-code).name}."
    return f"The trial's process ended with exit code {code} before its tasks did."
