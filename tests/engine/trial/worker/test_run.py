"""A chunk of tasks in a worker: one record each, in order, and what is given back when its time is up."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import OverlapError
from engine.machine.usage import Used
from engine.model import Pickled
from engine.protocol.board import Board
from engine.protocol.elsewhere import Elsewhere
from engine.protocol.pickling import dump, unpacked
from engine.trial.worker import run, state
from engine.trial.worker.chunks import Held, Returned
from engine.trial.worker.run import INSTANT_S, Beside, only_the_worker, run_chunk, without_traceback
from engine.trial.worker.state import WorkerState, start
from tests.engine.trial.worker.made import chunk, made_board, records, setup, told, unreadable

pytestmark = pytest.mark.heart


@pytest.fixture(autouse=True)
def _no_worker_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is no worker before a test, nor after it."""
    for name in ("workload", "board", "problem", "children", "trial", "slot"):
        monkeypatch.setattr(WorkerState, name, None)
    monkeypatch.setattr(WorkerState, "arguments", ())
    monkeypatch.setattr(state, "_thread", type("Local", (), {})())


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Board]:
    """This thread is the worker of slot 0, for a job whose tasks do as they are told; its board."""
    board = made_board(tmp_path)
    start(0, setup(tmp_path))
    WorkerState.workload = told(tmp_path)
    yield board


def comparing(folder: Path, pickles: bool = False) -> None:
    """This thread is the worker of slot 0 of a comparison."""
    made_board(folder)
    start(0, setup(folder, stores=False, pickles=pickles))
    WorkerState.workload = told(folder)


def ran(*arguments: Any, budget_s: float | None = None) -> Returned:
    return run_chunk(chunk(*arguments), budget_s)


def test_each_task_becomes_a_record_in_order(worker: Board) -> None:
    back = ran("a", "b", "c")
    assert [(one["task"], one["output"], one["status"]) for one in records(back)] == [
        (0, '"a"', "ok"), (1, '"b"', "ok"), (2, '"c"', "ok"),
    ]  # fmt: skip
    assert (back.done, back.failed, back.tried, back.later, back.slot) == (3, 0, 3, (), 0)


def test_a_task_that_raises_costs_its_own_record(worker: Board) -> None:
    back = ran("a", {"raise": "no"}, {"refuse": "Not today."}, "d")
    assert [one["reason"] for one in records(back)] == [None, "exception", "refused", None]
    assert (back.done, back.failed) == (4, 2)


def test_a_task_that_wants_to_end_the_process_does_not(worker: Board) -> None:
    assert records(ran({"exit": 1}))[0]["error"] == "SystemExit: 1"


def test_a_task_that_must_wait_has_no_record_and_is_given_back(worker: Board) -> None:
    back = ran("a", {"later": 2.5}, "c")
    assert back.later == ((1, 2.5),)
    assert [one["task"] for one in records(back)] == [0, 2]
    assert (back.done, back.tried) == (2, 3)


def test_when_its_time_is_up_a_worker_leaves_the_rest(worker: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    back = ran(*"abcdef", budget_s=-1.0)
    assert (back.tried, back.done) == (1, 1), "at least one is tried"


def test_without_a_limit_of_time_all_are_run(worker: Board) -> None:
    assert ran(*"abcdef", budget_s=None).tried == 6


def test_attempts_count_those_of_the_loop_and_those_of_the_workload(worker: Board) -> None:
    back = run_chunk([(0, "a", 3, 1.5), (1, {"again": "b"}, 2, 0.0)], None)
    assert [(one["attempts"], one["waited_s"]) for one in records(back)] == [(3, 1.5), (4, 0.0)]


def test_an_argument_that_came_as_a_pickle_is_read_here(worker: Board) -> None:
    assert records(ran(dump(["x"])))[0]["output"] == '["x"]'


def test_an_argument_that_cannot_be_read_fails_its_task_without_running_it(worker: Board) -> None:
    (record,) = records(ran(unreadable()))
    assert record["reason"] == "unreadable_argument"


def test_an_argument_that_the_worker_holds_is_found_by_the_tasks_number(worker: Board) -> None:
    WorkerState.arguments = ("zero", "one")
    assert [one["output"] for one in records(ran(Held(), Held()))] == ['"zero"', '"one"']


def test_the_board_shows_the_task_while_it_runs_and_nobody_afterwards(
    worker: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    workload = WorkerState.workload
    monkeypatch.setattr(workload, "run", lambda argument: seen.extend(slot.task for slot in worker.busy()))
    ran("a", "b")
    assert seen == [0, 1]
    assert worker.busy() == []


def test_times_are_those_of_the_task(worker: Board) -> None:
    before = time.perf_counter()
    (record,) = records(ran("a"))
    assert before - 1e-6 <= record["started_s"] <= record["finished_s"] <= time.perf_counter() + 1e-6


def test_on_another_machine_times_are_told_on_the_trials_clock(
    worker: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Elsewhere, "clock_offset_s", 1e6)
    (record,) = records(ran("a"))
    assert record["started_s"] > 1e6


def test_a_task_of_no_time_was_never_held_up_by_others(worker: Board) -> None:
    if WorkerState.slot and WorkerState.slot.queue:
        (record,) = records(ran("a"))
        assert record["finished_s"] - record["started_s"] > INSTANT_S or record["run_delay_s"] == 0.0


class Clocks:
    """A run queue and started processes that tell what a test says."""

    def __init__(self, *delays_s: float, children_s: float = 0.0) -> None:
        self.delays_s, self.children_s, self.asked = iter(delays_s), children_s, 0

    def delay_s(self) -> float:
        return next(self.delays_s)

    def claim_s(self) -> float:
        self.asked += 1
        return self.children_s


def beside(queue: Clocks | None, children: Clocks | None) -> Beside:
    assert WorkerState.slot is not None
    WorkerState.slot.queue, WorkerState.slot.children = queue, children  # type: ignore[assignment]
    return Beside(WorkerState.slot)


def test_a_task_waited_for_as_long_as_its_thread_did_since_the_last_reading(worker: Board) -> None:
    read = beside(Clocks(5.0, 5.25, 5.75), None).read
    assert [read(9.0, 0.1), read(9.0, 0.1)] == [(0.0, 0.25), (0.0, 0.5)]


def test_a_task_never_waited_for_longer_than_it_took(worker: Board) -> None:
    read = beside(Clocks(5.0, 7.0, 7.5), None).read
    assert [read(1.5, 0.0), read(1.5, 0.0)] == [(0.0, 1.5), (0.0, 0.5)]


def test_what_a_task_computed_it_did_not_wait_unless_native_threads_computed_beside_it(worker: Board) -> None:
    read = beside(Clocks(5.0, 7.0, 9.0), None).read
    assert read(1.5, 1.0) == (0.0, 0.5)
    assert read(1.5, 6.0) == (0.0, 1.5)


@pytest.mark.parametrize(("waited_s", "asked"), [(0.0, 0), (5e-6, 0), (20e-6, 1)])
def test_nothing_is_read_for_a_task_that_was_on_its_cpu_all_the_time(
    worker: Board, monkeypatch: pytest.MonkeyPatch, waited_s: float, asked: int
) -> None:
    children, clocks = Clocks(children_s=0.0), iter([0.0, 0.0, 1.0 - waited_s, 1.0, 1.0])
    beside(None, children)
    assert WorkerState.slot is not None
    WorkerState.slot.clock = lambda: next(clocks)
    times = iter([0.0, 0.0, 1.0])
    monkeypatch.setattr(run, "time", SimpleNamespace(perf_counter=lambda: next(times, 1.0)))
    ran("a")
    assert children.asked == asked


def test_processes_that_a_task_started_are_its_own_cpu_time(worker: Board) -> None:
    assert beside(None, Clocks(children_s=2.5)).read(9.0, 0.1) == (2.5, None)


def test_a_long_task_has_its_childrens_cpu_time_and_one_of_no_time_does_not_ask(
    worker: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = Clocks(children_s=100.0)
    beside(None, children)
    monkeypatch.setattr(run, "INSTANT_S", 1e9)
    (short,) = records(ran("a"))
    assert short["cpu_s"] < 100.0 and children.asked == 0
    monkeypatch.setattr(run, "INSTANT_S", -1.0)
    monkeypatch.setattr(run, "UNTOUCHED_S", -1.0)
    (long,) = records(ran("a"))
    assert long["cpu_s"] >= 100.0 and children.asked == 1


def test_where_the_system_does_not_tell_the_delay_it_is_unknown(worker: Board) -> None:
    assert WorkerState.slot is not None
    WorkerState.slot.queue = None
    assert [one["run_delay_s"] for one in records(ran("a", {"raise": "b"}))] == [None, None]


def test_tasks_cpu_time_is_part_of_the_chunks(worker: Board) -> None:
    back = ran(*range(200))
    assert 0.0 <= back.tasks_cpu_s <= back.chunk_cpu_s
    assert back.elapsed_s > 0.0 and back.pickling_s == 0.0


def test_a_comparisons_outputs_come_back_beside_records_that_are_open(tmp_path: Path) -> None:
    comparing(tmp_path)
    back = ran("a", {"raise": "b"}, [1])
    assert back.outputs == ("a", [1])
    assert [one["fingerprint"] for one in records(back)] == [None, None, None]
    assert back.lines.count(b",]") == 2


def test_a_comparisons_outputs_travel_as_pickles_where_executors_pickle(tmp_path: Path) -> None:
    comparing(tmp_path, pickles=True)
    (output,) = ran([1, 2]).outputs
    assert type(output) is Pickled and unpacked(output) == [1, 2]


def test_the_child_of_a_fork_in_a_task_does_not_go_on_as_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr("os._exit", left.append)
    only_the_worker(os.getpid())
    assert left == []
    only_the_worker(os.getpid() + 1)
    assert left == [0]


def test_where_no_worker_was_made_nobody_is_taken_for_its_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os._exit", lambda code: pytest.fail("this process was to end"))
    only_the_worker(0)


def test_an_error_is_kept_without_the_frames_that_it_came_through() -> None:
    try:
        raise ValueError("x")
    except ValueError as error:
        assert error.__traceback__ is not None
        assert without_traceback(error).__traceback__ is None


# How a worker gets ready.


def test_a_worker_that_has_started_is_seen_on_the_board(tmp_path: Path) -> None:
    board = made_board(tmp_path, 2)
    assert start(1, setup(tmp_path, workers=2)) is None
    assert (board.workers_ready(), board.pids()) == (1, {os.getpid()})


def test_the_workload_is_made_once_for_all_workers_of_a_process(tmp_path: Path) -> None:
    made_board(tmp_path, 2)
    start(0, setup(tmp_path, workers=2))
    first = WorkerState.workload
    start(1, setup(tmp_path, workers=2))
    assert WorkerState.workload is first


def test_a_process_that_outlives_its_trial_makes_the_next_trials_workload_anew(tmp_path: Path) -> None:
    workloads = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made_board(tmp_path / name)
        start(0, setup(tmp_path / name))
        workloads.append(WorkerState.workload)
    assert workloads[0] is not workloads[1]


def test_a_workload_that_cannot_be_made_is_reported_and_not_raised(tmp_path: Path) -> None:
    made_board(tmp_path)
    problem = start(0, setup(tmp_path, workload="no such"))
    assert problem is not None and "no such" in problem
    assert state.warm(1) == problem


def test_a_module_that_ends_the_interpreter_when_it_is_imported_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaves(_: Any) -> Any:
        raise SystemExit("bye")

    monkeypatch.setattr(state, "_make", leaves)
    made_board(tmp_path)
    assert start(0, setup(tmp_path)) == "The workload compute cannot start here: SystemExit: bye"


def test_a_worker_waits_until_all_are_ready_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_board(tmp_path, 2)
    start(0, setup(tmp_path, workers=2))
    monkeypatch.setattr(state, "_WARM_LIMIT_S", 0.01)
    assert state.warm(2) == "Only 1 of 2 workers started within 0 s."
    start(1, setup(tmp_path, workers=2))
    assert state.warm(2) is None


def test_what_runs_tasks_without_being_a_worker_is_told_what_is_wrong(tmp_path: Path) -> None:
    made_board(tmp_path)
    state.ready_here(setup(tmp_path))
    assert WorkerState.workload is not None
    with pytest.raises(OverlapError, match="no such"):
        state.ready_here(setup(tmp_path, workload="no such"))


def test_waiting_before_the_clock_runs_is_not_the_trials(tmp_path: Path) -> None:
    class Queue:
        now_s = 10.0

        def delay_s(self) -> float:
            return self.now_s

    board = made_board(tmp_path)
    start(0, setup(tmp_path))
    slot, queue = WorkerState.slot, Queue()
    assert slot is not None
    slot.queue = queue  # type: ignore[assignment]
    slot.ready = slot.ready._replace(run_delay_s=2.0)
    board.opened()
    slot.begin(board)
    assert slot.ready.run_delay_s == pytest.approx(10.0, abs=0.5), "all of it came before the clock"
    assert not slot.idle


def test_a_worker_without_a_process_of_its_own_tells_only_what_is_its_threads(tmp_path: Path) -> None:
    made_board(tmp_path)
    start(0, setup(tmp_path, workers=2))
    slot = WorkerState.slot
    assert slot is not None
    assert state.used_by(slot)._replace(run_delay_s=None) == Used()._replace(run_delay_s=None)
    assert slot.clock is time.thread_time


@pytest.mark.parametrize("values", [{"workers": 1}, {"workers": 4, "own_process": True}])
def test_a_worker_that_has_its_process_to_itself_counts_all_of_its_threads(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    made_board(tmp_path, 4)
    start(0, setup(tmp_path, **values))
    assert WorkerState.slot is not None and WorkerState.slot.clock is time.process_time


def test_held_arguments_are_loaded_at_the_start(tmp_path: Path) -> None:
    made_board(tmp_path)
    (tmp_path / "tasks.jsonl").write_text('["a",1]\n["b",{"x":2}]\n', encoding="utf-8")
    start(0, setup(tmp_path, tasks=str(tmp_path / "tasks.jsonl")))
    assert WorkerState.arguments == (1, {"x": 2})
