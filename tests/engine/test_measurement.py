"""The figures of a trial are right: known costs, put in on purpose, show up where they belong."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.machine.process_readers import tree
from engine.model import Configuration, Measurement, Run
from engine.runs import jobs
from engine.store import Store
from tests.engine.chore_plan import chore_plan
from tests.engine.support import MEASURES, alive_with, faulty_plan, once_each, started

pytestmark = MEASURES

PROCESSES, THREADS = Configuration("processes", 2), Configuration("threads", 2)
SEQUENTIAL = Configuration("sequential", 1)
ONE_MORE = pytest.param(SEQUENTIAL, marks=pytest.mark.stress)
TWO = pytest.mark.parametrize("how", [PROCESSES, ONE_MORE], ids=lambda how: how.label)
HOWS = pytest.mark.parametrize("how", [PROCESSES, THREADS, ONE_MORE], ids=lambda how: how.label)


def measured(store: Store, run: Run) -> Measurement:
    """The measurement of the run's only trial."""
    (trial,) = store.trials(run)
    assert trial.state == "finished", trial.message
    return trial.measurement


@dataclass
class Stopwatch:
    """Looks from outside every 2 ms whether the trial's process is there."""

    home: Path
    total_s: float = 0.0

    def watch(self) -> None:
        """Wait for the trial's process and for its end."""
        orchestrators: list[int] = []
        while not orchestrators:
            orchestrators = [one.pid for one in alive_with(self.home) if "work" in one.cmdline()[2:6]]
        while len(family := tree(orchestrators[0])) < 2:
            time.sleep(0.002)
        began = time.perf_counter()
        while psutil.pid_exists(family[1]):
            time.sleep(0.002)
        self.total_s = time.perf_counter() - began


@TWO
def test_the_four_times_together_are_what_a_stopwatch_around_the_process_sees(how: Configuration, store: Store) -> None:
    stopwatch = Stopwatch(store.settings.home)
    thread = threading.Thread(target=stopwatch.watch)
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.5}] * 4, how))
    thread.start()
    run = jobs.wait(store, run, poll_s=0.2)
    thread.join()
    found = measured(store, run)
    parts = (found.interpreter_s, found.startup_s, found.wall_s, found.teardown_s)
    assert all(part is not None and part >= 0 for part in parts)
    assert sum(part or 0 for part in parts) == pytest.approx(stopwatch.total_s, abs=0.1)


@HOWS
def test_wall_time_is_that_of_the_tasks(how: Configuration, store: Store) -> None:
    found = measured(store, started(store, chore_plan("sleep", [0.2] * 8, how)))
    assert found.wall_s == pytest.approx(1.6 / how.workers, rel=0.2)
    assert (found.cpu_s or 0) < 0.3


@pytest.mark.parametrize(
    ("how", "setup", "setup_s"),
    [
        pytest.param(SEQUENTIAL, "slow_setup", 0.2, marks=pytest.mark.stress),
        (PROCESSES, "very_slow_setup", 1.0),
    ],
    ids=["sequential", "processes"],
)
def test_a_slow_start_of_the_workers_is_in_the_start_up_and_nowhere_else(
    how: Configuration, setup: str, setup_s: float, store: Store
) -> None:
    plans = chore_plan("sleep", [0.1] * 4, how), chore_plan("sleep", [0.1] * 4, how, setup=f"chores:{setup}")
    # Turn and turn about, and the shorter of two: what else the machine does only ever adds.
    pairs = [[measured(store, started(store, plan)) for plan in plans] for _ in range(2)]
    plain, slow = zip(*pairs, strict=True)
    added_s = min(one.startup_s or 0 for one in slow) - min(one.startup_s or 0 for one in plain)
    assert added_s == pytest.approx(setup_s, rel=0.2)
    assert min(one.wall_s or 0 for one in slow) == pytest.approx(0.4 / how.workers, rel=0.2)


def test_a_large_argument_costs_time_between_tasks_and_not_inside_them(store: Store) -> None:
    """5 MB are handed over to processes; the task itself takes no longer for it."""
    large = chore_plan("length_of", ["x" * 5_000_000] * 4, PROCESSES)
    run = started(store, large)
    records = list(once_each(store, run).values())
    assert [record.output for record in records] == [5_000_000] * 4
    inside_s = sum((record.finished_s or 0) - (record.started_s or 0) for record in records)
    wall_s = measured(store, run).wall_s or 0
    assert inside_s < 0.02
    assert wall_s > 0.01, "handing 20 MB over takes time, and it is in the wall time"
    assert min(record.started_s or 0 for record in records) > 0.002, "the first task starts once its argument is there"


@pytest.mark.parametrize("how", [SEQUENTIAL, Configuration("threads", 1)], ids=lambda how: how.label)
def test_the_wait_in_the_queue_is_before_a_tasks_start(how: Configuration, store: Store) -> None:
    """With one worker, the second task waits for the first, which takes 100 ms; its own time stays short."""
    run = started(store, chore_plan("sleep", [0.1, 0.05], how))
    first, second = once_each(store, run).values()
    assert first.started_s == pytest.approx(0, abs=0.02)
    assert second.started_s == pytest.approx(0.1, rel=0.2)
    assert (second.finished_s or 0) - (second.started_s or 0) == pytest.approx(0.05, rel=0.2)


@HOWS
def test_cpu_time_is_that_of_the_work(how: Configuration, store: Store) -> None:
    plan = chore_plan("burn", [0.2] * 4, how)
    run = started(store, plan)
    assert measured(store, run).cpu_s == pytest.approx(0.8, rel=0.2)
    for record in once_each(store, run).values():
        assert record.cpu_s == pytest.approx(0.2, rel=0.2)


@HOWS
def test_no_worker_is_at_two_tasks_at_once(how: Configuration, store: Store) -> None:
    run = started(store, chore_plan("sleep", [0.01] * 60, how))
    spans: dict[int | None, list[tuple[float, float]]] = {}
    for record in once_each(store, run).values():
        assert record.started_s is not None
        assert record.finished_s is not None
        spans.setdefault(record.worker, []).append((record.started_s, record.finished_s))
    assert set(spans) == set(range(how.workers))
    for lane in spans.values():
        lane.sort()
        assert all(later[0] >= earlier[1] for earlier, later in pairwise(lane))
        assert lane[0][0] >= 0
    assert max(end for lane in spans.values() for _, end in lane) <= (measured(store, run).wall_s or 0)


def test_a_fixed_chunk_is_kept_and_reported(store: Store) -> None:
    tasks: list[Any] = [{"do": "fine"}] * 40
    fixed = measured(store, started(store, faulty_plan(tasks, Configuration("threads", 2, chunk=10))))
    assert fixed.chunk == 10


@pytest.mark.parametrize("how", [SEQUENTIAL, THREADS], ids=lambda how: how.label)
def test_what_other_programs_and_the_gil_hold_up_is_not_the_engines_own(how: Configuration, store: Store) -> None:
    """Tasks of 10 ms that compute, beside programs that take every CPU: some tens of µs a task are ours."""
    others = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(2)]
    try:
        found = measured(store, started(store, chore_plan("burn", [0.01] * 20, how)))
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert found.loop_s is not None and 0 < found.loop_s < 20 * 300e-6
