"""What a worker makes of hostile tasks: one record each, whatever the task raises, gives or starts."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest

from engine.errors import TaskFailed
from engine.model import Configuration, Record
from engine.protocol.pickling import dump
from engine.runs.plans import comparison
from engine.store import Store
from engine.text import storable
from engine.trial.worker.arguments import opened
from engine.trial.worker.endings import failure, tries_of
from tests.engine import faulty
from tests.engine.support import alive_with, faulty_plan, once_each, run_to_end, until

HOWS = [Configuration("sequential", 1), Configuration("threads", 2), Configuration("processes", 2),
        Configuration("asyncio", 2)]  # fmt: skip


def ended(store: Store, tasks: list[dict[str, Any]], how: Configuration, limit_s: float | None = 30.0) -> list[Record]:
    """The records of a run that must have finished, in the order of the tasks."""
    run = run_to_end(store, faulty_plan(tasks, how, limit_s))
    assert (run.state, run.ok + run.failed) == ("finished", len(tasks)), run.message
    return list(once_each(store, run).values())


@pytest.mark.parametrize("name", faulty.ERRORS)
def test_every_exception_becomes_the_tail_of_a_line(name: str) -> None:
    error = faulty.ERRORS[name]()
    status, reason, text, output, fingerprint = json.loads(f"[{failure(error)}]")
    assert (status, output, fingerprint) == ("failed", None, None)
    assert 0 < len(reason) <= 64 and 0 < len(text) <= 2000
    assert (storable(reason), storable(text)) == (reason, text)
    assert 1 <= tries_of(error) <= 10**6


@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.label)
def test_whatever_tasks_raise_costs_their_own_records_only(how: Configuration, store: Store) -> None:
    odd = [{"do": "raise_oddly", "what": name} for name in faulty.ERRORS]
    records = ended(store, [*odd, *[{"do": "fine", "value": 7}] * 5], how)
    assert [record.status for record in records] == ["failed"] * len(odd) + ["ok"] * 5
    by_name = dict(zip(faulty.ERRORS, records, strict=False))
    assert by_name["unspeakable"].error == "The task raised an exception whose own text cannot be read."
    assert (by_name["many attempts"].error, by_name["many attempts"].attempts) == ("ValueError: tried", 1)
    assert by_name["surrogate"].error == "ValueError: Thing \ufffd"
    assert by_name["surrogate reason"].error == "Name bad\\xff\\xfe.jpg"
    assert by_name["reason of a number"].reason == "exception"


@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.label)
def test_whatever_tasks_give_costs_their_own_records_only(how: Configuration, store: Store) -> None:
    records = ended(store, [{"do": "give", "what": name} for name in faulty.VALUES], how)
    by_name = dict(zip(faulty.VALUES, records, strict=True))
    assert by_name["surrogate"].output == {"name": "Thing \ufffd", "bad\\xff": ["\\x80", "fine 🙂 é"]}
    assert by_name["nul"].output == "a\ufffdb"
    assert by_name["items that raise"].status == "failed"
    assert by_name["huge number"].reason == by_name["not a number"].reason == "unsendable_result"
    assert by_name["long text"].output == "é" * 100_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork.")
@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.label)
def test_a_child_that_a_task_forked_neither_keeps_the_run_nor_goes_on_in_its_place(
    how: Configuration, store: Store
) -> None:
    tasks = [{"do": "fork", "seconds": 300}, {"do": "fork", "seconds": 0},
             {"do": "fork", "seconds": 0, "raises": True}, *[{"do": "wait", "seconds": 0.05}] * 10]  # fmt: skip
    began = time.perf_counter()
    records = ended(store, tasks, how)
    assert time.perf_counter() - began < 15
    assert [record.status for record in records] == ["ok"] * 13
    until(lambda: not alive_with(store.settings.home))


def test_a_coroutine_that_cancels_its_own_slot_ends_nothing_but_itself(store: Store) -> None:
    tasks = [{"do": "cancel_own"}, {"do": "wait"}, {"do": "cancel_own"}, *[{"do": "wait"}] * 5]
    records = ended(store, tasks, Configuration("asyncio", 1))
    assert [record.status for record in records] == ["ok"] * 8


def test_a_coroutine_that_stops_the_event_loop_is_named_and_the_others_are_done(store: Store) -> None:
    tasks = [*[{"do": "wait"}] * 3, {"do": "stop_loop"}, *[{"do": "wait"}] * 3]
    records = ended(store, tasks, Configuration("asyncio", 2))
    assert [record.status for record in records if record.task != 3] == ["ok"] * 6


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_a_result_that_lies_about_how_it_is_made_costs_its_own_record_in_a_comparison_too(
    executor: str, store: Store
) -> None:
    tasks = [{"do": "trap"}, *[{"do": "fine"}] * 3, {"do": "give", "what": "items that raise"}]
    how = Configuration(executor, 2)
    # Without references: such a result ends plain pools, `multiprocessing.Pool` by the time limit of half a minute.
    plan = comparison(faulty_plan(tasks, how), [how], repeats=1, references=False)
    run = run_to_end(store, plan)
    trials = [trial for trial in store.trials(run) if trial.configuration.reference is None]
    assert {trial.state for trial in trials} == {"finished"}, [trial.message for trial in trials]
    for trial in trials:
        records = store.records.of_trial(trial)
        assert [record.status for record in records[1:4]] == ["ok"] * 3
        travels = trial.configuration.executor == "processes"  # elsewhere nothing is pickled
        assert records[0].reason == ("unsendable_result" if travels else None)


def test_an_argument_that_cannot_be_read_in_the_worker_costs_its_own_record() -> None:
    argument, problem = opened(dump(faulty.Trap("nothing")))
    assert argument is None
    assert isinstance(problem, TaskFailed) and problem.reason == "unreadable_argument"
