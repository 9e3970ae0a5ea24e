"""A pilot: a few tasks run one after another for two seconds at most, before a comparison is proposed."""

from __future__ import annotations

import time
from dataclasses import replace

from engine import jobs
from engine.analysis.pilot import PILOT_S, Pilot, pilot_of
from engine.model import ENDED, Plan, Run, Task
from engine.plans import SEQUENTIAL
from engine.store import Store

SAMPLE = 12
"""Tasks of a pilot, spread evenly over the batch."""
_START_S = 5.0


def run_pilot(store: Store, plan: Plan) -> Pilot:
    """Run a sample of a plan's tasks sequentially and give what they cost; its run is deleted afterwards.

    A like job in the history that ran sequentially serves as well: same workload, options and first task.
    """
    for run in store.runs(limit=50, kind="job", workload=plan.workload):
        if run.state == "finished" and _alike(store, run, plan):
            return pilot_of(store.records.latest(run))
    sample = replace(
        plan, kind="job", title="a pilot", tasks=sampled(plan, SAMPLE), configurations=(SEQUENTIAL,), terms={}
    )
    run = jobs.start(store, sample)
    began_s = time.perf_counter()
    while store.run(run.token).state not in ENDED:
        done_s = time.perf_counter() - began_s
        if done_s > PILOT_S + _START_S or (done_s > PILOT_S and store.run(run.token).done):
            jobs.cancel(store, store.run(run.token))
        time.sleep(0.05)
    found = pilot_of(store.records.latest(run))
    store.delete(store.run(run.token))
    return found


def sampled(plan: Plan, count: int) -> tuple[Task, ...]:
    """At most `count` of a plan's tasks, spread evenly, numbered anew."""
    stride = max(1, len(plan.tasks) // count)
    chosen = plan.tasks[::stride][:count]
    return tuple(replace(task, index=index) for index, task in enumerate(chosen))


def _alike(store: Store, run: Run, plan: Plan) -> bool:
    if run.configurations != (SEQUENTIAL,) or dict(run.options) != dict(plan.options) or not run.ok:
        return False
    first = next(iter(store.folder(run).tasks()), None)
    return first is not None and bool(plan.tasks) and first.argument == plan.tasks[0].argument
