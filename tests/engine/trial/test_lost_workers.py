"""One worker is gone and the executor goes on: which tasks run again, which alone, and which is to blame."""

from __future__ import annotations

import json
from concurrent.futures import Future
from pathlib import Path

import pytest

from engine.executors.base import WorkerLost
from engine.machine.usage import Used
from engine.protocol.board import Board
from engine.protocol.record import LINE
from engine.trial.batch import Batch
from engine.trial.loop import InFlight
from engine.trial.recovery import PoolRecovery
from engine.trial.worker.chunks import Attempt, Returned


class Bench:
    """A recovery over a batch of attempts, and what it writes."""

    def __init__(self, folder: Path, attempts: list[Attempt], suspects: list[Attempt] | None = None) -> None:
        self.batch = Batch(attempts, suspects or [], 2, None)
        self.in_flight = InFlight(lambda *_: None)
        self.lines: list[bytes] = []
        board = Board.create(folder / "board", 2)
        self.recovery = PoolRecovery(board, self.batch, self.in_flight, self.lines.append, clock=lambda: 50.0)

    def send(self) -> Future[Returned]:
        """Hand the next chunk out."""
        future: Future[Returned] = Future()
        self.in_flight.chunks[future] = self.batch.take()
        return future

    def records(self) -> list[dict[str, object]]:
        """The records written so far."""
        return [dict(zip(LINE, json.loads(line), strict=True)) for line in self.lines]

    def rest(self) -> list[tuple[int, int]]:
        """(task, number of its attempt) of all that are still to run, in their order."""
        found = []
        while chunk := self.batch.take():
            found += [(one.task, one.number) for one in chunk]
        return found


def test_a_task_past_its_limit_is_named_and_nothing_else_is_lost(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [Attempt(0, None), Attempt(1, None)])
    bench.recovery.lose(bench.send(), WorkerLost("ended", 0, 1, 45.0, limit_s=3.0))
    (record,) = bench.records()
    assert (record["task"], record["reason"], record["worker"], record["attempts"]) == (0, "time_limit", 1, 1)
    assert (record["started_s"], record["finished_s"]) == (45.0, 50.0)
    assert bench.rest() == [(1, 1)]


def test_a_task_that_took_its_process_down_runs_alone_next_and_is_then_to_blame(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [Attempt(0, None), Attempt(1, None)])
    bench.recovery.lose(bench.send(), WorkerLost("died", 0, 0, 45.0))
    assert bench.records() == []
    assert bench.batch.alone
    bench.recovery.lose(bench.send(), WorkerLost("died", 0, 0, 46.0))
    (record,) = bench.records()
    assert (record["task"], record["reason"], record["attempts"]) == (0, "crashed", 2)
    assert bench.rest() == [(1, 1)]


def test_tasks_of_a_machine_that_is_gone_run_again_as_others_do(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [Attempt(0, None), Attempt(1, None)])
    bench.recovery.lose(bench.send(), WorkerLost("is gone"))
    assert bench.records() == []
    assert bench.rest() == [(0, 2), (1, 1)]


def test_a_task_that_is_lost_with_machine_after_machine_is_suspected_in_the_end(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [Attempt(0, None)])
    for _ in range(3):
        bench.recovery.lose(bench.send(), WorkerLost("is gone"))
    assert bench.batch.alone
    bench.recovery.lose(bench.send(), WorkerLost("is gone"))
    (record,) = bench.records()
    assert (record["task"], record["reason"], record["attempts"]) == (0, "crashed", 4)
    assert bench.rest() == []


def test_what_a_lost_worker_had_used_still_counts(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [Attempt(0, None)])
    bench.in_flight.used[1] = Used(cpu_s=2.0)
    bench.recovery.lose(bench.send(), WorkerLost("died", 0, 1, 45.0))
    assert bench.in_flight.total().cpu_s == 2.0
    bench.in_flight.used[1] = Used(cpu_s=0.5)
    assert bench.in_flight.total().cpu_s == pytest.approx(2.5), "its successor counts from nothing"
