"""How a trial goes on after workers have died: who is to blame, which tasks run again, and which run alone.

`engine.orchestrator.blame` decides the same when the trial's own process has died.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field

from engine.errors import TaskFailed, TrialBroken
from engine.executors.base import WorkerLost
from engine.machine.usage import Used
from engine.protocol.board import LONGEST_SLEEP_S, Board, BusySlot
from engine.protocol.reasons import crashed, time_limit
from engine.protocol.record import line
from engine.trial.batch import Batch
from engine.trial.loop import InFlight, Write, land
from engine.trial.worker.chunks import Attempt, Returned
from engine.trial.worker.endings import failure

_BREAKS_WITHOUT_PROGRESS = 3
_LOST_TRIES = 3
"""So often a task may be lost with the machine that had it before it is suspected of that."""

Clock = Callable[[], float]
Kill = Callable[[set[int]], None]


def kill_all(pids: set[int]) -> None:
    """End worker processes at once, also those that ignore SIGTERM; one that is gone already is no error."""
    for pid in pids - {0, os.getpid()}:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


class PoolRecovery:
    """What happens after a pool has broken, or has lost one worker.

    Only tasks that the board shows at work are tried again alone; a task that takes its worker down alone, too, is
    the culprit. When the watchdog killed a worker for its time limit, the culprit is known, and nobody else is
    suspect. `clock` and `kill` are replaced by tests.
    """

    def __init__(
        self,
        board: Board,
        batch: Batch,
        in_flight: InFlight,
        write: Write,
        clock: Clock = time.perf_counter,
        kill: Kill = kill_all,
    ) -> None:
        self.board, self.batch, self.in_flight, self.write = board, batch, in_flight, write
        self.clock, self.kill = clock, kill
        self.overdue: dict[int, float] = {}
        """Tasks whose worker the watchdog killed, with their limit in seconds."""
        self._breaks = 0

    def settle(self) -> None:
        """Take everything out of flight. Raises TrialBroken when breaks follow each other without progress."""
        self.kill(self.board.pids())
        alone = self.batch.generation_lost()
        lost = self._land_rest()
        at_work = self._at_work(lost)
        culprits = set(self.overdue) & set(at_work)
        back: list[Attempt] = []
        for attempt, _ in lost:
            if attempt.task in culprits:
                self._blame(attempt, at_work[attempt.task], time_limit(self.overdue[attempt.task]))
            elif attempt.task in at_work and alone:
                self._blame(attempt, at_work[attempt.task], crashed(attempt.number))
            elif attempt.task in at_work and not self.overdue:
                self.batch.suspect(attempt)
            else:
                back.append(attempt)
        self.batch.give_back(back)
        self._count(progress=alone or bool(culprits) or len(back) < len(lost))
        self.overdue.clear()
        self.in_flight.lost = self.in_flight.total()
        self.in_flight.used.clear()

    def lose(self, future: Future[Returned], lost: WorkerLost) -> None:
        """One worker is gone with this chunk, and the others go on: only the task that it was at can be to blame.

        Where that is not known (a machine that is gone), tasks run again as others do, and alone after some tries.
        """
        chunk, alone = self.in_flight.chunks.pop(future), self.batch.generation_lost()
        back: list[Attempt] = []
        for attempt in chunk:
            suspect = attempt.task == lost.task or (lost.task is None and attempt.number >= _LOST_TRIES)
            at = BusySlot(lost.slot, 0, attempt.task, lost.started_s or self.clock())
            if suspect and lost.limit_s is not None:
                self._blame(attempt, at, time_limit(lost.limit_s))
            elif suspect and alone:
                self._blame(attempt, at, crashed(attempt.number))
            elif suspect:
                self.batch.suspect(attempt)
            else:
                back.append(attempt if lost.task is not None else attempt._replace(number=attempt.number + 1))
        self.batch.give_back(back)
        self.in_flight.lost = self.in_flight.lost.plus(self.in_flight.used.pop(lost.slot, Used()))

    def _at_work(self, lost: list[tuple[Attempt, bool]]) -> dict[int, BusySlot]:
        """Who was at work when the pool broke: the board says; of workers that are elsewhere, the executor."""
        if self.board.pids():
            return {slot.task: slot for slot in self.board.busy()}
        now_s = self.clock()
        return {attempt.task: BusySlot(0, 0, attempt.task, now_s) for attempt, named in lost if named}

    def _land_rest(self) -> list[tuple[Attempt, bool]]:
        """Lands what came back whole before the break; gives the rest, and whether its worker is said to have died."""
        lost: list[tuple[Attempt, bool]] = []
        for future, chunk in list(self.in_flight.chunks.items()):
            try:
                land(future, future.result(timeout=10), self.batch, self.in_flight, self.write)
            except (BrokenExecutor, WorkerLost, CancelledError, TimeoutError) as error:
                lost += [(attempt, getattr(error, "at_work", False)) for attempt in chunk]
        self.in_flight.chunks.clear()
        self.in_flight.landed = queue.SimpleQueue()
        return lost

    def _blame(self, attempt: Attempt, at: BusySlot, error: TaskFailed) -> None:
        """Write the record of a task whose worker cannot write it any more."""
        ended = failure(error)
        text = line(
            attempt.task, at.number, at.started_s, self.clock(), None, None, attempt.number, attempt.waited_s, ended
        )
        self.write(text.encode())

    def _count(self, progress: bool) -> None:
        self._breaks = 0 if progress else self._breaks + 1
        if self._breaks >= _BREAKS_WITHOUT_PROGRESS:
            raise TrialBroken(
                f"The workers died {self._breaks} times in a row while they were at no task: "
                "look at this server's memory limits and at its log."
            )


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Kills the worker of any task that is past its limit, so that its pool breaks and recovers.

    `overdue` is the recovery's: each task is noted there before its worker is killed.
    """

    board: Board
    limit_s: float
    overdue: dict[int, float]
    clock: Clock = time.perf_counter
    kill: Kill = field(default=kill_all)

    def look(self) -> None:
        """Look at the board once."""
        now_s = self.clock()
        for slot in self.board.busy():
            if now_s - slot.started_s > self.limit_s and slot.task not in self.overdue:
                self.overdue[slot.task] = self.limit_s
                self.kill({slot.pid})

    def start(self, stop: threading.Event) -> None:
        """Look again and again, in a thread, until `stop` is set."""

        def watch() -> None:
            while not stop.wait(LONGEST_SLEEP_S):
                self.look()

        threading.Thread(target=watch, name="overlap-watchdog", daemon=True).start()
