"""dask without a configured cluster: one of the trial's own, which leaves nothing behind."""

from __future__ import annotations

import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.model import Configuration
from engine.runs import jobs, plans
from engine.store import Store
from tests.engine import faulty
from tests.engine.support import alive_with, faulty_plan, once_each, open_store, run_to_end, until

if find_spec("distributed") is None:  # importing it takes longer than reading all other tests of this folder
    pytest.skip("Dask is not installed.", allow_module_level=True)

HOW = Configuration("dask", 2)


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
    until(lambda: not alive_with(store.settings.home))


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
        until(lambda: not alive_with(store.settings.home))
        return
    until(lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE
                          for process in before if "forkserver" in str(process)), 2)  # fmt: skip
    jobs.cancel(store, store.run(run.token))
    assert jobs.wait(store, run).state in ("cancelled", "finished")
    until(lambda: not alive_with(store.settings.home))


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
