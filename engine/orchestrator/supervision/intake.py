"""What a trial writes, turned into rows and events as it arrives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Any

import msgspec

from engine.protocol.events import End, Heard, Open, decode
from engine.protocol.record import TASK, Row, row, succeeded

FLUSH_S = 0.4
"""How long a row waits at most before it is handed on."""
FLUSH_ROWS = 5_000
"""How many rows wait at most."""

Save = Callable[[list[Row], int, int], None]
"""Gets rows, and how many of them went well and failed."""

_decode = msgspec.json.Decoder().decode_lines


class TaskSet(Set[int]):
    """Indices of tasks, a byte each: a set of a million numbers takes sixty times as much."""

    def __init__(self, tasks: Iterable[int] = ()) -> None:
        self.marks = bytearray()
        """One for each task up to the largest: 1 where it is in."""
        for task in tasks:
            self.reach(task + 1)
            self.marks[task] = 1

    def reach(self, count: int) -> None:
        """Make the set large enough for this many tasks."""
        self.marks.extend(bytes(max(0, count - len(self.marks))))

    def __contains__(self, task: object) -> bool:
        return isinstance(task, int) and 0 <= task < len(self.marks) and self.marks[task] == 1

    def __iter__(self) -> Iterator[int]:
        return (task for task, mark in enumerate(self.marks) if mark)

    def __len__(self) -> int:
        return self.marks.count(1)


class Intake:
    """The lines of one trial: arrays are records (`protocol.record`), objects are events (`protocol.events`)."""

    def __init__(self, trial_id: int, save: Save) -> None:
        self.trial_id, self.save = trial_id, save
        self.labels: Sequence[str] = ()
        """The tasks' labels, by index; needed before the first record."""
        self.done = TaskSet()
        """Tasks whose record has arrived."""
        self.heard = Heard()
        """Its events so far."""
        self.origin_s = 0.0
        """When the trial's clock started."""
        self._rows: list[Row] = []
        self._failed = 0
        self._rest = b""
        self._flushed_s = float("-inf")  # the first records are stored at once: somebody waits for them

    @property
    def measuring(self) -> bool:
        """Whether the trial's clock runs."""
        return self.heard.get(Open) is not None and self.heard.get(End) is None

    def take(self, piece: bytes) -> None:
        """Turn whole lines into rows and events; what has no line break yet waits for it."""
        whole, _, self._rest = (self._rest + piece).rpartition(b"\n")
        if not whole:
            return
        trial_id, labels, rows, origin_s = self.trial_id, self.labels, self._rows, self.origin_s
        self.done.reach(len(labels))
        done = self.done.marks
        for item in _parsed(whole):
            if type(item) is dict:
                self.heard.add(decode(item))
                self.origin_s = origin_s = self.heard.at(Open) or 0.0
                continue
            if done[task := item[TASK]]:
                continue  # a task has one record in a trial, the first
            done[task] = 1
            if not succeeded(item):
                self._failed += 1
            rows.append(row(trial_id, labels, item, origin_s))

    def flush_if_due(self, now_s: float) -> None:
        """Hand rows on when they are many, or have waited long enough."""
        if len(self._rows) >= FLUSH_ROWS or (self._rows and now_s - self._flushed_s >= FLUSH_S):
            self.flush(now_s)

    def flush(self, now_s: float) -> None:
        """Hand on all rows that wait."""
        rows, self._rows, failed, self._failed = self._rows, [], self._failed, 0
        if rows:
            self.save(rows, len(rows) - failed, failed)
        self._flushed_s = now_s


def _parsed(lines: bytes) -> list[Any]:
    """The values of JSON lines. msgspec is four times as fast as json, and refuses what UTF-8 cannot hold."""
    try:
        return _decode(lines)
    except msgspec.DecodeError:
        return [json.loads(line) for line in lines.splitlines()]
