"""One trial, seen from the orchestrator: take in what it says, watch its memory, hold it to its limits.

What the trial cannot see itself (a task that holds the GIL, or blocks its only thread) the supervisor sees on the
board.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from engine.orchestrator.supervision.intake import Intake, Save, TaskSet
from engine.orchestrator.supervision.limits import overdue
from engine.orchestrator.supervision.outcome import Assignment, Outcome, conclude, measured
from engine.orchestrator.supervision.process import Process, TrialProcess
from engine.protocol.board import Board
from engine.protocol.events import Seated

TICK_S = 0.1
"""How often limits and the cancel are looked at."""
CANCEL_S = 1.2
"""How long a cancelled trial may take to leave before it is killed."""


class Supervisor:
    """Runs one trial.

    `save` gets rows to store; `cancelled` says whether somebody asked for the end; `labels` gives the tasks' labels by
    index, and is asked while the trial's interpreter starts. `seated` hears where a cluster's workers sit, whenever
    that has changed. `start` and `clock` are replaced by tests.
    """

    def __init__(
        self,
        work: Assignment,
        save: Save,
        cancelled: Callable[[], bool],
        labels: Callable[[], Sequence[str]],
        start: Callable[[Assignment], Process] = TrialProcess,
        clock: Callable[[], float] = time.perf_counter,
        seated: Callable[[tuple[str, ...]], None] = lambda names: None,
    ) -> None:
        self.work, self.cancelled, self.labels = work, cancelled, labels
        self.start, self.clock, self.seated = start, clock, seated
        self.outcome = Outcome()
        self.intake = Intake(work.trial_id, save)
        self.process: Process | None = None
        self._cancel_s: float | None = None
        self._seated: Seated | None = None
        self._board: Board | None = None

    @property
    def done(self) -> TaskSet:
        """Tasks whose record has arrived."""
        return self.intake.done

    def run(self) -> Outcome:
        """Start the trial, see it through to its exit, and say how it ended. Raises what `labels` and `save` raise."""
        began_s = self.clock()
        self.process = process = self.start(self.work)
        try:
            self.intake.labels = self.labels()
            self._read(process)
        finally:
            process.kill()
            exit_sentence = process.wait()
            exited_s = self.clock()
            process.close()
        self.intake.flush(self.clock())
        self.outcome.origin_s = self.intake.origin_s
        conclude(self.outcome, self.intake.heard, exit_sentence)
        if self.work.board.exists():
            self.outcome.busy = Board(self.work.board).busy()
        self.outcome.measurement = measured(self.intake.heard, began_s, exited_s, process.sampler)
        self.outcome.samples = process.sampler.thinned()
        return self.outcome

    def kill(self) -> None:
        """End the trial and all that it started."""
        if self.process is not None:
            self.process.kill()

    def _read(self, process: Process) -> None:
        """Take lines in and look at the limits until the trial has left and all that it wrote is read."""
        next_tick_s = float("-inf")
        while (piece := process.read(TICK_S)) is not None:
            if piece:
                self.intake.take(piece)
                self._tell_seats()
            now_s = self.clock()
            self.intake.flush_if_due(now_s)
            if now_s >= next_tick_s:
                next_tick_s = now_s + TICK_S
                self._tick(process, now_s)

    def _tell_seats(self) -> None:
        said = self.intake.heard.get(Seated)
        if said is not None and said is not self._seated:
            self._seated = said
            self.seated(said.names)

    def _tick(self, process: Process, now_s: float) -> None:
        """Look at the cancel and at the limits."""
        if self._cancel_s is None and self.cancelled():
            self._cancel_s, self.outcome.cancelled = now_s, True
            process.ask_to_stop()
        if self._cancel_s is not None and now_s - self._cancel_s > CANCEL_S:
            process.kill()
        elif self.intake.measuring:
            self._hold_to_limits(process, now_s)

    def _hold_to_limits(self, process: Process, now_s: float) -> None:
        whole_s = self.work.whole_limit_s
        if whole_s and now_s - self.intake.origin_s > whole_s:
            self.outcome.message = f"The trial was ended after its limit of {whole_s:.0f} s."
            process.kill()
        elif not whole_s and self.work.limit_s:
            self._board = self._board or Board(self.work.board)
            late = overdue(self.work, self._board.busy(), self._board.silent_s(), now_s)
            if late:
                self.outcome.overdue |= late.tasks if late.certain else set()
                process.kill()
