"""A comparison against an earlier one's JSON: only what is slower beyond chance and beyond the margin counts."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InputRefused
from engine.model import Configuration, Plan, Task
from engine.report.against import configurations_in, held_against, must_be_like
from engine.report.documents.document import import_document, run_document
from engine.store import Store
from tests.engine.report.made import document, record, trial

SEQUENTIAL, THREADS = Configuration("sequential", 1), Configuration("threads", 2)
BASE = {"executor": "sequential", "workers": 1}


def compared(factor: float, spread: float = 0.01, **values: Any) -> dict[str, Any]:
    """Five blocks of two configurations, all times multiplied; `spread` is how far they lie apart."""
    given = document([record(0, "a")], "wait", kind="comparison", terms={"baseline": BASE, "repeats": 5}, **values)
    given["trials"] = [
        trial(
            [record(0, "a")], executor=how.executor, workers=how.workers, repeat=block, order=2 * block + at,
            wall_s=factor * (0.4 - 0.2 * at) * (1 + spread * (block - 2)),
        )
        for block in range(5) for at, how in enumerate((SEQUENTIAL, THREADS))
    ]  # fmt: skip
    return given


def standings(store: Store, before: dict[str, Any], now: dict[str, Any], margin: float) -> dict[str, str]:
    run = import_document(store, now)
    found = held_against(run, store.trials(run), before, margin)
    return {one.configuration.label: one.standing for one in found.changes}


@pytest.mark.parametrize(
    ("factor", "spread", "said"),
    [(1.2, 0.01, "slower"), (1.03, 0.001, "same"), (0.8, 0.01, "faster"), (1.2, 0.3, "undecided"), (1.0, 0.01, "same")],
)
def test_slower_needs_more_than_the_margin_and_more_than_chance(
    store: Store, factor: float, spread: float, said: str
) -> None:
    found = standings(store, compared(1.0, spread), compared(factor, spread), 0.05)
    assert found == {"sequential": said, "threads × 2": said}


def test_warm_ups_and_trials_with_failures_do_not_count(store: Store) -> None:
    before = compared(1.0)
    fast = trial([record(0, "a")], order=99, repeat=-1, wall_s=1e-6, executor="threads", workers=2)
    before["trials"] += [fast, {**fast, "order": 98, "repeat": 5, "failed": 1, "ok": 0}]
    assert standings(store, before, compared(1.0), 0.05)["threads × 2"] == "same"


def test_another_machine_is_said(store: Store) -> None:
    run = import_document(store, compared(1.0))
    before = {**compared(1.0), "environment": {"host": "other", "cpus_usable": 2, "load_1min": 7}}
    assert held_against(run, store.trials(run), before, 0.05).environment == (("host", "other", "a<b"),)


def plan(tasks: int = 1, workload: str = "wait", **options: Any) -> Plan:
    made = tuple(Task(index, "a", None) for index in range(tasks))
    return Plan("comparison", workload, "", made, (SEQUENTIAL, THREADS), options)


@pytest.mark.parametrize("other", [plan(2), plan(1, "compute"), plan(seconds=3)])
def test_other_work_is_refused_before_anything_starts(store: Store, other: Plan) -> None:
    run = import_document(store, compared(1.0, tasks=1))
    before = {**run_document(store, run), "options": {}}
    must_be_like(before, plan())
    with pytest.raises(InputRefused, match="did other work"):
        must_be_like(before, other)


def test_a_job_and_a_comparison_without_a_common_configuration_are_refused() -> None:
    with pytest.raises(InputRefused, match="no comparison"):
        must_be_like(document([record(0, "a")], "wait"), plan())
    before = compared(1.0, tasks=1)
    assert configurations_in(before) == [SEQUENTIAL, THREADS]
    before["trials"] = [one for one in before["trials"] if one["executor"] == "threads"]
    for one in before["trials"]:
        one["workers"] = 7
    with pytest.raises(InputRefused, match="no configuration in common"):
        must_be_like(before, plan())
