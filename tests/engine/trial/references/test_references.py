"""Rows of code that people would write themselves: measured in fresh interpreters beside ours, with no record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.executors.references import PLAIN_LOOP, REFERENCES, references_beside
from engine.model import Configuration, Plan, Run, Task
from engine.report.documents.document import run_document
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from engine.trial.references import IMPLEMENTATIONS
from engine.trial.references.gather import gathered
from engine.trial.references.loop import looped
from tests.engine.support import TESTS, run_to_end

THREADS, PROCESSES = Configuration("threads", 2), Configuration("processes", 2)


def function(name: str, arguments: Sequence[Any]) -> Plan:
    tasks = tuple(Task(index, f"{name} {index}", argument) for index, argument in enumerate(arguments))
    options = {"function": f"compared:{name}", "search_path": [TESTS]}
    return Plan("job", "function", name, tasks, (SEQUENTIAL,), options, 30.0)


def labels(run: Run, part: str) -> list[str]:
    assert run.verdict is not None
    return [row["configuration"]["label"] for row in run.verdict[part]]


def test_a_loop_gives_what_the_function_gives_and_marks_what_raised() -> None:
    found = looped(lambda value: 6 // value, [1, 0, 2])
    assert (found[0], found[2]) == (6, 3)
    assert (found[1].reason, found[1].sentence[:17]) == ("exception", "ZeroDivisionError")


async def _double(value: int) -> int:
    return 2 * value


def test_gather_keeps_the_order() -> None:
    import asyncio

    assert asyncio.run(gathered(_double, range(5), 2)) == [0, 2, 4, 6, 8]


def test_of_each_executor_the_largest_worker_count_has_its_references() -> None:
    found = references_beside([SEQUENTIAL, Configuration("threads", 1), THREADS, PROCESSES], tasks=100)
    names = [one.label for one in found]
    assert names[0] == "plain loop" and "ThreadPoolExecutor.map × 2" in names
    assert {f"ProcessPoolExecutor.map × 2 (chunks of {size})" for size in (1, 13)} < set(names)
    assert not any("× 1" in name for name in names)


def test_short_tasks_are_judged_by_the_references_and_the_verdict_says_why(store: Store) -> None:
    plan = simple_plan("compute", 40, {"amount": 10}, SEQUENTIAL, store.settings)
    run = run_to_end(store, comparison(plan, [THREADS, PROCESSES], repeats=1))
    assert run.state == "finished" and run.verdict is not None, run.message
    assert run.verdict["baseline"]["label"] == "plain loop"
    assert {"ThreadPoolExecutor.map × 2", "multiprocessing.Pool.map × 2"} <= set(labels(run, "rows"))
    assert set(labels(run, "beside")) == {"sequential", "threads × 2", "processes × 2"}
    assert "only rows of code without them count" in run.verdict["text"]
    trials = {trial.configuration.label: trial for trial in store.trials(run) if trial.repeat == 0}
    assert {trial.state for trial in trials.values()} == {"finished"}, [trial.message for trial in trials.values()]
    measured = trials["ThreadPoolExecutor.map × 2"]
    assert measured.ok == 40 and measured.measurement.wall_s and measured.measurement.cpu_s is not None
    assert store.records.of_trial(measured) == []


def test_long_tasks_are_judged_by_our_own_rows_against_the_plain_loop(store: Store) -> None:
    plan = simple_plan("wait", 4, {"seconds": 0.01}, SEQUENTIAL, store.settings)
    run = run_to_end(store, comparison(plan, [THREADS], repeats=1))
    assert labels(run, "rows") == ["threads × 2"] and labels(run, "beside") == ["sequential"]
    assert run.verdict is not None and run.verdict["outcome"] == "undecided"
    assert {one["label"] for one in run.verdict["own_part"]} == {"sequential", "threads × 2"}


def test_where_tasks_wait_their_turn_there_is_no_plain_loop(store: Store) -> None:
    from engine.runs.plans import demo_scrape_plan

    plan = comparison(demo_scrape_plan(SEQUENTIAL, store.settings), [THREADS], repeats=1)
    assert plan.terms["baseline"]["reference"] is None and plan.terms["references"] is False


def test_a_reference_whose_tasks_fail_says_how_many_and_why(store: Store) -> None:
    run = run_to_end(store, comparison(function("only_at_home", range(8)), [PROCESSES], repeats=1))
    assert run.verdict is not None
    told = " ".join(run.verdict["sentences"])
    assert "are out: 8 of 8 tasks failed" in told and "not in a process of a pool" in told
    messages = [trial.message or "" for trial in store.trials(run) if trial.configuration.reference]
    assert any("8 of 8 tasks failed: ValueError" in message for message in messages)


def test_a_comparison_in_which_every_task_failed_names_no_winner(store: Store) -> None:
    run = run_to_end(store, comparison(function("never", range(3)), [THREADS], repeats=1))
    assert run.verdict is not None and run.verdict["outcome"] == "failed" and run.verdict["recommended"] is None
    assert run.verdict["sentences"] == [
        "Every task failed, so nothing was compared: exception (ValueError: it never works)"
    ]
    assert len(store.trials(run)) == 1, "nothing else is run"


def test_the_document_keeps_which_code_ran(store: Store) -> None:
    plan = simple_plan("wait", 2, {"seconds": 0.01}, SEQUENTIAL, store.settings)
    document = run_document(store, run_to_end(store, comparison(plan, [], repeats=1)))
    assert {trial["configuration"]["reference"] for trial in document["trials"]} == {None, "plain loop"}


def test_every_reference_stands_beside_an_executor_and_is_written_out_in_the_same_order() -> None:
    assert PLAIN_LOOP.reference in REFERENCES
    assert {name: kind.reference for name, kind in IMPLEMENTATIONS.items()} == REFERENCES
    assert list(IMPLEMENTATIONS) == list(REFERENCES)
    assert {kind.executor for kind in REFERENCES.values()} == {"sequential", "threads", "processes", "asyncio"}
