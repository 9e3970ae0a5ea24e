"""A pilot before a comparison: short, on a sample, and gone afterwards."""

from __future__ import annotations

import pytest

from engine.analysis.pilot import nature_of, propose
from engine.model import Plan
from engine.runs import jobs
from engine.runs.pilots import SAMPLE, run_pilot, sampled
from engine.runs.plans import SEQUENTIAL, simple_plan
from engine.store import Store
from tests.engine.support import run_to_end


def test_a_sample_is_spread_over_the_tasks_and_numbered_anew(store: Store) -> None:
    plan = simple_plan("compute", 100, {}, SEQUENTIAL, store.settings)
    chosen = sampled(plan, SAMPLE)
    assert [task.index for task in chosen] == list(range(SAMPLE))
    assert [task.argument for task in chosen] == [100 * step // SAMPLE for step in range(SAMPLE)]
    assert sampled(simple_plan("compute", 3, {}, SEQUENTIAL, store.settings), SAMPLE)[-1].argument == 2


def test_waiting_tasks_are_found_to_wait_and_its_run_is_gone_afterwards(store: Store) -> None:
    found = run_pilot(store, simple_plan("wait", 50, {"seconds": 0.03}, SEQUENTIAL, store.settings))
    assert found.tasks == SAMPLE and found.wall_s == pytest.approx(SAMPLE * 0.03, rel=0.5)
    assert nature_of(found) == "waiting"
    assert store.runs() == []
    proposal = propose(found, 2, 50, ("threads", "processes", "asyncio"))
    assert {one.executor for one in proposal.configurations} == {"sequential", "threads", "asyncio"}


def test_long_tasks_do_not_make_it_long(store: Store) -> None:
    found = run_pilot(store, simple_plan("wait", 50, {"seconds": 0.7}, SEQUENTIAL, store.settings))
    assert 1 <= found.tasks < SAMPLE and found.wall_s < 6


def test_a_like_sequential_job_of_the_history_serves_as_well(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = simple_plan("wait", 5, {"seconds": 0.02}, SEQUENTIAL, store.settings)
    run = run_to_end(store, plan)
    started: list[Plan] = []
    monkeypatch.setattr(jobs, "start", lambda _store, plan: started.append(plan))
    assert run_pilot(store, plan).tasks == 5 and started == []
    assert [one.id for one in store.runs()] == [run.id]
