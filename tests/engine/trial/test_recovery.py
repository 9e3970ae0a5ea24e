"""How a trial goes on after a break: who is to blame, who runs again, who alone, and when it gives up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TrialBroken
from engine.executors.base import WorkerLost
from engine.machine.usage import Used
from engine.trial.batch import Batch
from engine.trial.recovery import PoolRecovery, Watchdog, kill_all
from engine.trial.worker.chunks import Attempt, PlainAttempt
from tests.engine.clock import FakeClock
from tests.engine.trial.made import Answer, Scripted, Written, attempts, board, in_flight, returned

pytestmark = pytest.mark.heart


def breaks(chunk: list[PlainAttempt]) -> Answer:
    """A chunk whose worker died."""
    return BrokenExecutor("A worker died.")


class Break:
    """A pool of two that has broken with chunks of one task in flight."""

    def __init__(
        self, folder: Path, *at_work: int, tasks: int = 4, flying: int = 2, chunk: int = 1,
        answer: Callable[[list[PlainAttempt]], Answer] = breaks, suspects: list[Attempt] | None = None,
        for_s: float = 0.0,
    ) -> None:  # fmt: skip
        self.clock, self.written, self.killed = FakeClock(), Written(), list[set[int]]()
        self.batch = Batch(attempts(tasks), suspects or [], 2, chunk, self.clock)
        self.executor = Scripted(answer)
        self.flying = in_flight(self.batch, self.executor, flying)
        self.board = board(folder, *at_work, clock=self.clock, for_s=for_s)
        self.recovery = PoolRecovery(
            self.board, self.batch, self.flying, self.written, self.clock, self.killed.append
        )

    def settle(self, **overdue: float) -> Break:
        """Settle the break; tasks named here (task7=2.0) were ended for their limit."""
        self.recovery.overdue.update({int(name.removeprefix("task")): limit_s for name, limit_s in overdue.items()})
        self.recovery.settle()
        return self

    def again(self) -> list[int]:
        """The tasks that still run beside others, in order."""
        queued: list[int] = []
        while chunk := self.batch.take():
            queued += [attempt.task for attempt in chunk]
            self.batch.settle(chunk, returned([tuple(attempt) for attempt in chunk]))
        return queued

    @property
    def failed(self) -> dict[int, str]:
        """The reasons of the tasks whose records say that they failed."""
        return {record["task"]: record["reason"] for record in self.written.records if record["status"] == "failed"}


def test_tasks_on_the_board_are_suspects_and_the_others_go_on_as_before(tmp_path: Path) -> None:
    after = Break(tmp_path, 1).settle()
    assert after.batch.suspects() == [(1, 1)]
    assert after.failed == {}
    assert after.again() == [1, 0, 2, 3], "the suspect first, and alone"


def test_what_was_in_flight_comes_back_before_the_rest_in_its_order(tmp_path: Path) -> None:
    assert Break(tmp_path, flying=3, chunk=2, tasks=8).settle().again() == list(range(8))


def test_a_task_that_takes_its_worker_down_alone_is_the_culprit(tmp_path: Path) -> None:
    suspect = Attempt(9, "argument 9", 2)
    after = Break(tmp_path, 9, suspects=[suspect], flying=1).settle()
    assert after.failed == {9: "crashed"}
    assert "2 times" in after.written.records[0]["error"]
    assert after.batch.suspects() == []


def test_a_suspect_that_dies_twice_is_named_with_its_place_and_times(tmp_path: Path) -> None:
    after = Break(tmp_path, 9, suspects=[Attempt(9, None, 2, 0.5)], flying=1, for_s=3.0)
    after.settle()
    (record,) = after.written.records
    assert (record["worker"], record["attempts"], record["waited_s"]) == (0, 2, 0.5)
    assert record["finished_s"] - record["started_s"] == pytest.approx(3.0)
    assert record["cpu_s"] is None


def test_one_task_in_flight_among_others_is_suspected_and_not_yet_blamed(tmp_path: Path) -> None:
    after = Break(tmp_path, 0, flying=1).settle()
    assert (after.failed, after.batch.suspects()) == ({}, [(0, 1)])


def test_a_suspect_that_was_idle_when_its_pool_broke_is_not_blamed(tmp_path: Path) -> None:
    after = Break(tmp_path, suspects=[Attempt(9, None, 2)], flying=1).settle()
    assert after.failed == {}
    assert 9 in after.again()


def test_a_task_past_its_limit_is_the_known_culprit_and_nobody_else_is_suspect(tmp_path: Path) -> None:
    after = Break(tmp_path, 0, 1).settle(task1=2.5)
    assert after.failed == {1: "time_limit"}
    assert "2.5 s" in after.written.records[0]["error"]
    assert after.batch.suspects() == []
    assert after.again() == [0, 2, 3]


def test_two_tasks_past_their_limits_are_both_named(tmp_path: Path) -> None:
    assert Break(tmp_path, 0, 1).settle(task0=1.0, task1=1.0).failed == {0: "time_limit", 1: "time_limit"}


def test_a_task_that_ended_just_before_it_was_killed_keeps_its_own_record(tmp_path: Path) -> None:
    after = Break(tmp_path, answer=lambda chunk: returned(chunk) if chunk[0][0] == 0 else breaks(chunk))
    after.settle(task0=1.0)
    assert after.failed == {}
    assert after.written.tasks == [0]


def test_who_was_overdue_is_forgotten_with_the_break(tmp_path: Path) -> None:
    after = Break(tmp_path, 1).settle(task1=2.0)
    assert after.recovery.overdue == {}


def test_chunks_that_came_back_whole_before_the_break_are_kept(tmp_path: Path) -> None:
    after = Break(tmp_path, 1, answer=lambda chunk: returned(chunk) if chunk[0][0] == 0 else breaks(chunk)).settle()
    assert after.written.tasks == [0]
    assert after.again() == [1, 2, 3]


def test_a_future_that_was_cancelled_is_a_lost_chunk(tmp_path: Path) -> None:
    after = Break(tmp_path, answer=lambda chunk: None)
    for future in after.executor.waiting:
        future.cancel()
    assert after.settle().again() == [0, 1, 2, 3]


def test_all_workers_of_a_broken_pool_are_killed(tmp_path: Path) -> None:
    assert Break(tmp_path).settle().killed == [{1000, 1001}]


def test_nothing_is_in_flight_afterwards(tmp_path: Path) -> None:
    after = Break(tmp_path, 1).settle()
    assert after.flying.chunks == {} and after.flying.landed.empty()


def test_what_the_dead_workers_used_stays_in_the_total(tmp_path: Path) -> None:
    after = Break(tmp_path, 1)
    after.flying.used[0] = Used(cpu_s=2.0)
    after.settle()
    assert (after.flying.used, after.flying.lost.cpu_s, after.flying.total().cpu_s) == ({}, 2.0, 2.0)


def test_three_breaks_while_no_task_was_at_work_end_the_trial(tmp_path: Path) -> None:
    after = Break(tmp_path).settle()
    after.recovery.settle()
    with pytest.raises(TrialBroken, match="died 3 times in a row while they were at no task"):
        after.recovery.settle()


def test_a_suspect_is_progress_and_starts_the_count_anew(tmp_path: Path) -> None:
    after = Break(tmp_path, tasks=9)
    after.recovery.settle()
    after.recovery.settle()
    after.board.begin(0, 0)
    from engine.trial.loop import send

    send(after.executor, after.batch.take(), after.batch, after.flying)
    after.recovery.settle()
    after.board.idle(0)
    after.recovery.settle()
    after.recovery.settle()
    assert after.batch.suspects() == [(0, 1)]


def test_of_workers_that_have_no_place_on_the_board_the_executor_says_who_was_at_work(tmp_path: Path) -> None:
    def named(chunk: list[PlainAttempt]) -> Answer:
        error = BrokenExecutor("gone")
        error.at_work = chunk[0][0] == 1  # type: ignore[attr-defined]
        return error

    after = Break(tmp_path, answer=named)
    after.board.clear()
    assert after.settle().batch.suspects() == [(1, 1)]


# One worker lost, the others go on.


def lost(after: Break, error: WorkerLost, number: int = 0) -> Break:
    """The chunk `number` is lost with its worker."""
    future: Future[Any] = list(after.flying.chunks)[number]
    after.recovery.lose(future, error)
    return after


def test_of_a_lost_worker_only_the_task_that_it_was_at_is_suspect(tmp_path: Path) -> None:
    after = lost(Break(tmp_path, chunk=3, tasks=6, flying=1), WorkerLost("gone", task=1))
    assert after.batch.suspects() == [(1, 1)]
    assert after.failed == {}
    assert after.again() == [1, 0, 2, 3, 4, 5]


def test_the_chunks_of_other_workers_stay_in_flight(tmp_path: Path) -> None:
    after = lost(Break(tmp_path, flying=2), WorkerLost("gone", task=0))
    assert [[one.task for one in chunk] for chunk in after.flying.chunks.values()] == [[1]]
    assert after.killed == []


def test_a_task_that_is_lost_alone_again_is_the_culprit(tmp_path: Path) -> None:
    after = Break(tmp_path, suspects=[Attempt(9, None, 2)], flying=1)
    lost(after, WorkerLost("gone", task=9, slot=1, started_s=90.0))
    assert after.failed == {9: "crashed"}
    assert (after.written.records[0]["worker"], after.written.records[0]["started_s"]) == (1, 90.0)


def test_a_worker_that_was_ended_for_a_limit_names_its_task_at_once(tmp_path: Path) -> None:
    after = lost(Break(tmp_path, chunk=2, flying=1), WorkerLost("ended", task=1, limit_s=3.0))
    assert after.failed == {1: "time_limit"}
    assert after.again() == [0, 2, 3]


def test_where_nobody_knows_what_it_was_at_all_its_tasks_run_again_with_one_attempt_more(tmp_path: Path) -> None:
    after = lost(Break(tmp_path, chunk=2, flying=1), WorkerLost("The machine is gone."))
    assert after.failed == {} and after.batch.suspects() == []
    assert [(one.task, one.number) for one in after.batch.take()] == [(0, 2), (1, 2)]


def test_a_task_that_was_lost_three_times_with_its_machine_runs_alone(tmp_path: Path) -> None:
    after = Break(tmp_path, flying=1)
    for _ in range(2):
        lost(after, WorkerLost("The machine is gone."))
        assert after.batch.suspects() == []
        from engine.trial.loop import send

        send(after.executor, after.batch.take(), after.batch, after.flying)
    lost(after, WorkerLost("The machine is gone."))
    assert after.batch.suspects() == [(0, 3)]


def test_what_a_lost_worker_used_stays_in_the_total(tmp_path: Path) -> None:
    after = Break(tmp_path, flying=1)
    after.flying.used.update({0: Used(cpu_s=1.0), 1: Used(cpu_s=2.0)})
    lost(after, WorkerLost("gone", task=0, slot=1))
    assert (after.flying.lost.cpu_s, set(after.flying.used), after.flying.total().cpu_s) == (2.0, {0}, 3.0)


# The watchdog.


class Watched:
    """A watchdog with a limit of five seconds over a board."""

    def __init__(self, folder: Path, *at: int, for_s: float) -> None:
        self.clock, self.killed, self.overdue = FakeClock(), list[set[int]](), dict[int, float]()
        self.board = board(folder, *at, clock=self.clock, for_s=for_s)
        self.dog = Watchdog(self.board, 5.0, self.overdue, self.clock, self.killed.append)


def test_a_task_within_its_limit_is_left_alone(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 3, for_s=5.0)
    watched.dog.look()
    assert (watched.killed, watched.overdue) == ([], {})


def test_the_worker_of_a_task_past_its_limit_is_killed_and_the_task_noted(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 3, 4, for_s=5.5)
    watched.dog.look()
    assert watched.killed == [{1000}, {1001}]
    assert watched.overdue == {3: 5.0, 4: 5.0}


def test_no_worker_is_killed_twice_for_one_task(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 3, for_s=5.5)
    watched.dog.look()
    watched.clock.pass_s(9)
    watched.dog.look()
    assert watched.killed == [{1000}]


def test_an_idle_worker_is_never_overdue(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 3, for_s=99)
    watched.board.idle(0)
    watched.dog.look()
    assert watched.killed == []


def test_the_watchdog_looks_until_it_is_told_to_stop(tmp_path: Path) -> None:
    watched, stop = Watched(tmp_path, 3, for_s=5.5), threading.Event()
    watched.dog.start(stop)
    deadline = time.perf_counter() + 10
    while not watched.killed and time.perf_counter() < deadline:
        time.sleep(0.005)
    stop.set()
    assert watched.killed == [{1000}]


def test_killing_spares_this_process_and_minds_nobody_who_is_gone_already() -> None:
    gone = subprocess.Popen([sys.executable, "-S", "-c", ""])
    gone.wait()
    kill_all({0, os.getpid(), gone.pid})
