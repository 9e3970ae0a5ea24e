"""The one loop, driven by an executor that answers at once: what is sent, when, and what becomes of what comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TrialBroken
from engine.executors.base import WorkerLost
from engine.executors.sequential import InlineExecutor
from engine.machine.usage import Used
from engine.model import Pickled
from engine.protocol.board import Board
from engine.protocol.pickling import dump
from engine.trial.batch import AHEAD, CHUNK_TIME_S, Batch
from engine.trial.loop import InFlight, Spent, arrived, land, run_loop, send
from engine.trial.worker.chunks import PlainAttempt, Returned, Unreadable
from tests.engine.clock import FakeClock
from tests.engine.trial.made import Answer, Scripted, Written, attempts, in_flight, returned

pytestmark = pytest.mark.heart


class Loop:
    """A run of the loop over so many tasks, two workers, chunks of one."""

    def __init__(
        self, folder: Path, count: int, answer: Callable[[list[PlainAttempt]], Answer] = returned, **given: Any
    ) -> None:
        self.clock = FakeClock()
        self.batch = Batch(attempts(count), [], given.get("workers", 2), given.get("chunk", 1), self.clock)
        self.executor, self.written, self.stop = Scripted(answer), Written(), threading.Event()
        self.flying = InFlight(run=print, stores=given.get("stores", True))
        self.board = Board.create(folder / "board", 2)
        self.recoveries: list[Executor] = []
        self.losses: list[tuple[list[int], WorkerLost]] = []

    def recover(self) -> Executor:
        """Forget what was in flight, and go on with an executor that works."""
        for chunk in self.flying.chunks.values():
            self.batch.give_back(chunk)
        self.flying.chunks.clear()
        self.executor.broken, self.executor.answer = None, returned
        self.recoveries.append(self.executor)
        return self.executor

    def lose(self, future: Future[Returned], lost: WorkerLost) -> None:
        chunk = self.flying.chunks.pop(future)
        self.losses.append(([attempt.task for attempt in chunk], lost))

    def run(self, executor: Executor | None = None) -> list[int]:
        """The tasks whose records were written."""
        run_loop(
            executor or self.executor, self.batch, self.flying, self.board, self.written, self.stop,
            self.recover, self.lose,
        )  # fmt: skip
        return self.written.tasks


def test_every_task_is_run_once_in_order(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 20)
    assert loop.run() == list(range(20))
    assert [task for chunk in loop.executor.sent for task in chunk] == list(range(20))


def test_an_empty_batch_ends_at_once(tmp_path: Path) -> None:
    assert Loop(tmp_path, 0).run() == []


def test_what_has_come_back_is_written_before_more_is_sent(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 3)
    seen: list[int] = []

    def answer(chunk: list[PlainAttempt]) -> Answer:
        seen.append(len(loop.written.lines))
        return returned(chunk)

    loop.executor.answer = answer
    loop.run()
    assert seen == [0, 1, 2]


def test_no_more_is_in_flight_than_the_window_lets(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 50, workers=3)
    most = 0

    def answer(chunk: list[PlainAttempt]) -> Answer:
        nonlocal most
        most = max(most, len(loop.flying.chunks) + 1)
        if most == AHEAD * 3:  # the window is full: whatever waits comes back
            loop.executor.answer = returned
            for future, held in zip(loop.executor.waiting, list(loop.flying.chunks.values()), strict=True):
                future.set_result(returned([tuple(one) for one in held]))
            return returned(chunk)
        return None

    loop.executor.answer = answer
    assert sorted(loop.run()) == list(range(50))
    assert most == AHEAD * 3


def test_a_worker_gets_plain_tuples_and_the_time_that_it_may_take(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 1, chunk=None)
    seen: list[PlainAttempt] = []

    def answer(chunk: list[PlainAttempt]) -> Answer:
        seen.extend(chunk)
        return returned(chunk)

    loop.executor.answer = answer
    loop.run()
    assert seen == [(0, "argument 0", 1, 0.0)] and type(seen[0]) is tuple
    assert loop.executor.budgets == [CHUNK_TIME_S]


def test_what_a_worker_left_is_sent_again(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 6, lambda chunk: returned(chunk, tried=1), chunk=3)
    assert loop.run() == list(range(6))


def test_a_task_that_was_put_back_comes_when_its_time_has_come(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 3)

    def answer(chunk: list[PlainAttempt]) -> Answer:
        ((task, _, _, waited_s),) = chunk
        if task == 0 and not waited_s:
            return returned(chunk, later=[(0, 2.0)])
        if task == 2:
            loop.clock.pass_s(2.5)
        return returned(chunk)

    loop.executor.answer = answer
    assert loop.run() == [1, 2, 0]
    assert loop.written.records[-1]["waited_s"] == 2.0


def test_a_stop_ends_the_loop_with_what_is_in_flight(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 50)

    def answer(chunk: list[PlainAttempt]) -> Answer:
        if chunk[0][0] == 9:
            loop.stop.set()
        return returned(chunk)

    loop.executor.answer = answer
    assert len(loop.run()) < 50
    assert len(loop.batch) == 40


def test_the_board_hears_the_loop_beat(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 1)
    loop.run()
    assert loop.board.silent_s() < 5


def test_an_executor_that_breaks_while_it_runs_a_chunk_is_replaced(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 4, lambda chunk: BrokenExecutor("a worker died") if chunk[0][0] == 2 else returned(chunk))
    assert loop.run() == [0, 1, 2, 3]
    assert len(loop.recoveries) == 1


def test_an_executor_that_is_broken_before_a_chunk_is_sent_gives_it_back(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 4)
    loop.executor.broken = BrokenExecutor("gone")
    assert loop.run() == [0, 1, 2, 3]
    assert len(loop.recoveries) == 1


def test_a_trial_that_cannot_go_on_says_so(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 4)
    loop.executor.broken = BrokenExecutor("gone")

    def recover() -> Executor:
        raise TrialBroken("No worker lives.")

    loop.recover = recover  # type: ignore[method-assign]
    with pytest.raises(TrialBroken, match="No worker lives"):
        loop.run()


def test_one_lost_worker_costs_its_chunk_and_the_executor_goes_on(tmp_path: Path) -> None:
    lost = WorkerLost("The machine is gone.", task=1)
    loop = Loop(tmp_path, 4, lambda chunk: lost if chunk[0][0] == 1 else returned(chunk))
    assert loop.run() == [0, 2, 3]
    assert loop.losses == [([1], lost)] and loop.recoveries == []


def test_an_executor_may_run_tasks_inside_submit(tmp_path: Path) -> None:
    loop = Loop(tmp_path, 10, chunk=None)
    loop.flying.run = lambda chunk, budget_s: returned(chunk)
    assert loop.run(InlineExecutor()) == list(range(10))


def test_what_workers_used_is_kept_by_slot_and_the_last_reading_counts() -> None:
    batch, executor = Batch(attempts(3), [], 2, 1), Scripted()
    flying = in_flight(batch, executor, 3)
    for slot, cpu_s in ((0, 1.0), (1, 5.0), (0, 2.0)):
        future = next(iter(flying.chunks))
        land(future, returned([], slot=slot, used=Used(cpu_s=cpu_s)), batch, flying, Written())
    assert {slot: used.cpu_s for slot, used in flying.used.items()} == {0: 2.0, 1: 5.0}
    assert flying.total().cpu_s == 7.0


def test_workers_that_died_still_count_in_the_total() -> None:
    flying = InFlight(run=print, used={0: Used(cpu_s=2.0)}, lost=Used(cpu_s=3.0))
    assert flying.total().cpu_s == 5.0


def test_workers_that_share_a_thread_have_waited_for_a_cpu_once() -> None:
    flying = InFlight(run=print, used={0: Used(run_delay_s=2.0), 1: Used(run_delay_s=3.0)})
    assert flying.total(shared_thread=True).run_delay_s == 3.0
    assert flying.total().run_delay_s == 5.0
    assert InFlight(run=print).total(shared_thread=True) == Used()


def test_bookkeeping_is_what_was_neither_a_task_nor_pickling() -> None:
    spent = Spent()
    for _ in range(2):
        spent.add(returned([], chunk_cpu_s=1.0, tasks_cpu_s=0.5, pickling_s=0.25))
    assert (spent.chunks_s, spent.tasks_s, spent.pickling_s, spent.bookkeeping_s) == (2.0, 1.0, 0.5, 0.5)


def test_clocks_that_disagree_make_no_negative_bookkeeping() -> None:
    assert Spent(chunks_s=1.0, tasks_s=1.1).bookkeeping_s == 0.0


def test_a_jobs_records_are_written_as_they_come_back() -> None:
    batch, written = Batch(attempts(1), [], 1, 1), Written()
    flying = in_flight(batch, Scripted())
    (future,) = flying.chunks
    land(future, returned([(0, None, 1, 0.0)]), batch, flying, written)
    assert written.tasks == [0] and flying.carried == []


def test_a_chunk_without_records_writes_nothing() -> None:
    batch, calls = Batch(attempts(1), [], 1, 1), list[bytes]()
    flying = in_flight(batch, Scripted())
    (future,) = flying.chunks
    land(future, returned([(0, None, 1, 0.0)], later=[(0, 1.0)]), batch, flying, calls.append)
    assert calls == []


def test_a_comparisons_records_are_carried_until_the_clock_has_stopped() -> None:
    batch, written = Batch(attempts(1), [], 1, 1), Written()
    flying = in_flight(batch, Scripted(), stores=False)
    (future,) = flying.chunks
    land(future, returned([(0, None, 1, 0.0)], outputs=(dump((1, 2)),)), batch, flying, written)
    assert written.lines == []
    assert [one.outputs for one in flying.carried] == [((1, 2),)]


def test_outputs_that_were_not_pickled_are_carried_as_they_are() -> None:
    back = returned([], outputs=(1, "text", None))
    assert arrived(back) is back


def test_an_output_whose_pickle_cannot_be_read_is_told_from_all_others() -> None:
    back = arrived(returned([], outputs=(dump([1]), Pickled(b"no pickle"))))
    assert back.outputs[0] == [1]
    assert type(back.outputs[1]) is Unreadable and isinstance(back.outputs[1].why, Exception)


def test_sending_notes_what_is_in_flight_and_tells_when_it_has_come_back() -> None:
    batch, flying = Batch(attempts(2), [], 1, 2), InFlight(run=print)
    executor = Scripted(lambda chunk: None)
    send(executor, batch.take(), batch, flying)
    assert [[one.task for one in chunk] for chunk in flying.chunks.values()] == [[0, 1]]
    assert flying.landed.empty()
    executor.waiting[0].set_result(returned([]))
    assert not flying.landed.empty()
