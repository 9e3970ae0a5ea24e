"""The contract that every executor keeps, over the executors' dictionary × faults.

`make test` runs one fault of each kind on every executor where it is cheap; `make stress` runs the full product.
"""

from __future__ import annotations

import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from engine.executors import EXECUTORS
from engine.model import Configuration
from engine.runs import jobs
from engine.store import Store
from tests.engine import faulty
from tests.engine.support import alive_with, faulty_plan, once_each, run_to_end, until

HERE = [name for name, kind in EXECUTORS.items() if kind.unavailable() is None]
DEFAULTS = [Configuration(name, 1 if name == "sequential" else 2) for name in HERE]
METHODS = [Configuration("processes", 2, method) for method in EXECUTORS["processes"].start_methods[1:]]
# Opening a Dask cluster takes seconds, and the other start methods differ in little but their start.
QUICK = [how for how in DEFAULTS if how.executor != "dask"]
OTHERS = [pytest.param(how, marks=pytest.mark.stress) for how in (*DEFAULTS, *METHODS) if how not in QUICK]
EVERY = pytest.mark.parametrize("how", [*QUICK, *OTHERS], ids=lambda how: how.label)
EVERY_METHOD = pytest.mark.parametrize("how", [*DEFAULTS, *METHODS], ids=lambda how: how.label)
FINE: list[dict[str, Any]] = [{"do": "wait", "seconds": 0.03}] * 8


@EVERY
def test_a_task_that_raises_leaves_or_cannot_be_sent_costs_one_record(how: Configuration, store: Store) -> None:
    tasks = [*FINE[:3], {"do": "raise"}, {"do": "leave"}, {"do": "unsendable"}, {"do": "print"}, *FINE[3:]]
    run = run_to_end(store, faulty_plan(tasks, how))
    records = once_each(store, run)
    assert (run.state, run.ok, run.failed) == ("finished", 9, 3)
    assert records[3].error == "ValueError: this task always raises"
    assert records[4].reason == "exception"
    assert records[5].reason == "unsendable_result"
    assert records[6].output == 1, "a print in a task corrupts nothing"
    assert len(store.trials(run)) == 1


@EVERY_METHOD
def test_a_crashing_task_is_named_and_nobody_else_is_blamed(how: Configuration, store: Store, tmp_path: Path) -> None:
    mark = tmp_path / "tries"
    tasks = [*FINE[:3], {"do": "segfault", "mark": str(mark)}, *FINE[3:]]
    run = run_to_end(store, faulty_plan(tasks, how))
    records = once_each(store, run)
    assert run.state == "finished"
    assert [task for task, record in records.items() if record.status != "ok"] == [3]
    assert (records[3].reason, records[3].attempts) == ("crashed", 2)
    assert faulty.tries(mark) == 2, "a poison task is tried twice, not more"


@EVERY
def test_a_worker_killed_once_costs_nothing(how: Configuration, store: Store, tmp_path: Path) -> None:
    tasks = [*FINE[:3], {"do": "die_once", "mark": str(tmp_path / "tries")}, *FINE[3:]]
    run = run_to_end(store, faulty_plan(tasks, how))
    records = once_each(store, run)
    assert (run.state, run.ok) == ("finished", 9)
    assert (records[3].output, records[3].attempts) == ("survived", 2)


@EVERY
@pytest.mark.parametrize("fault", [pytest.param("spin", marks=pytest.mark.stress), "hold_gil"])
def test_a_task_past_its_limit_is_ended_and_named(how: Configuration, fault: str, store: Store) -> None:
    tasks = [*FINE[:3], {"do": fault}, *FINE[3:]]
    began = time.perf_counter()
    run = run_to_end(store, faulty_plan(tasks, how, time_limit_s=0.7))
    records = once_each(store, run)
    assert [task for task, record in records.items() if record.status != "ok"] == [3]
    assert records[3].reason == "time_limit"
    assert "limit of 0.7 s" in str(records[3].error)
    assert run.state == "finished"
    assert time.perf_counter() - began < 10
    until(lambda: not alive_with(store.settings.home), 2)


@EVERY
@pytest.mark.parametrize("task", ["wait", pytest.param("hold_gil", marks=pytest.mark.stress)])
def test_cancel_ends_within_two_seconds_and_keeps_what_is_done(how: Configuration, task: str, store: Store) -> None:
    slow: dict[str, Any] = {"do": task, "seconds": 60}
    run = jobs.start(store, faulty_plan([{"do": "fine"}] * 4 + [slow] * 4, how, time_limit_s=None))
    # What a worker has just finished cannot be handed over once another one holds the GIL in C.
    stuck = task == "hold_gil" and how.executor in ("threads", "asyncio", "dask")
    until(lambda: store.run(run.token).state == "running" if stuck else store.run(run.token).ok == 4)
    time.sleep(1.0 if stuck else 0.3)
    began = time.perf_counter()
    jobs.cancel(store, store.run(run.token))
    run = jobs.wait(store, run, poll_s=0.02)
    assert time.perf_counter() - began < 2
    assert (run.state, run.message) == ("cancelled", f"Cancelled, {run.ok} of 8 done.")
    statuses = sorted(record.status for record in once_each(store, run).values())
    assert statuses == ["cancelled"] * (8 - run.ok) + ["ok"] * run.ok
    assert run.ok == 4 or stuck
    until(lambda: not alive_with(store.settings.home), 2)
    again = jobs.wait(store, jobs.start(store, faulty_plan(FINE, how)), poll_s=0.05)
    assert again.state == "finished"


@EVERY
def test_outputs_are_the_same_on_every_executor(how: Configuration, store: Store) -> None:
    plan = faulty_plan([{"do": "fine", "value": value} for value in ([1, 2], {"a": None}, "text", 1.5)], how)
    records = once_each(store, run_to_end(store, plan))
    prints = [record.fingerprint for record in records.values()]
    assert prints == [blake2b(text, digest_size=8).hexdigest() for text in (b"[1,2]", b'{"a":null}', b'"text"', b"1.5")]
    assert [record.output for record in records.values()] == [[1, 2], {"a": None}, "text", 1.5]


@EVERY
def test_short_and_long_tasks_together_are_never_serialised(how: Configuration, store: Store) -> None:
    tasks = [{"do": "fine"}] * 2000 + [{"do": "wait", "seconds": 0.1}] * 8
    run = run_to_end(store, faulty_plan(tasks, how))
    once_each(store, run)
    rows = store.records.columns(store.trials(run), "task", "worker", "started_s", "finished_s")
    long = [row for row in rows if row[0] >= 2000]
    assert len({row[1] for row in long}) == how.workers, "every worker took its part of the long tasks"
    span = max(row[3] for row in long) - min(row[2] for row in long)
    assert span < 0.8 / how.workers + 0.35
