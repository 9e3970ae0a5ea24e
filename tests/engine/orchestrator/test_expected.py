"""How long a run will take: by its own limit, by finished runs that were like it, by its pace, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from engine.model import Configuration, Run
from engine.orchestrator.expected import LEAST_S, expected, left
from engine.orchestrator.line import Expected
from engine.store import Store
from engine.store.listing import Wanted
from tests.engine.orchestrator.memory_store import MemoryStore, plan_of

pytestmark = pytest.mark.heart


class Earlier:
    """A store that has these runs, and says what was wanted of it."""

    def __init__(self, *runs: Run) -> None:
        self.found, self.wanted = list(runs), list[Wanted]()

    def runs(self, limit: int, wanted: Wanted) -> list[Run]:
        self.wanted.append(wanted)
        return self.found[:limit]


@pytest.fixture
def run(tmp_path: Any) -> Run:
    return replace(MemoryStore(tmp_path, plan_of(100)).now, id=50, machine="here")


def ended(run: Run, number: int, took_s: int, **values: Any) -> Run:
    values = {"tasks": 10, "ok": 10, **values}
    return replace(run, id=number, state="finished", started_at="2026-01-01T10:00:00.000+00:00",
                   ended_at=f"2026-01-01T10:{took_s // 60:02d}:{took_s % 60:02d}.000+00:00", **values)  # fmt: skip


def judged(run: Run, *runs: Run) -> Expected | None:
    return expected(cast(Store, Earlier(*runs)), run)


def test_a_comparison_with_a_time_to_spend_takes_that_at_most(run: Run) -> None:
    assert judged(replace(run, kind="comparison", terms={"budget_s": 300})) == Expected(300.0)


def test_it_is_judged_by_the_latest_runs_that_were_like_it_task_by_task(run: Run) -> None:
    like = [ended(run, number, took_s) for number, took_s in ((9, 10), (8, 30), (7, 20), (6, 20), (5, 20), (4, 59))]
    assert judged(run, *like) == Expected(200.0, judged=True), "2 s a task, and a hundred of them"


@pytest.mark.parametrize(
    "other",
    [{"configurations": (Configuration("threads", 7),)}, {"options": {"amount": 1}}, {"failed": 1}, {"ended_at": None}],
    ids=str,
)
def test_runs_that_were_otherwise_say_nothing(run: Run, other: dict[str, Any]) -> None:
    assert judged(run, replace(ended(run, 9, 10), **other)) is None
    assert judged(run) is None


def test_where_results_go_makes_no_other_run_of_it(run: Run) -> None:
    moved = replace(ended(run, 9, 10), options={**run.options, "target": "/elsewhere"})
    assert judged(run, moved) == Expected(100.0, judged=True)


def test_only_what_is_not_done_yet_counts(run: Run) -> None:
    assert judged(replace(run, ok=90), ended(run, 9, 10)) == Expected(10.0, judged=True)
    assert judged(replace(run, ok=100), ended(run, 9, 10)) is None


def test_only_finished_runs_of_this_machine_are_asked_for(run: Run) -> None:
    store = Earlier()
    expected(cast(Store, store), run)
    assert store.wanted == [Wanted(kind="job", workload=run.workload, state="finished", machine="here")]


def test_the_pace_counts_from_when_the_run_went_on(run: Run) -> None:
    assert left(replace(run, ok=60), 20.0, done_before=20) == Expected(20.0, judged=True)
    assert left(replace(run, ok=60), LEAST_S / 2) is None
    assert left(replace(run, ok=20), 20.0, done_before=20) is None
    race = replace(run, kind="comparison", terms={"precision": 0.05}, ok=60)
    assert left(race, 20.0) is None, "how often its tasks are repeated is not known"
