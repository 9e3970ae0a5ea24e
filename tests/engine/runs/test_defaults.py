"""How a job runs when nobody chose: only a decided verdict of this machine presets it, and what is preset says why."""

from __future__ import annotations

from typing import Any

import pytest

from engine.config import usable_cpus
from engine.model import Configuration, Plan, Run
from engine.runs.defaults import preset_for
from engine.store import Store

SEQUENTIAL = {"executor": "sequential", "workers": 1, "start_method": None, "chunk": None, "python": None}
PROCESSES = {**SEQUENTIAL, "executor": "processes", "workers": 2}
DEFAULT = Configuration("threads", usable_cpus())


def compared(store: Store, outcome: str, recommended: dict[str, Any], state: Any = "finished", **options: Any) -> Run:
    """A comparison of resizing that ended with this verdict."""
    token = f"r{len(store.runs())}-of-a-test"
    plan = Plan("comparison", "resize", "photos", (), (Configuration("sequential", 1),), options)
    run = store.create(plan, token, {})
    store.update_run(run, state=state, verdict={"outcome": outcome, "recommended": recommended, "sentences": []})
    return store.run(token)


@pytest.mark.parametrize("outcome", ["faster", "same"])
def test_a_decided_verdict_presets_and_is_named(store: Store, outcome: str) -> None:
    run = compared(store, outcome, PROCESSES)
    found = preset_for(store, "resize")
    assert found.configuration == Configuration("processes", 2)
    assert found.origin == f"the verdict of comparison {run.id}"
    assert found.why == f"processes × 2: the verdict of comparison {run.id} on this machine."


def test_a_verdict_that_decided_nothing_presets_nothing(store: Store) -> None:
    compared(store, "undecided", SEQUENTIAL)
    found = preset_for(store, "resize")
    assert (found.configuration, found.origin) == (DEFAULT, "a default")
    assert found.why.endswith("No comparison on this machine has decided it yet.")


def test_an_older_decision_outlives_a_newer_comparison_that_decided_nothing(store: Store) -> None:
    run = compared(store, "faster", PROCESSES)
    compared(store, "undecided", SEQUENTIAL)
    assert preset_for(store, "resize").origin == f"the verdict of comparison {run.id}"


@pytest.mark.parametrize(
    "chosen",
    [
        {**PROCESSES, "executor": "carrier-pigeons"},
        {**PROCESSES, "workers": 10_000},
        {**PROCESSES, "python": "/opt/python3.14/bin/python"},
    ],
)
def test_what_cannot_run_here_or_was_won_on_another_python_presets_nothing(
    store: Store, chosen: dict[str, Any]
) -> None:
    compared(store, "faster", chosen)
    assert preset_for(store, "resize").origin == "a default"


def test_a_cancelled_or_imported_comparison_presets_nothing(store: Store) -> None:
    compared(store, "faster", PROCESSES, "cancelled")
    compared(store, "faster", PROCESSES, imported=True)
    found = preset_for(store, "resize")
    assert found.why.endswith("Nothing was compared on this machine yet.")


def test_the_start_method_that_won_is_preset_too(store: Store) -> None:
    compared(store, "faster", {**PROCESSES, "start_method": "spawn"})
    assert preset_for(store, "resize").configuration == Configuration("processes", 2, "spawn")
