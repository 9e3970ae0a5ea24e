"""What every executor's file promises, tried without a trial: slots, flags, refusals, what runs first in a worker."""

from __future__ import annotations

import asyncio
import gc
import re
import sys
import threading
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import SettingRefused, TrialBroken
from engine.executors import EXECUTORS, factory, sound
from engine.executors import processes as processes_module
from engine.executors import references as references_module
from engine.executors.base import Factory, WorkerLost
from engine.executors.event_loop import LoopExecutor
from engine.executors.processes import WINDOWS_MOST, Processes, enter, preload
from engine.executors.references import (
    CHUNKS_A_WORKER,
    PLAIN_LOOP,
    REFERENCES,
    good_chunk,
    one_and_a_good_one,
    references_beside,
)
from engine.executors.sequential import InlineExecutor
from engine.executors.subinterpreters import Subinterpreters
from engine.executors.subinterpreters import enter as enter_interpreter
from engine.model import Configuration

SEQUENTIAL, THREADS = Configuration("sequential", 1), Configuration("threads", 3)
PROCESSES, ASYNCIO = Configuration("processes", 4), Configuration("asyncio", 8)


class Started:
    """Notes the slots that were started, with what they were given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, slot: int, *arguments: Any) -> None:
        self.calls.append((slot, *arguments))


def begin(slot: int, *arguments: Any) -> str | None:
    """Stands for what a worker runs first."""


# Which executor, and whether it can be.


@pytest.mark.parametrize("name", EXECUTORS)
def test_every_executor_is_known_by_its_own_name(name: str) -> None:
    assert EXECUTORS[name].name == name and issubclass(EXECUTORS[name], Factory)


def test_an_unknown_executor_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingRefused, match="There is no executor 'green': choose one of sequential, threads"):
        sound(Configuration("green", 1))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (Configuration("threads", 0), "threads cannot have 0 workers: choose from 1 to more."),
        (Configuration("threads", -1), "threads cannot have -1 workers: choose from 1 to more."),
        (Configuration("sequential", 2), "sequential cannot have 2 workers: choose from 1 to 1."),
        (Configuration("threads", 1, start_method="fork"),
         "threads has no start method 'fork' (none: leave it out)."),
        (Configuration("processes", 1, start_method="clone"), "processes has no start method 'clone' ("),
    ],
)  # fmt: skip
def test_what_no_executor_of_this_system_could_run_is_refused(how: Configuration, said: str) -> None:
    with pytest.raises(SettingRefused, match=re.escape(said)):
        sound(how)


def test_the_most_workers_are_still_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert Processes.most_workers() == WINDOWS_MOST == 61
    assert sound(Configuration("processes", 61)) is Processes
    with pytest.raises(SettingRefused, match="processes cannot have 62 workers: choose from 1 to 61"):
        sound(Configuration("processes", 62))


def test_one_that_is_missing_here_says_why_and_may_be_sound_on_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    how = Configuration("subinterpreters", 2)
    monkeypatch.setattr(Subinterpreters, "unavailable", classmethod(lambda cls: "needs Python 3.14."))
    with pytest.raises(SettingRefused, match=r"The executor subinterpreters is not available here: needs Python 3\.14"):
        factory(how)
    assert sound(how) is Subinterpreters


@pytest.mark.parametrize(("version", "here"), [((3, 14), True), ((3, 15), True), ((3, 13), False)])
def test_subinterpreters_begin_with_their_python(
    version: tuple[int, int], here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    reason = Subinterpreters.unavailable()
    assert (reason is None) is here
    assert here or reason == f"needs Python 3.14, and this is 3.{version[1]}."


@pytest.mark.parametrize("name", ["sequential", "threads", "asyncio"])
def test_an_executor_that_broke_and_cannot_be_opened_again_breaks_the_trial(name: str) -> None:
    kind = factory(Configuration(name, 1))
    with pytest.raises(TrialBroken, match=f"The {name} executor broke and cannot be opened again in the same process"):
        kind.replace(Started(), ())


def test_workers_here_have_no_names_see_the_same_files_and_import_the_same() -> None:
    kind = factory(THREADS)
    assert kind.names_of(InlineExecutor()) is None
    assert EXECUTORS["threads"].elsewhere({"dask_address": "tcp://s:1"}) is False
    assert EXECUTORS["threads"].cannot_import(["nothing_of_this_name"]) is None


def test_a_lost_worker_tells_what_it_was_at() -> None:
    lost = WorkerLost("It died.", task=3, slot=1, started_s=2.5)
    assert (str(lost), lost.task, lost.slot, lost.started_s, lost.limit_s) == ("It died.", 3, 1, 2.5, None)


# In the thread that submits.


def test_a_call_runs_at_once_where_it_was_submitted() -> None:
    executor = InlineExecutor()
    future = executor.submit(lambda *given, **named: (threading.get_ident(), given, named), 1, key=2)
    assert future.done() and future.result() == (threading.get_ident(), (1,), {"key": 2})


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
def test_whatever_a_call_raises_is_its_futures(error: BaseException) -> None:
    def fail() -> None:
        raise error

    assert InlineExecutor().submit(fail).exception() is error


def test_the_only_worker_of_sequential_is_started_once_with_its_arguments() -> None:
    started = Started()
    assert isinstance(factory(SEQUENTIAL).open(started, ("setup", 7)), InlineExecutor)
    assert started.calls == [(0, "setup", 7)]


def test_each_thread_takes_a_slot_of_its_own() -> None:
    started = Started()
    gate = threading.Barrier(3)
    with factory(THREADS).open(started, ("setup",)) as executor:
        for future in [executor.submit(gate.wait, 5) for _ in range(3)]:
            future.result(5)
    assert sorted(started.calls) == [(0, "setup"), (1, "setup"), (2, "setup")]


# Processes, without starting one.


class Slots:
    """A queue of slots that holds them here."""

    def __init__(self) -> None:
        self.waiting: list[int] = []

    def put(self, slot: int) -> None:
        self.waiting.append(slot)

    def get(self) -> int:
        return self.waiting.pop(0)


def steps(method: str | None, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], list[list[str]], list[str]]:
    """What each worker of a pool of three runs first, what the server was to preload, and whether sockets were kept."""
    preloaded: list[list[str]] = []
    short: list[str] = []
    monkeypatch.setattr("multiprocessing.forkserver.set_forkserver_preload", preloaded.append)
    monkeypatch.setattr("engine.machine.leftovers.keep_sockets_short", lambda: short.append("short"))
    kind = Processes(Configuration("processes", 3, start_method=method))
    kind.context = SimpleNamespace(SimpleQueue=Slots)
    return kind.first_steps(begin, (SimpleNamespace(preload=("json", "csv")), 7)), preloaded, short


@pytest.mark.parametrize("method", [one for one in ("forkserver", "spawn") if one in Processes.start_methods])
def test_workers_are_given_their_slots_and_a_server_what_they_will_import(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, preloaded, short = steps(method, monkeypatch)
    slots, start, arguments = found["initargs"]
    assert found["initializer"] is enter and start is begin and arguments[1] == 7
    assert slots.waiting == [0, 1, 2]
    server = method == "forkserver"
    assert preloaded == [["engine.executors.tether", begin.__module__, "json", "csv"]] * server
    assert short == ["short"] * server


def test_what_is_preloaded_is_what_workers_import_anyway() -> None:
    arguments = (SimpleNamespace(preload=("a", "b")), "plain", SimpleNamespace(preload=()), SimpleNamespace())
    assert preload(begin, arguments) == [begin.__module__, "a", "b"]


@pytest.mark.parametrize("enter_worker", [enter, enter_interpreter])
def test_a_worker_takes_the_next_slot_and_starts(enter_worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tied: list[str] = []
    monkeypatch.setattr(processes_module, "tie_to_parent", lambda: tied.append("tied"))
    slots, started = Slots(), Started()
    slots.waiting = [4, 5]
    enter_worker(slots, started, ("setup",))
    assert started.calls == [(4, "setup")] and slots.waiting == [5]
    assert tied == (["tied"] if enter_worker is enter else [])


def test_a_forked_pool_is_not_forked_again_beside_threads() -> None:
    if "fork" in Processes.start_methods:
        with pytest.raises(TrialBroken):
            Processes(Configuration("processes", 1, start_method="fork")).replace(Started(), ())


def test_the_first_start_method_is_the_default() -> None:
    assert Processes(PROCESSES).start_method == Processes.start_methods[0]
    assert Processes(replace(PROCESSES, start_method="spawn")).start_method == "spawn"


def test_a_worker_ends_once_its_trial_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(processes_module, "kill_own_group", lambda: order.append("killed"))
    processes_module._follow(SimpleNamespace(join=lambda: order.append("joined")))
    assert order == ["joined", "killed"]


# The event loop that a task stops.


@pytest.fixture
def loop() -> LoopExecutor:
    return LoopExecutor(2, Started(), ())


async def forever() -> None:
    await asyncio.Event().wait()


async def stop() -> None:
    asyncio.get_running_loop().stop()
    await asyncio.Event().wait()


def test_calls_that_are_open_when_a_task_stops_the_loop_are_broken_and_not_lost(
    loop: LoopExecutor, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting: Any = forever
    stopping: Any = stop
    first, second, queued = loop.submit(waiting), loop.submit(stopping), loop.submit(waiting)
    for future in (first, second, queued):
        with pytest.raises(BrokenExecutor, match="The event loop was stopped by a task"):
            future.result(5)
    loop._thread.join(5)
    gc.collect()  # slots that are closed say nothing
    late = loop.submit(abs, 1)
    with pytest.raises(BrokenExecutor):
        late.result(5)
    assert "The event loop ended: " in capsys.readouterr().err
    loop._loop.close()
    with pytest.raises(BrokenExecutor):
        loop.submit(abs, 1)


def test_a_loop_that_is_shut_down_without_waiting_lets_its_calls_end(loop: LoopExecutor) -> None:
    futures = [loop.submit(abs, -number) for number in range(5)]
    loop.shutdown(wait=False)
    loop.shutdown(wait=True)
    assert [future.result(5) for future in futures] == [0, 1, 2, 3, 4]


def test_a_call_that_was_cancelled_before_its_turn_never_runs() -> None:
    loop, ran = LoopExecutor(1, Started(), ()), list[int]()
    gate = threading.Event()
    first = loop.submit(gate.wait, 5)
    second = loop.submit(ran.append, 1)
    second.cancel()
    gate.set()
    first.result(5)
    loop.shutdown()
    with pytest.raises(CancelledError):
        second.result(5)
    assert ran == []


# Code that people write beside an executor.


@pytest.mark.parametrize(
    ("tasks", "workers", "chunk"),
    [(0, 1, 1), (1, 8, 1), (32, 2, 4), (33, 2, 5), (100, 4, 7), (7, 2, 1), (8, 2, 1), (9, 2, 2)],
)
def test_a_good_chunk_is_that_of_the_standard_library(tasks: int, workers: int, chunk: int) -> None:
    assert good_chunk(tasks, workers) == chunk
    whole, rest = divmod(tasks, workers * CHUNKS_A_WORKER)  # multiprocessing.pool.Pool._map_async
    assert chunk == max(1, whole + (1 if rest else 0))


def test_one_task_at_a_time_is_measured_beside_a_good_chunk_where_that_is_another() -> None:
    assert one_and_a_good_one(100, 4) == (1, 7)
    assert one_and_a_good_one(4, 4) == (1,)


@pytest.fixture
def everything_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every package that a reference needs is installed."""
    monkeypatch.setattr(references_module, "find_spec", lambda name: object())


def beside(*configurations: Configuration, tasks: int = 100) -> list[tuple[str, int, int | None]]:
    return [(str(one.reference), one.workers, one.chunk) for one in references_beside(configurations, tasks)]


def test_beside_each_executor_stands_what_people_write_at_its_largest_number_of_workers(everything_here: None) -> None:
    several = [SEQUENTIAL, Configuration("threads", 2), THREADS, PROCESSES, Configuration("processes", 2), ASYNCIO]
    assert beside(*several) == [
        ("plain loop", 1, None), ("ThreadPoolExecutor.map", 3, None), ("ProcessPoolExecutor.map", 4, 1),
        ("ProcessPoolExecutor.map", 4, 7), ("multiprocessing.Pool.map", 4, None), ("joblib.Parallel", 4, None),
        ("asyncio.gather", 8, None),
    ]  # fmt: skip


def test_code_that_needs_a_missing_package_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references_module, "find_spec", lambda name: None)
    assert "joblib.Parallel" not in [name for name, _, _ in beside(PROCESSES)]
    assert all(one.is_here for one in REFERENCES.values() if one.needs is None)


@pytest.mark.parametrize(
    "how",
    [
        replace(THREADS, python="/p"), replace(THREADS, environment=("A=1",)), replace(PROCESSES, held=True),
        PLAIN_LOOP, Configuration("dask", 2),
    ],
)  # fmt: skip
def test_nothing_stands_beside_what_people_would_not_write_first(how: Configuration, everything_here: None) -> None:
    assert beside(how) == []
    assert beside(replace(how, workers=64), THREADS) == [("ThreadPoolExecutor.map", 3, None)]


def test_a_start_method_goes_on_to_the_code_beside_it(everything_here: None) -> None:
    spawned = replace(PROCESSES, start_method="spawn")
    assert {one.start_method for one in references_beside([spawned], 100)} == {"spawn"}
