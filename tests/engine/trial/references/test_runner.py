"""A trial of plain code: one clock around it, no records, and what failed by its first example."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import OverlapError, TrialBroken
from engine.executors.references import LOOP, MULTIPROCESSING_POOL, PLAIN_LOOP
from engine.model import Configuration
from engine.protocol.events import Closing, End, Event, Open
from engine.protocol.pickling import dump
from engine.trial.references import IMPLEMENTATIONS, pools
from engine.trial.references.base import Failed, ReferenceRunner, attempt, failed
from engine.trial.references.loop import PlainLoop
from engine.trial.references.pools import MultiprocessingPool, must_be_warm
from engine.trial.references.runner import measure
from engine.trial.references.used import Scheduled, scheduled
from engine.trial.worker.chunks import Attempt
from engine.trial.worker.state import WorkerState
from tests.engine.trial.worker.made import setup, told, unreadable

pytestmark = pytest.mark.heart


class Told(PlainLoop):
    """A loop whose tasks do as they are told."""

    def open(self) -> None:
        """Make the workload here."""
        super().open()
        WorkerState.workload = told(Path(self.setup.folder))


class Breaks(Told):
    """Code that breaks as a whole."""

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """Break."""
        raise RuntimeError("the pool is gone")


def measured(
    folder: Path, *arguments: Any, kind: type[ReferenceRunner] = Told, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[type[Event]], End]:
    """The events of a trial over these arguments: their kinds in order, and the end."""
    monkeypatch.setitem(IMPLEMENTATIONS, LOOP.name, kind)
    said: list[Event] = []
    attempts = [Attempt(task, argument) for task, argument in enumerate(arguments)]
    measure(PLAIN_LOOP, setup(folder), attempts, said.append)
    (end,) = (event for event in said if isinstance(event, End))
    return [type(event) for event in said], end


def test_its_phases_are_those_of_any_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds, end = measured(tmp_path, 1, 2, 3, monkeypatch=monkeypatch)
    assert kinds == [Open, End, Closing]
    assert (end.ok, end.failed, end.example, end.cancelled) == (3, 0, None, False)


def test_what_failed_is_counted_with_its_first_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, end = measured(tmp_path, 1, {"raise": "first"}, {"refuse": "second"}, monkeypatch=monkeypatch)
    assert (end.ok, end.failed, end.example) == (1, 2, "ValueError: first")


def test_pickled_arguments_are_values_before_the_clock_where_nothing_travels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, end = measured(tmp_path, dump({1, 2}), monkeypatch=monkeypatch)
    assert end.ok == 1


def test_code_that_breaks_as_a_whole_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrialBroken, match="plain loop ended with RuntimeError: the pool is gone"):
        measured(tmp_path, 1, kind=Breaks, monkeypatch=monkeypatch)


# One task in a worker of a pool.


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkerState, "workload", told(tmp_path))


def test_a_task_gives_its_result_and_one_that_raised_its_reason(worker: None) -> None:
    assert attempt("a") == "a"
    assert attempt({"raise": "b"}) == Failed("exception", "ValueError: b")
    assert attempt({"exit": 3}) == Failed("exception", "SystemExit: 3")


def test_an_argument_that_cannot_be_read_fails_its_task(worker: None) -> None:
    found = attempt(unreadable())
    assert type(found) is Failed and found.reason == "exception"


def test_what_failed_says_what_a_record_would_say() -> None:
    assert failed(KeyError("x")) == Failed("exception", "KeyError: 'x'")


def test_workers_of_a_pool_that_are_warm_have_nothing_to_say() -> None:
    must_be_warm(iter([None, None]))


def test_what_kept_a_worker_of_a_pool_from_starting_is_raised() -> None:
    with pytest.raises(OverlapError, match="PIL is missing"):
        must_be_warm(iter([None, "PIL is missing."]))


def test_a_pool_that_cannot_start_breaks_the_trial() -> None:
    def problems() -> Any:
        raise OSError("no memory")
        yield

    with pytest.raises(TrialBroken, match="The workers could not start: no memory"):
        must_be_warm(problems())


# What the workers used, read from outside.


def test_what_came_after_a_reading_is_the_difference() -> None:
    assert Scheduled(3.0, 1.5).since(Scheduled(1.0, 1.0)) == Scheduled(2.0, 0.5)


@pytest.mark.parametrize(("now", "before"), [(Scheduled(3.0, None), Scheduled(1.0, 1.0)),
                                             (Scheduled(3.0, 1.0), Scheduled(1.0, None))])  # fmt: skip
def test_what_either_reading_does_not_tell_is_unknown(now: Scheduled, before: Scheduled) -> None:
    assert now.since(before) == Scheduled(2.0, None)


def test_without_workers_of_its_own_this_process_is_read() -> None:
    found = scheduled([os.getpid(), 0])
    assert found.cpu_s is not None and found.cpu_s > 0


def test_of_a_worker_that_is_gone_nothing_is_known() -> None:
    assert scheduled([2**22 + 7]) == Scheduled(None, None)


def test_a_reference_runs_on_the_executor_that_it_stands_beside(tmp_path: Path) -> None:
    for name, kind in IMPLEMENTATIONS.items():
        how = Configuration(kind.reference.executor, 1, reference=name)
        assert kind(how, setup(tmp_path)).kind.name == kind.reference.executor


# multiprocessing.Pool.map does not notice what it has lost.


class _PoolStub:
    """A pool of which nothing ever comes back."""

    def __init__(self, alive: bool, *pids: Sequence[int]) -> None:
        self.looks = [[SimpleNamespace(pid=pid) for pid in one] for one in pids]
        self._result_handler = SimpleNamespace(is_alive=lambda: alive)

    @property
    def _pool(self) -> list[SimpleNamespace]:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def map_async(self, *_: Any) -> Any:
        return SimpleNamespace(ready=lambda: False, wait=lambda _: None)


def _map_on(pool: Any, folder: Path) -> list[Any]:
    found = MultiprocessingPool(Configuration("processes", 1, reference=MULTIPROCESSING_POOL.name), setup(folder))
    found.pool = pool
    return found.run([1])


def test_a_worker_that_died_ends_the_map_that_would_wait_for_it(tmp_path: Path) -> None:
    with pytest.raises(TrialBroken, match="would wait for ever here: a worker process died"):
        _map_on(_PoolStub(True, [11, 12], [11, 13]), tmp_path)


def test_a_thread_of_the_pool_that_ended_ends_the_map(tmp_path: Path) -> None:
    with pytest.raises(TrialBroken, match="a result cannot be unpickled in the main process, and"):
        _map_on(_PoolStub(False, [11]), tmp_path)


class _Sealed:
    """A result that can be pickled and not read."""

    def __reduce__(self) -> Any:
        return int, ("sealed",)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_result_that_cannot_be_read_is_told_with_what_reading_it_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "attempt", _sealed)
    pool = multiprocessing.get_context("fork").Pool(1)
    try:
        with pytest.raises(TrialBroken, match="ValueError: invalid"):
            _map_on(pool, tmp_path)
    finally:
        pool._cache.clear()  # type: ignore[attr-defined]  # or it refuses to end without its thread
        pool.terminate()


def _sealed(_: Any) -> Any:
    return _Sealed()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_tasks_child_that_comes_back_is_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, told_to = os.pipe()

    class Forks:
        by_value = False

        def run(self, argument: str) -> str:
            if os.fork() == 0:
                return "child"
            os.wait()
            return argument

    monkeypatch.setattr(WorkerState, "workload", Forks())
    monkeypatch.setattr(WorkerState, "pid", os.getpid())

    def ended(_: int) -> None:
        os.write(told_to, b"ended")
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(os, "_exit", ended)
    assert attempt("parent") == "parent"
    assert os.read(there, 5) == b"ended"
    os.close(there)
    os.close(told_to)
