"""dask: a cluster of the trial's own that leaves nothing behind, or the one that the configuration names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.errors import NotAvailable
from engine.model import Configuration
from engine.runs import jobs, plans
from engine.store import Store
from tests.engine import faulty
from tests.engine.support import alive_with, faulty_plan, once_each, open_store, run_to_end, until

if find_spec("distributed") is None:  # importing it takes longer than reading all other tests of this folder
    pytest.skip("Dask is not installed.", allow_module_level=True)

HOW = Configuration("dask", 2)
ROOT = Path(__file__).parents[3]
SCHEDULER = """
import time
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers={workers}, threads_per_worker={threads}, dashboard_address=None, host="127.0.0.1")
    print(cluster.scheduler_address, flush=True)
    time.sleep(600)
"""


class Cluster:
    """Somebody else's cluster: a scheduler and its workers below nannies, in processes of their own."""

    def __init__(self, folder: Path, workers: int, threads: int) -> None:
        script = folder / "cluster.py"
        script.write_text(SCHEDULER.format(workers=workers, threads=threads))
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "engine")])
        self.process = subprocess.Popen(
            [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def kill(self) -> None:
        """kill -9 of all of it, if that has not been done yet."""
        if self.process.poll() is not None:
            return
        tree = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for process in tree:
            process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Callable[..., tuple[Cluster, Store]]]:
    """Starts a cluster, and gives it with a store whose settings name it."""
    with ExitStack() as stack:

        def make(workers: int = 2, threads: int = 1) -> tuple[Cluster, Store]:
            made = Cluster(tmp_path, workers, threads)
            stack.callback(made.kill)
            store = open_store(tmp_path / "with_cluster", dask_address=made.address)
            stack.callback(store.close)
            return made, store

        yield make


def test_equal_calls_are_each_made(store: Store, tmp_path: Path) -> None:
    mark = tmp_path / "tries"
    run = run_to_end(store, faulty_plan([{"do": "fine", "mark": str(mark)}] * 6, HOW))
    assert run.ok == 6
    assert faulty.tries(mark) == 6, "Dask computes equal calls once unless it is told not to"


def test_each_worker_is_a_process_with_its_own_cpu_clock(store: Store) -> None:
    run = run_to_end(store, plans.simple_plan("compute", 8, {"amount": 200_000}, HOW, store.settings))
    records = once_each(store, run)
    assert {record.worker for record in records.values()} == {0, 1}
    assert all(record.cpu_s for record in records.values())
    assert len({record.fingerprint for record in records.values()}) == 8
    until(lambda: not alive_with(store.settings.home), 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL.")
@pytest.mark.parametrize("role", [pytest.param("work", marks=pytest.mark.stress), "trial"])
@pytest.mark.parametrize(
    "task",
    [
        pytest.param({"do": "wait", "seconds": 5}, id="waiting", marks=pytest.mark.stress),
        pytest.param({"do": "hold_gil"}, id="holding the GIL"),
    ],
)
def test_kill_9_leaves_no_worker_behind(role: str, task: dict[str, Any], store: Store) -> None:
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 4 + [task] * 4, HOW, None))
    until(lambda: store.run(run.token).ok >= 2, 25)
    time.sleep(0.3)
    before = alive_with(store.settings.home)
    (victim,) = [process for process in before if f"-m engine {role}" in " ".join(process.cmdline())]
    victim.send_signal(signal.SIGKILL)
    if role == "work":
        until(lambda: not alive_with(store.settings.home), 2)
        return
    until(lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE
                          for process in before if "forkserver" in str(process)), 2)  # fmt: skip
    jobs.cancel(store, store.run(run.token))
    assert jobs.wait(store, run).state in ("cancelled", "finished")
    until(lambda: not alive_with(store.settings.home), 2)


def test_a_cluster_elsewhere_runs_the_tasks_and_stays(cluster: Any) -> None:
    made, store = cluster(workers=1, threads=2)
    for _ in range(2):
        run = run_to_end(store, faulty_plan([{"do": "wait"}] * 8, HOW))
        records = once_each(store, run)
        assert (run.state, run.ok) == ("finished", 8)
        assert {record.worker for record in records.values()} == {0, 1}
        wall_s = store.trials(run)[0].measurement.wall_s or 0
        spans = [(record.started_s or 0, record.finished_s or 0) for record in records.values()]
        assert all(-0.02 < started < finished < wall_s + 0.02 for started, finished in spans), "on the trial's clock"
    assert made.process.poll() is None


@pytest.mark.stress  # a cluster of nannies takes its time to get its workers back
def test_a_task_that_kills_a_worker_elsewhere_is_named(cluster: Any, tmp_path: Path) -> None:
    _, store = cluster()
    tasks = [{"do": "fine"}] * 3 + [{"do": "segfault"}] + [{"do": "fine"}] * 4
    run = run_to_end(store, faulty_plan(tasks, HOW))
    records = once_each(store, run)
    assert run.state == "finished"
    assert [task for task, record in records.items() if record.status != "ok"] == [3]
    assert records[3].reason == "crashed"


@pytest.mark.stress  # distributed waits ten seconds before it gives its scheduler up
def test_a_scheduler_that_dies_ends_the_run_with_a_clear_sentence(cluster: Any) -> None:
    made, store = cluster()
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 4 + [{"do": "wait", "seconds": 3}] * 8, HOW, None))
    until(lambda: store.run(run.token).ok >= 4, 25)
    made.kill()
    run = jobs.wait(store, run)
    assert run.state == "failed"
    assert f"No Dask scheduler answers at {made.address}" in str(run.message)
    assert run.ok >= 4, "what was done is kept"
    until(lambda: not alive_with(store.settings.home), 2)


def test_an_absent_scheduler_is_told_and_other_executors_go_on(tmp_path: Path, store: Store) -> None:
    absent = open_store(store.settings.home, dask_address="tcp://127.0.0.1:9")
    run = run_to_end(absent, faulty_plan([{"do": "fine"}], HOW))
    assert run.state == "failed"
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in str(run.message)
    assert "correct OVERLAP_DASK_ADDRESS" in str(run.message)
    waits = plans.simple_plan("wait", 4, {"seconds": 0.01}, plans.SEQUENTIAL, absent.settings)
    run = run_to_end(absent, plans.comparison(waits, [HOW, Configuration("threads", 2)], repeats=2))
    assert run.state == "finished"
    states = [(trial.configuration.executor, trial.state) for trial in absent.trials(run) if trial.repeat >= 0]
    assert states.count(("dask", "failed")) == 1, "it is not tried again"
    assert states.count(("threads", "finished")) == 2
    absent.close()


def test_workers_elsewhere_are_taken_whole_or_refused() -> None:
    from engine.executors.dask.remote import shared_out

    threads = {"a": 4, "b": 2, "c": 2}
    assert shared_out(threads, 4, "x") == {"a": (0, 1, 2, 3)}
    assert shared_out(threads, 2, "x") == {"b": (0, 1)}
    assert shared_out(threads, 8, "x") == {"a": (0, 1, 2, 3), "b": (4, 5), "c": (6, 7)}
    with pytest.raises(NotAvailable, match=r"cannot run exactly 3 tasks at once: .* 4 \+ 2 \+ 2"):
        shared_out(threads, 3, "x")
    with pytest.raises(NotAvailable, match="threads are none"):
        shared_out({}, 1, "x")
