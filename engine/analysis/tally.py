"""What a trial's records add up to, counted while they stream: what the pages of very many tasks are drawn from.

    durations   counts in bins of logarithmic width, the mapping of DDSketch (Masson, Rim, Lee, VLDB 12, 2019): bin i
                holds what is above γ^(i-1) and at most γ^i seconds, γ = (1 + e) / (1 - e). A quantile is given as
                2 γ^i / (γ + 1), which is off by at most e of itself.
    cells       for each row of workers and stretch of time: tasks that ended there, failed ones among them, and the
                seconds for which workers were busy in it, wherever their tasks began and ended. As time goes on
                stretches become twice as wide, so that there are never more than CELLS.
    failures    for each reason how many, and the first few of them with their sentences

All of it is kept as a JSON value of some kilobytes, with hundreds of workers of up to two megabytes. The bins are
counted here because the package ddsketch takes values one by one, 0.6 µs each where these lines take 0.17, and every
task of a large run pays it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, log
from typing import Any, NamedTuple

from engine.protocol.record import ROW

ERROR = 0.01
"""e: how far a quantile may be off, as a part of itself."""
FROM_TASKS = 50_000
"""From so many tasks on a trial is tallied: its page is drawn from its rows in a quarter of a second below that (and in
4.5 s for a million), from a tally in 0.03 s."""
CELLS = 256
MOST_ROWS = 256
"""More workers share rows: a cluster's are shown by host, so up to here each has a row of its own."""
EXAMPLES = 5
MOST_REASONS, OTHER = 100, "other reasons"
"""Reasons are somebody's own where functions raise them: there could be one for every task."""
_GAMMA = (1 + ERROR) / (1 - ERROR)
_BINS_A_LOG = 1 / log(_GAMMA)
_SHORTEST_S = 1e-9
"""What is shorter counts as this: clocks do not tell less."""
_FIRST_WIDTH_S = 1 / 64
_TASK, _LABEL, _WORKER, _STARTED, _FINISHED, _STATUS, _REASON, _ERROR_TEXT = (
    ROW.index(name) for name in ("task", "label", "worker", "started_s", "finished_s", "status", "reason", "error")
)


class Failed(NamedTuple):
    """One failure: the task's index, its label, and why it failed."""

    task: int
    label: str
    error: str


class Cell(NamedTuple):
    """What happened in one stretch of time on one row of workers; see the module's text."""

    row: int
    stretch: int
    tasks: int
    failed: int
    busy_s: float


class Tally:
    """Records of one trial of so many workers, added up."""

    def __init__(self, workers: int) -> None:
        self.each = max(1, -(-workers // MOST_ROWS))
        """Workers that share a row of cells."""
        self.width_s = _FIRST_WIDTH_S
        self.tasks = 0
        """Those that ran on a worker: `durations` and `cells` are about them."""
        self.busy_s = self.end_s = self.longest_s = 0.0
        self.shortest_s = float("inf")
        self.bins: Counter[int] = Counter()
        self.failed_bins: Counter[int] = Counter()
        self.failures: dict[str, tuple[int, list[Failed]]] = {}
        self._cells: dict[tuple[int, int], list[float]] = {}

    def take(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add records, in the order of `record.ROW`."""
        ran = [row for row in rows if not self._noted(row)]
        if not ran:
            return
        durations = [max(row[_FINISHED] - row[_STARTED], _SHORTEST_S) for row in ran]
        self.tasks += len(ran)
        self.busy_s += sum(durations)
        self.longest_s, self.shortest_s = max(self.longest_s, *durations), min(self.shortest_s, *durations)
        self.bins.update([ceil(log(one) * _BINS_A_LOG) for one in durations])
        self._widen_to(max(row[_FINISHED] for row in ran))
        cells, each, inverse, width_s = self._cells, self.each, 1 / self.width_s, self.width_s
        for row, took_s in zip(ran, durations, strict=True):
            place = (row[_WORKER] // each, int(row[_FINISHED] * inverse))
            cell = cells.get(place)
            if cell is None:
                cell = cells[place] = [0, 0, 0.0]
            cell[0] += 1
            if row[_STATUS] == "failed":
                cell[1] += 1
                self.failed_bins[ceil(log(took_s) * _BINS_A_LOG)] += 1
            if took_s <= width_s and int(row[_STARTED] * inverse) == place[1]:
                cell[2] += took_s
            else:
                self._spread(place[0], row[_STARTED], row[_FINISHED])

    def _noted(self, row: Sequence[Any]) -> bool:
        """Note a failure; whether the record has no place among those that ran on a worker."""
        if row[_STATUS] == "failed":
            reason = row[_REASON] or ""
            if reason not in self.failures and len(self.failures) >= MOST_REASONS:
                reason = OTHER
            count, examples = self.failures.get(reason, (0, []))
            if count < EXAMPLES:
                examples.append(Failed(row[_TASK], row[_LABEL], row[_ERROR_TEXT] or ""))
            self.failures[reason] = (count + 1, examples)
        return row[_WORKER] is None or row[_STARTED] is None or row[_FINISHED] is None or row[_FINISHED] < 0

    def _spread(self, row: int, started_s: float, finished_s: float) -> None:
        """Share a task's time out among the stretches that it was at work in."""
        started_s, width_s = max(started_s, 0.0), self.width_s
        for stretch in range(int(started_s / width_s), int(finished_s / width_s) + 1):
            inside_s = min(finished_s, (stretch + 1) * width_s) - max(started_s, stretch * width_s)
            if inside_s > 0:
                self._cells.setdefault((row, stretch), [0, 0, 0.0])[2] += inside_s

    def _widen_to(self, end_s: float) -> None:
        self.end_s = max(self.end_s, end_s)
        while self.end_s >= CELLS * self.width_s:
            self.width_s *= 2
            halves, self._cells = self._cells, {}
            for (row, stretch), values in halves.items():
                kept = self._cells.setdefault((row, stretch // 2), [0, 0, 0.0])
                kept[:] = [one + more for one, more in zip(kept, values, strict=True)]

    @property
    def cells(self) -> list[Cell]:
        """Those in which anything happened."""
        return [
            Cell(row, stretch, int(tasks), int(failed), busy_s)
            for (row, stretch), (tasks, failed, busy_s) in sorted(self._cells.items())
        ]

    def quantile(self, share: float) -> float:
        """The duration in seconds that this share of the tasks that ran did not exceed, off by at most ERROR of it.

        Of n durations in order it is the one at place ⌊share × (n - 1)⌋. Raises ValueError where none ran.
        """
        if not self.tasks:
            raise ValueError("nothing ran")
        place = int(share * (self.tasks - 1))
        for number, count in sorted(self.bins.items()):
            place -= count
            if place < 0:
                return min(max(2 * _GAMMA**number / (_GAMMA + 1), self.shortest_s), self.longest_s)
        return self.longest_s

    def plain(self) -> dict[str, Any]:
        """The tally as a JSON value."""
        return {
            "error": ERROR, "each": self.each, "width_s": self.width_s, "tasks": self.tasks, "busy_s": self.busy_s,
            "end_s": self.end_s, "longest_s": self.longest_s, "shortest_s": self.shortest_s if self.tasks else 0.0,
            "bins": sorted(self.bins.items()), "failed_bins": sorted(self.failed_bins.items()),
            "cells": [[*cell[:4], round(cell.busy_s, 6)] for cell in self.cells],
            "failures": {reason: [count, examples] for reason, (count, examples) in self.failures.items()},
        }  # fmt: skip


def tally_from(values: Mapping[str, Any]) -> Tally:
    """A tally from what `plain` gave, read from JSON."""
    tally = Tally(1)
    tally.each, tally.width_s = int(values["each"]), float(values["width_s"])
    tally.tasks, tally.busy_s = int(values["tasks"]), float(values["busy_s"])
    tally.end_s, tally.longest_s = float(values["end_s"]), float(values["longest_s"])
    tally.shortest_s = float(values["shortest_s"])
    tally.bins = Counter({int(number): int(count) for number, count in values["bins"]})
    tally.failed_bins = Counter({int(number): int(count) for number, count in values["failed_bins"]})
    tally.failures = {
        reason: (int(count), [Failed(*one) for one in examples])
        for reason, (count, examples) in values["failures"].items()
    }
    tally._cells = {(int(row), int(stretch)): [tasks, failed, busy_s]
                    for row, stretch, tasks, failed, busy_s in values["cells"]}
    return tally


def edges_s(number: int) -> tuple[float, float]:
    """The shortest and the longest duration of a bin, in seconds."""
    return _GAMMA ** (number - 1), _GAMMA**number
