"""A chunk of coroutines: the same records, a limit that cancels, and a pulse that shows that the event loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.protocol.board import Board
from engine.trial.worker import run_async
from engine.trial.worker.chunks import Returned
from engine.trial.worker.run_async import run_chunk_async
from engine.trial.worker.state import WorkerState, start
from tests.engine.trial.worker.made import Told, chunk, made_board, records, setup, told, unreadable

pytestmark = pytest.mark.heart


class Waits(Told):
    """Coroutines that wait, beside those that do as they are told."""

    async def run_async(self, argument: Any) -> Any:
        """Wait, cancel its own slot, or do as it is told."""
        if argument == "wait":
            await asyncio.sleep(60)
        if argument == "yield":
            await asyncio.sleep(0)
        if argument == "cancel own":
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        if argument == "own timeout":
            raise TimeoutError("its own")
        return self.run(argument)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setattr(WorkerState, "trial", None)
    monkeypatch.setattr(run_async._Pulse, "task", None)
    yield made_board(tmp_path)


def ran(folder: Path, *arguments: Any, limit_s: float | None = None, budget_s: float | None = None) -> Returned:
    """What the worker of slot 0 gives back, in an event loop of its own."""

    async def worker() -> Returned:
        start(0, setup(folder, coroutines=True, limit_s=limit_s))
        made = told(folder)
        WorkerState.workload = Waits(made.options, made.place)
        try:
            return await run_chunk_async(chunk(*arguments), budget_s)
        finally:
            assert run_async._Pulse.task is not None
            run_async._Pulse.task.cancel()
            with suppress(asyncio.CancelledError):
                await run_async._Pulse.task

    return asyncio.run(worker())


def test_each_coroutine_becomes_a_record_in_order(board: Board, tmp_path: Path) -> None:
    back = ran(tmp_path, "a", "yield", {"raise": "no"}, "d")
    assert [(one["task"], one["status"]) for one in records(back)] == [(0, "ok"), (1, "ok"), (2, "failed"), (3, "ok")]
    assert (back.done, back.failed, back.tried, back.slot) == (4, 1, 4, 0)


def test_what_one_coroutine_of_many_used_is_not_known(board: Board, tmp_path: Path) -> None:
    (record,) = records(ran(tmp_path, "a"))
    assert record["cpu_s"] is record["run_delay_s"] is None


def test_a_coroutine_past_its_limit_is_cancelled_and_the_next_one_runs(board: Board, tmp_path: Path) -> None:
    first, second = records(ran(tmp_path, "wait", "b", limit_s=0.02))
    assert (first["reason"], second["status"]) == ("time_limit", "ok")
    assert "0.02 s" in first["error"]


def test_a_timeout_that_a_task_raises_itself_is_its_own(board: Board, tmp_path: Path) -> None:
    (record,) = records(ran(tmp_path, "own timeout", limit_s=9.0))
    assert (record["reason"], record["error"]) == ("exception", "TimeoutError: its own")


def test_a_coroutine_that_cancels_its_own_slot_does_not_hit_the_next_one(board: Board, tmp_path: Path) -> None:
    back = ran(tmp_path, "cancel own", "yield", "c")
    assert [one["status"] for one in records(back)] == ["ok", "ok", "ok"]


def test_a_task_that_must_wait_is_given_back(board: Board, tmp_path: Path) -> None:
    back = ran(tmp_path, {"later": 1.5}, "b")
    assert back.later == ((0, 1.5),) and [one["task"] for one in records(back)] == [1]


def test_when_its_time_is_up_a_worker_leaves_the_rest(board: Board, tmp_path: Path) -> None:
    assert ran(tmp_path, *"abc", budget_s=-1.0).tried == 1


def test_an_argument_that_cannot_be_read_fails_its_task(board: Board, tmp_path: Path) -> None:
    assert records(ran(tmp_path, unreadable()))[0]["reason"] == "unreadable_argument"


def test_the_loops_pulse_is_on_the_board(board: Board, tmp_path: Path) -> None:
    board.beat()
    ran(tmp_path, "a")
    assert board._cells[1] > 0 and board.silent_s() < 5


def test_nobody_is_at_work_afterwards(board: Board, tmp_path: Path) -> None:
    ran(tmp_path, "a", {"raise": "b"})
    assert board.busy() == []
