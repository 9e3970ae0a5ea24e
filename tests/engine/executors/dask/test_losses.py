"""A cluster that loses its workers or its scheduler while a run is under way."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.model import Configuration
from engine.runs import jobs
from tests.engine.support import alive_with, faulty_plan, once_each, open_store, started, until

if find_spec("distributed") is None:
    pytest.skip("Dask is not installed.", allow_module_level=True)

from tests.engine.executors.dask.cluster import Cluster

HOW = Configuration("dask", 2)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers, for one test."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        made.add_worker()
        made.add_worker()
        yield made
    finally:
        made.close()


def test_a_worker_that_is_gone_for_good_costs_nothing_but_time(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", **cluster.settings())
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.2}] * 24, HOW))
    until(lambda: store.run(run.token).ok >= 4, 25)
    live = store.trials(run)[0].measurement.worker_names
    assert len(live) == 2 and all(name.startswith(f"{platform.node()} tcp://") for name in live), "told while it runs"
    cluster.workers[0].kill()
    run = jobs.wait(store, run)
    assert (run.state, run.ok) == ("finished", 24), run.message
    once_each(store, run)
    assert len(store.trials(run)) == 1, "the trial went on with the other worker"
    store.close()


@pytest.mark.stress
def test_a_worker_that_joins_takes_the_place_of_one_that_is_gone(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", **cluster.settings())
    run = jobs.start(store, faulty_plan([{"do": "wait", "seconds": 0.25}] * 40, HOW))
    until(lambda: store.run(run.token).ok >= 4, 25)
    for worker in cluster.workers:
        worker.kill()
    cluster.add_worker(threads=2)
    run = jobs.wait(store, run)
    assert (run.state, run.ok) == ("finished", 40), run.message
    once_each(store, run)
    store.close()


@pytest.mark.stress
def test_a_scheduler_that_dies_ends_the_run_with_a_sentence_and_what_was_done_is_kept(
    cluster: Cluster, tmp_path: Path
) -> None:
    store = open_store(tmp_path / "home", **cluster.settings())
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 4 + [{"do": "wait", "seconds": 1}] * 8, HOW, None))
    until(lambda: store.run(run.token).ok >= 4, 25)
    cluster.scheduler.kill()
    began = time.perf_counter()
    run = jobs.wait(store, run)
    assert time.perf_counter() - began < 15
    assert run.state == "failed"
    assert f"No Dask scheduler answers at {cluster.address}" in str(run.message)
    done = run.ok
    assert done >= 4, "what was done is kept"
    until(lambda: not alive_with(store.settings.home))
    until(lambda: not cluster.task_processes(), 5)
    store.close()


@pytest.mark.stress
def test_a_run_that_lost_its_scheduler_is_resumed_on_another(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", **cluster.settings())
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 4 + [{"do": "wait", "seconds": 1}] * 8, HOW, None))
    until(lambda: store.run(run.token).ok >= 4, 25)
    cluster.scheduler.kill()
    run = jobs.wait(store, run)
    store.close()
    folder = tmp_path / "other"
    folder.mkdir()
    other = Cluster(folder)
    try:
        other.add_worker(threads=2)
        again = open_store(tmp_path / "home", **other.settings())
        run = jobs.wait(again, jobs.resume(again, again.run(run.token)))
        assert (run.state, run.ok) == ("finished", 12), run.message
        once_each(again, run)
        again.close()
    finally:
        other.close()


@pytest.mark.stress
def test_resume_is_not_needed_where_a_run_never_began(tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", dask_address="tcp://127.0.0.1:9")
    run = started(store, faulty_plan([{"do": "fine"}], HOW))
    assert (run.state, run.ok) == ("failed", 0)
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in str(run.message)
    store.close()
