"""What tests of the trial share: attempts, what workers give back, an executor that does as it is told, a board."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from engine.machine.usage import Used
from engine.protocol.board import Board
from engine.protocol.record import LINE, good_ending, line
from engine.trial.batch import Batch
from engine.trial.loop import InFlight
from engine.trial.worker.chunks import Attempt, PlainAttempt, Returned
from tests.engine.clock import FakeClock

Answer = Returned | BaseException | None
"""What an executor gives for a chunk; None leaves it with the worker."""


def attempts(count: int, first: int = 0) -> list[Attempt]:
    """First attempts at the tasks first, first + 1, …"""
    return [Attempt(task, f"argument {task}") for task in range(first, first + count)]


def lines_of(chunk: Sequence[PlainAttempt]) -> bytes:
    """The records of a chunk whose tasks all went well."""
    texts = [
        line(task, 0, 1.0, 2.0, 0.5, 0.0, number, waited_s, good_ending(str(task), f"print{task}"))
        for task, _, number, waited_s in chunk
    ]
    return "".join(texts).encode()


def returned(
    chunk: Sequence[PlainAttempt], tried: int | None = None, later: Sequence[tuple[int, float]] = (), **values: Any
) -> Returned:
    """What a worker gives back that has tried so many tasks of a chunk (all of them, where none is said)."""
    begun = chunk if tried is None else chunk[:tried]
    waits = dict(later)
    done = [one for one in begun if one[0] not in waits]
    given: dict[str, Any] = {"failed": 0, "elapsed_s": 0.01, "slot": 0, "used": Used(), **values}
    return Returned(lines=lines_of(done), done=len(done), tried=len(begun), later=tuple(later), **given)


class Scripted(Executor):
    """Answers each chunk at once by what `answer` says of it; keeps what it was sent."""

    def __init__(self, answer: Callable[[list[PlainAttempt]], Answer] = returned) -> None:
        self.answer = answer
        self.sent: list[list[int]] = []
        self.budgets: list[float | None] = []
        self.waiting: list[Future[Any]] = []
        self.broken: BaseException | None = None
        """What `submit` raises from now on."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A finished future, or one that stays with the worker."""
        if self.broken is not None:
            raise self.broken
        chunk, budget_s = args
        self.sent.append([one[0] for one in chunk])
        self.budgets.append(budget_s)
        future: Future[Any] = Future()
        found = self.answer(chunk)
        if found is None:
            self.waiting.append(future)
        elif isinstance(found, BaseException):
            future.set_exception(found)
        else:
            future.set_result(found)
        return future


class Written:
    """Keeps the records that were written."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def __call__(self, text: bytes) -> None:
        self.lines += text.splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        """Each record by the names of its fields."""
        return [dict(zip(LINE, json.loads(text), strict=True)) for text in self.lines]

    @property
    def tasks(self) -> list[int]:
        """The tasks whose records were written, in order."""
        return [record["task"] for record in self.records]


def in_flight(batch: Batch, executor: Scripted, count: int = 1, stores: bool = True) -> InFlight:
    """So many chunks of a batch, handed to an executor."""
    from engine.trial.loop import send

    flying = InFlight(run=print, stores=stores)
    for _ in range(count):
        send(executor, batch.take(), batch, flying)
    return flying


def board(folder: Path, *at: int, slots: int = 2, clock: FakeClock | None = None, for_s: float = 0.0) -> Board:
    """A board with workers in all slots, the first of them at these tasks, since so long by the test's clock."""
    made = Board.create(folder / "board", max(slots, len(at)))
    for slot in range(made.slots):
        made.ready(slot, 1000 + slot)
    for slot, task in enumerate(at):
        made.begin(slot, task)
        if clock:
            made._cells[Board.row(slot)[1] // 8] = int((clock.now_s - for_s) * 1e9)
    return made
