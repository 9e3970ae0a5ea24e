"""The measured part of a trial in this process: what it says from open to closing, and how it leaves."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import Any

import pytest

from engine.executors import EXECUTORS
from engine.executors.base import Factory
from engine.executors.sequential import InlineExecutor, Sequential
from engine.model import Configuration
from engine.protocol.board import Board
from engine.protocol.events import Broken, Closing, End, Open, Seated, decode
from engine.trial import measuring
from engine.trial.batch import Batch
from engine.trial.loop import InFlight, Spent
from engine.trial.measuring import Running, chunk_runner, leave, measure, naming, own_s
from engine.trial.reporting import Output
from engine.trial.worker.run import run_chunk
from engine.trial.worker.state import start
from tests.engine.trial.made import attempts, returned
from tests.engine.trial.worker.made import setup

pytestmark = pytest.mark.heart


def kind(executor: str = "sequential", workers: int = 1) -> Factory:
    return EXECUTORS[executor](Configuration(executor, workers))


class Trial:
    """A trial of so many tasks that does its own work here; what it said can be read."""

    def __init__(self, folder: Path, count: int, stores: bool = True, executor: str = "sequential") -> None:
        self.reading, writing = os.pipe()
        self.board = Board.create(folder / "board", 1)
        told = setup(folder, stores=stores)
        start(0, told)
        batch = Batch([one._replace(argument=one.task) for one in attempts(count)], [], 1, 1)
        self.running = Running(kind(executor), told, self.board, batch, threading.Event(), Output(writing))

    def said(self) -> tuple[list[Any], list[list[Any]]]:
        """The events and the records, in order."""
        os.close(self.running.output.descriptor)
        with open(self.reading, "rb") as pipe:
            found = [json.loads(text) for text in pipe]
        return [decode(item) for item in found if type(item) is dict], [item for item in found if type(item) is list]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path, 5)


def test_a_trial_says_when_its_clock_starts_and_ends_and_its_records_between(trial: Trial) -> None:
    assert measure(trial.running, InlineExecutor()) == 0
    events, records = trial.said()
    assert [type(event) for event in events] == [Open, End, Closing]
    assert [record[0] for record in records] == [0, 1, 2, 3, 4]
    opened, end, closing = (event.at for event in events)
    assert opened <= end <= closing


def test_where_workers_have_names_they_are_said_before_their_records_and_again_when_they_change(trial: Trial) -> None:
    names = {0: "north tcp://a:1"}

    class Named(Sequential):
        def names_of(self, executor: Any) -> list[str]:
            return list(names.values())

    write = naming(Named(Configuration("sequential", 1)), InlineExecutor, trial.running.output)
    for moved in ("north tcp://a:1", "south tcp://b:2", "south tcp://b:2"):
        names[0] = moved
        write(b"[0]\n")
    events, records = trial.said()
    assert [event.names for event in events if isinstance(event, Seated)] == [("north tcp://a:1",), ("south tcp://b:2",)]
    assert len(records) == 3


def test_its_end_tells_the_largest_chunk_and_that_nobody_cancelled(trial: Trial) -> None:
    measure(trial.running, InlineExecutor())
    end = trial.said()[0][1]
    assert (end.figures.chunk, end.cancelled) == (1, False)
    assert end.figures.cpu_s >= 0.0 and end.figures.loop_s >= 0.0 and end.figures.pickling_s == 0.0


def test_the_board_knows_since_when_the_clock_runs(trial: Trial) -> None:
    assert trial.board.open_s() == 0.0
    measure(trial.running, InlineExecutor())
    trial.said()
    assert trial.board.open_s() > 0.0


def test_a_comparisons_records_come_after_the_clock_has_stopped(tmp_path: Path) -> None:
    trial = Trial(tmp_path, 3, stores=False)
    measure(trial.running, InlineExecutor())
    os.close(trial.running.output.descriptor)
    with open(trial.reading, "rb") as pipe:
        kinds = [json.loads(text) for text in pipe]
    order = [one["event"] if type(one) is dict else "record" for one in kinds]
    assert order == ["Open", "End", "record", "record", "record", "Closing"]
    assert all(len(one[-1]) == 16 for one in kinds if type(one) is list), "each with its fingerprint"


def test_a_cancelled_trial_says_so_and_leaves_the_rest(trial: Trial) -> None:
    trial.running.stop.set()
    assert measure(trial.running, InlineExecutor()) == 0
    events, records = trial.said()
    assert [type(event) for event in events] == [Open, End, Closing]
    assert events[1].cancelled is True and records == []


def test_a_trial_whose_executor_cannot_be_replaced_is_broken_and_says_whom_it_suspects(trial: Trial) -> None:
    class Gone(InlineExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise BrokenExecutor("gone")

    assert measure(trial.running, Gone()) == 1
    events, _ = trial.said()
    assert [type(event) for event in events] == [Open, Broken]
    assert (events[1].final, events[1].suspects) == (False, ())
    assert "cannot be opened again" in events[1].message


def test_of_tasks_in_the_loops_own_thread_the_rest_of_its_time_is_the_engines() -> None:
    assert own_s(kind(), Spent(tasks_s=1.5), 2.0) == 0.5
    assert own_s(kind(), Spent(tasks_s=2.5), 2.0) == 0.0


def test_of_workers_beside_the_loop_each_has_its_share_of_the_bookkeeping() -> None:
    spent = Spent(chunks_s=3.0, tasks_s=1.5, pickling_s=0.5)
    assert own_s(kind("threads", 2), spent, 0.25) == 0.25 + 1.0 / 2


def test_coroutines_are_run_as_coroutines_and_all_else_by_calls() -> None:
    from engine.trial.worker.run_async import run_chunk_async

    assert chunk_runner(kind("asyncio")) is run_chunk_async
    assert {chunk_runner(kind(name)) for name in ("sequential", "threads", "processes")} == {run_chunk}


# Leaving after a cancel.


@pytest.fixture
def leaving(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Trial, InFlight, list[set[int]]]]:
    killed: list[set[int]] = []
    monkeypatch.setattr(measuring, "kill_all", killed.append)
    monkeypatch.setattr(measuring, "GRACE_S", 0.02)
    yield trial, InFlight(run=print), killed


def under_way(flying: InFlight, trial: Trial, result: Any = None) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    flying.chunks[future] = trial.running.batch.take()
    if isinstance(result, BaseException):
        future.set_exception(result)
    elif result is not None:
        future.set_result(result)
    return future


def test_what_ends_within_the_grace_still_counts(leaving: tuple[Trial, InFlight, list[set[int]]]) -> None:
    trial, flying, killed = leaving
    under_way(flying, trial, returned([(0, None, 1, 0.0)]))
    leave(trial.running, flying)
    assert [record[0] for record in trial.said()[1]] == [0]
    assert killed == [{os.getpid()}]


def test_a_task_that_is_still_under_way_is_not_waited_for_longer(
    leaving: tuple[Trial, InFlight, list[set[int]]], capsys: pytest.CaptureFixture[str]
) -> None:
    trial, flying, killed = leaving
    under_way(flying, trial)
    began_s = time.perf_counter()
    leave(trial.running, flying)
    assert time.perf_counter() - began_s < 5
    assert "still under way at the cancel" in capsys.readouterr().err
    assert killed == [{os.getpid()}]


def test_whatever_a_task_under_way_ends_in_the_cancel_goes_on(leaving: tuple[Trial, InFlight, list[set[int]]]) -> None:
    trial, flying, _ = leaving
    under_way(flying, trial, BrokenExecutor("gone"))
    under_way(flying, trial, returned([(1, None, 1, 0.0)]))
    leave(trial.running, flying)
    assert [record[0] for record in trial.said()[1]] == [1]


def test_a_chunk_that_no_worker_has_begun_is_taken_back(leaving: tuple[Trial, InFlight, list[set[int]]]) -> None:
    trial, flying, _ = leaving
    future: Future[Any] = Future()
    flying.chunks[future] = trial.running.batch.take()
    leave(trial.running, flying)
    assert future.cancelled() and trial.said()[1] == []


class Closed(InlineExecutor):
    """Notes that it was shut down."""

    shut = False

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Note it."""
        self.shut = True


@pytest.mark.parametrize("cancelled", [False, True])
def test_an_executor_is_shut_down_but_after_a_cancel_nobody_waits_for_it(trial: Trial, cancelled: bool) -> None:
    executor = Closed()
    if cancelled:
        trial.running.stop.set()
    measure(trial.running, executor)
    trial.said()
    assert executor.shut is not cancelled
