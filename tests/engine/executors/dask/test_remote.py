"""A cluster with TLS whose workers lack this engine: what runs there, and what ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.model import Configuration
from engine.runs import jobs, plans
from engine.store import Store
from tests.engine import faulty
from tests.engine.support import MEASURES, alive_with, faulty_plan, once_each, open_store, run_to_end, until

if find_spec("distributed") is None:  # importing it takes longer than reading all other tests of this folder
    pytest.skip("Dask is not installed.", allow_module_level=True)

from tests.engine.executors.dask.cluster import Cluster, certificates

HOW = Configuration("dask", 2)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for all tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("cluster")
    made = Cluster(folder, certificates(folder / "tls"))
    try:
        made.add_worker()
        made.add_worker()
        yield made
    finally:
        made.close()


@pytest.fixture
def store(cluster: Cluster, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "home", dask_patience_s=3.0, **cluster.settings())
    yield opened
    opened.close()


def test_workers_without_this_engine_give_what_the_plain_loop_gives(store: Store) -> None:
    plan = plans.simple_plan("compute", 12, {"amount": 50_000}, HOW, store.settings)
    there = run_to_end(store, plan)
    assert (there.state, there.ok) == ("finished", 12), there.message
    here = run_to_end(store, plans.simple_plan("compute", 12, {"amount": 50_000}, plans.SEQUENTIAL, store.settings))
    theirs, ours = once_each(store, there), once_each(store, here)
    assert [theirs[task].output for task in range(12)] == [ours[task].output for task in range(12)]
    assert {record.worker for record in theirs.values()} == {0, 1}
    assert all(record.cpu_s for record in theirs.values()), "each is a process with a CPU clock of its own"


@pytest.mark.stress
def test_a_users_own_module_is_sent_along_and_its_times_are_on_the_trials_clock(store: Store, cluster: Cluster) -> None:
    run = run_to_end(store, faulty_plan([{"do": "wait"}] * 8, HOW))
    assert (run.state, run.ok) == ("finished", 8), run.message
    wall_s = store.trials(run)[0].measurement.wall_s or 0
    spans = [(record.started_s or 0, record.finished_s or 0) for record in once_each(store, run).values()]
    assert all(-0.02 < started < finished < wall_s + 0.02 for started, finished in spans)
    until(lambda: not cluster.task_processes(), 3)


@MEASURES
def test_an_endless_task_ends_at_its_limit_and_the_next_run_is_not_hung(store: Store) -> None:
    tasks = [{"do": "fine"}] * 3 + [{"do": "spin"}] + [{"do": "fine"}] * 4
    run = run_to_end(store, faulty_plan(tasks, HOW, time_limit_s=2))
    records = once_each(store, run)
    assert run.state == "finished", run.message
    assert [task for task, record in records.items() if record.status != "ok"] == [3]
    assert records[3].reason == "time_limit"
    assert 2 <= (records[3].finished_s or 0) - (records[3].started_s or 0) < 3.5
    assert run_to_end(store, faulty_plan([{"do": "fine"}] * 4, HOW)).ok == 4


@pytest.mark.stress
def test_a_task_that_takes_its_process_down_is_named_and_costs_no_worker(store: Store, cluster: Cluster) -> None:
    tasks = [{"do": "fine"}] * 3 + [{"do": "segfault"}] + [{"do": "fine"}] * 4
    run = run_to_end(store, faulty_plan(tasks, HOW))
    records = once_each(store, run)
    assert run.state == "finished", run.message
    assert [task for task, record in records.items() if record.status != "ok"] == [3]
    assert (records[3].reason, records[3].attempts) == ("crashed", 2)
    assert all(worker.poll() is None for worker in cluster.workers)


@MEASURES
@pytest.mark.parametrize(
    "task",
    [
        pytest.param({"do": "spin"}, id="busy", marks=pytest.mark.stress),
        pytest.param({"do": "hold_gil"}, id="holding the GIL"),
    ],
)
def test_a_cancel_frees_the_workers_within_three_seconds(store: Store, cluster: Cluster, task: dict[str, Any]) -> None:
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 2 + [task] * 4, HOW, None))
    until(lambda: store.run(run.token).ok >= 2, 25)
    assert len(cluster.task_processes()) == 2
    jobs.cancel(store, store.run(run.token))
    until(lambda: not cluster.task_processes(), 3)
    assert jobs.wait(store, run).state == "cancelled"


@pytest.mark.stress
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL.")
def test_a_trial_that_is_killed_leaves_no_process_on_the_workers(store: Store, cluster: Cluster) -> None:
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 2 + [{"do": "spin"}] * 4, HOW, None))
    until(lambda: store.run(run.token).ok >= 2, 25)
    for process in alive_with(store.settings.home):
        with_suppressed_kill(process)
    until(lambda: not cluster.task_processes(), 3)


def with_suppressed_kill(process: psutil.Process) -> None:
    """kill -9 of a process that may have ended with another one."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)


@pytest.mark.stress
def test_equal_calls_are_each_made(store: Store, tmp_path: Path) -> None:
    mark = tmp_path / "tries"
    assert run_to_end(store, faulty_plan([{"do": "fine", "mark": str(mark)}] * 6, HOW)).ok == 6
    assert faulty.tries(mark) == 6


@pytest.mark.stress
def test_more_workers_than_threads_are_refused_in_one_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_to_end(store, faulty_plan([{"do": "fine"}] * 4, Configuration("dask", 3)))
    assert run.state == "failed"
    assert "offers 2 threads, fewer than the 3 workers asked for: ask for fewer, or start more workers" in str(
        run.message
    )


@pytest.mark.stress
def test_a_run_waits_for_the_threads_that_another_has(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", **cluster.settings())
    first = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.5}] * 8, HOW))
    second = jobs.start(store, faulty_plan([{"do": "fine"}] * 8, HOW))
    assert [jobs.wait(store, run).ok for run in (first, second)] == [8, 8]
    store.close()
