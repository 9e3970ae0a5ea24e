"""A trial that follows a script instead of running in a process: lines in, outcome out, on a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.machine.sampler import Sampler
from engine.model import Configuration, Measurement
from engine.orchestrator.supervision.outcome import Assignment
from engine.orchestrator.supervision.process import died
from engine.protocol.board import Board
from engine.protocol.events import Broken, Closing, End, Event, Open, Ready, Seated
from engine.protocol.record import failed_ending, good_ending, line
from tests.engine.clock import FakeClock

FIGURES = [figure.name for figure in fields(Measurement)]
EVENTS: dict[str, Callable[..., Event]] = {
    "ready": Ready, "open": Open, "end": End, "closing": Closing, "broken": Broken, "seated": Seated,
}  # fmt: skip

Step = bytes | float | Callable[[], None]
"""What the trial writes, how many seconds pass, or what happens to it."""


def said(event: str, **values: Any) -> bytes:
    """An event's line; figures of an `End` are given by their own names."""
    if figures := {name: values.pop(name) for name in FIGURES if name in values}:
        values["figures"] = Measurement(**figures)
    return EVENTS[event](**{"at": 100.0, **values}).encode()


def record(task: int, finished_s: float = 101.0, failed: bool = False, worker: int = 0) -> bytes:
    """A record's line, of a task that began at 100 s on the trial's clock."""
    ending = failed_ending("exception", f"Task {task} failed.") if failed else good_ending(str(task), f"print{task}")
    return line(task, worker, 100.0, finished_s, 0.5, 0.0, 1, 0.0, ending).encode()


def ending(ok: int | None = None, failed: int = 0, **values: Any) -> bytes:
    """The last two events of a trial that ran all of its tasks."""
    counted = {} if ok is None else {"ok": ok, "failed": failed}
    return said("end", at=102.0, cancelled=False, **counted, **values) + said("closing", at=102.5)


def whole(*tasks: int, failed: Sequence[int] = ()) -> list[Step]:
    """The script of a trial that runs these tasks to their end."""
    return [said("ready"), said("open"), *(record(task, failed=task in failed) for task in tasks), ending()]


class ScriptedTrial:
    """The process of a trial, as `supervision.process.Process` wants it."""

    def __init__(self, script: Sequence[Step], clock: FakeClock, code: int = 0) -> None:
        self.clock, self.code = clock, code
        self.asked = self.killed = self.closed = False
        self.sampler = Sampler(0)
        self._steps: Iterator[Step] = iter(script)

    def read(self, timeout_s: float) -> bytes | None:
        """Do the next step; each takes a hundredth of a second."""
        self.clock.pass_s(0.01)
        step = None if self.killed else next(self._steps, None)
        if step is None or isinstance(step, bytes):
            return step
        if isinstance(step, float):
            self.clock.pass_s(step)
        else:
            step()
        return b""

    def ask_to_stop(self) -> None:
        """Note the cancel."""
        self.asked = True

    def kill(self) -> None:
        """End the script here."""
        self.killed = True

    def wait(self) -> str:
        """The sentence of an exit with the test's code."""
        self.clock.pass_s(0.5)
        return died(self.code)

    def close(self) -> None:
        """Note it."""
        self.closed = True


def assignment(folder: Path, limit_s: float | None = None, **values: Any) -> Assignment:
    """An assignment whose board lies in `folder`."""
    given: dict[str, Any] = {
        "trial_id": 7, "specification": folder / "trial.json", "board": folder / "board",
        "configuration": Configuration("threads", 2), "limit_s": limit_s, "can_kill": False, "has_async": False,
        "log": folder / "log.txt", "search_path": "", **values,
    }  # fmt: skip
    return Assignment(**given)


def board_at(path: Path, clock: FakeClock, *busy: tuple[int, float], beat_s: float | None = None) -> Board:
    """A board whose slots are at these tasks since so many seconds; the loop's last beat was `beat_s` ago.

    Times are the fake clock's, but for the loop's silence, which the board itself measures.
    """
    board = Board.create(path, max(1, len(busy)))
    for slot, (task, for_s) in enumerate(busy):
        board.ready(slot, 1000 + slot)
        board.begin(slot, task)
        board._cells[Board.row(slot)[1] // 8] = int((clock.now_s - for_s) * 1e9)
    if beat_s is not None:
        board.beat()
        board._cells[0] -= int(beat_s * 1e9)
    return board
