"""asyncio: one event loop with slots, for workloads that have an async form."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from engine.errors import NotAvailable
from engine.executors import EXECUTORS, factory
from engine.model import Configuration
from engine.runs import plans
from engine.store import Store
from tests.engine.support import faulty_plan, once_each, run_to_end

SLOTS = 4
started: list[int] = []


def nap(seconds: float, number: int) -> Any:
    """A coroutine that gives `number` after a while; typed as the executor sees it."""
    return asyncio.sleep(seconds, number)


@pytest.fixture
def executor() -> Iterator[Executor]:
    """An event loop with four slots."""
    started.clear()
    opened = factory(Configuration("asyncio", SLOTS)).open(started.append, ())
    yield opened
    opened.shutdown(cancel_futures=True)


def test_every_slot_starts_before_the_first_call(executor: Executor) -> None:
    assert executor.submit(lambda: sorted(started)).result(5) == [0, 1, 2, 3]


def test_as_many_coroutines_wait_at_once_as_there_are_slots(executor: Executor) -> None:
    waiting: set[int] = set()
    at_once: list[int] = []

    async def wait(number: int) -> int:
        waiting.add(number)
        at_once.append(len(waiting))
        await asyncio.sleep(0.1)
        waiting.remove(number)
        return number

    futures = [executor.submit(cast(Any, wait), number) for number in range(2 * SLOTS)]
    assert [future.result(5) for future in futures] == list(range(2 * SLOTS))
    assert max(at_once) == SLOTS


def test_all_slots_share_one_thread(executor: Executor) -> None:
    names = {executor.submit(threading.get_ident).result(5) for _ in range(8)}
    assert len(names) == 1


def test_what_a_call_raises_is_its_futures_and_the_slot_goes_on(executor: Executor) -> None:
    async def leaves() -> None:
        raise SystemExit(7)

    call: Any = leaves

    with pytest.raises(SystemExit):
        executor.submit(call).result(5)
    assert [executor.submit(abs, -number).result(5) for number in range(2 * SLOTS)] == list(range(2 * SLOTS))


def test_a_waiting_call_can_be_cancelled_and_a_closed_loop_takes_no_more(executor: Executor) -> None:
    futures = [executor.submit(nap, 0.2, number) for number in range(SLOTS)]
    waiting = executor.submit(nap, 60, 0)
    executor.shutdown(wait=True, cancel_futures=True)
    assert waiting.cancelled()
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="takes no more calls"):
        executor.submit(abs, 1)


def test_a_coroutine_past_its_limit_is_cancelled_while_the_others_go_on(store: Store) -> None:
    tasks = [{"do": "wait", "seconds": 60 if index == 2 else 0.2} for index in range(6)]
    run = run_to_end(store, faulty_plan(tasks, Configuration("asyncio", 3), time_limit_s=0.4))
    records = once_each(store, run)
    assert [task for task, record in records.items() if record.status != "ok"] == [2]
    assert (records[2].reason, records[2].attempts) == ("time_limit", 1)
    assert records[2].finished_s and records[2].started_s is not None
    assert records[2].finished_s - records[2].started_s == pytest.approx(0.4, abs=0.1)
    assert len(store.trials(run)) == 1, "cancelling a coroutine costs no trial"


def test_a_task_that_holds_up_the_loop_is_named_and_those_that_wait_beside_it_are_not(store: Store) -> None:
    tasks: list[dict[str, Any]] = [{"do": "wait", "seconds": 0.5}, {"do": "spin"}, {"do": "wait", "seconds": 0.5}]
    run = run_to_end(store, faulty_plan(tasks, Configuration("asyncio", 4), time_limit_s=0.8))
    records = once_each(store, run)
    assert [task for task, record in records.items() if record.status != "ok"] == [1]
    assert records[1].reason == "time_limit"


def test_a_coroutines_cpu_time_is_unknown_and_the_trials_is_known(store: Store) -> None:
    run = run_to_end(store, faulty_plan([{"do": "wait"}] * 3, Configuration("asyncio", 2)))
    assert [record.cpu_s for record in once_each(store, run).values()] == [None] * 3
    assert (store.trials(run)[0].measurement.cpu_s or 0) > 0


@pytest.mark.parametrize(("name", "workers"), [("threads", 16), ("asyncio", 16)])
def test_waits_overlap_as_far_as_there_are_workers(name: str, workers: int, store: Store) -> None:
    how = Configuration(name, workers)
    run = run_to_end(store, plans.simple_plan("wait", 2 * workers, {"seconds": 0.3}, how, store.settings))
    (trial,) = store.trials(run)
    spans = store.records.columns([trial], "started_s", "finished_s")
    at_once = [sum(start <= began < end for start, end in spans) for began, _ in spans]
    assert max(at_once) == workers, "as many wait together as there are workers, and never more"
    assert (trial.measurement.wall_s or 0.0) >= 0.6


def test_a_workload_without_an_async_form_is_not_available_and_says_why(store: Store) -> None:
    how = Configuration("asyncio", 2)
    with pytest.raises(NotAvailable, match="compute has no async form"):
        plans.simple_plan("compute", 2, {}, how, store.settings)
    sequential = plans.simple_plan("compute", 2, {}, plans.SEQUENTIAL, store.settings)
    with pytest.raises(NotAvailable, match="asyncio is not available here: The workload compute has no async form"):
        plans.comparison(sequential, [how])
    reasons = plans.executors_for("resize")
    assert "no async form" in str(reasons["asyncio"])
    assert reasons["threads"] is None
    assert [plans.reason_against("asyncio", name) for name in ("wait", "scrape", "function")] == [None] * 3


def test_whether_a_function_is_a_coroutine_is_read_from_its_source(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "raise SystemExit('imported')\nasync def one(x): ...\ndef two(x): ...\n@decorated\ndef three(x): ...\n"
    )

    def reason(name: str) -> str | None:
        return plans.reason_against("asyncio", "function", {"function": name, "search_path": [str(tmp_path)]})

    assert reason("mine:one") is None
    assert "mine:two is a plain function: write it with `async def`" in str(reason("mine:two"))
    assert reason("mine:three") is None, "a decorator may make it one: its trial will tell"
    assert reason("absent:one") is None


def test_where_only_the_trial_finds_out_it_still_says_why(store: Store) -> None:
    plan = faulty_plan([{"do": "fine"}], Configuration("asyncio", 1))
    run = run_to_end(store, replace(plan, options={**plan.options, "function": "faulty:run"}))
    assert run.state == "failed"
    assert "faulty:run is a plain function" in str(run.message)


def test_its_flags_say_what_it_is() -> None:
    kind = EXECUTORS["asyncio"]
    assert (kind.has_async, kind.can_kill, kind.own_process) == (True, False, False)
