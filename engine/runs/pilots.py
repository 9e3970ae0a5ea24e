"""A pilot: a few tasks run one after another for two seconds at most, before a comparison is proposed."""

from __future__ import annotations

import time
from dataclasses import replace

from engine.analysis.pilot import PILOT_S, Pilot, pilot_of
from engine.model import ENDED, Plan, Run, Task
from engine.runs import jobs
from engine.runs.plans import SEQUENTIAL
from engine.store import Store
from engine.store.shelf import STARTING_S

SAMPLE = 12
"""Tasks of a pilot, spread evenly over the batch."""
_START_S = 10.0
"""How long the first task of a run that has its turn may take, the start of its process included."""
_WAITING_S = 7.0
"""How long another run may keep the machine."""


def run_pilot(store: Store, plan: Plan) -> Pilot:
    """Run a sample of a plan's tasks sequentially and give what they cost; its run is deleted afterwards.

    A like job in the history that ran sequentially serves as well: same workload, options and first task.
    """
    return pilot_or_reason(store, plan)[0]


def pilot_or_reason(store: Store, plan: Plan, person: str | None = None) -> tuple[Pilot, str | None]:
    """What `run_pilot` gives and, when no task ended well, a sentence that says why.

    `person` is who asks, where people sign in: as long as the pilot's run is there, it is theirs.
    """
    for run in store.runs(limit=50, kind="job", workload=plan.workload):
        if run.state == "finished" and _alike(store, run, plan):
            return pilot_of(store.records.latest(run)), None
    sample = replace(
        plan, kind="job", title="a pilot", tasks=sampled(plan, SAMPLE), configurations=(SEQUENTIAL,), terms={}
    )
    run = jobs.start(store, sample, person=person)
    began_s, running_s, first_s, waited_for = time.perf_counter(), None, None, None
    while (now := store.run(run.token)).state not in ENDED:
        now_s = time.perf_counter()
        running_s = now_s if running_s is None and now.state == "running" else running_s
        first_s = now_s if first_s is None and now.done else first_s
        waited_for = now.waiting_for or waited_for
        if now_s > _ends_s(began_s, running_s, first_s, waited_for):
            jobs.cancel(store, now)
        time.sleep(0.05)
    pilot = pilot_of(store.records.latest(run))
    reason = None if pilot.tasks else _why_nothing(store, now, waited_for)
    store.delete(now)
    return pilot, reason


def _ends_s(began_s: float, running_s: float | None, first_s: float | None, waited_for: str | None) -> float:
    """The moment at which a pilot is stopped. Starting takes long on a busy machine, so the tasks' own time counts only
    from the first task that was done.

    All are moments of one clock, in seconds: `began_s` when the pilot was started, `running_s` when its turn came,
    `first_s` when its first task was done; None for what has not happened yet.
    """
    if first_s is not None:
        return first_s + PILOT_S
    if running_s is not None:
        return running_s + PILOT_S + _START_S
    return began_s + (_WAITING_S if waited_for else STARTING_S)


def _why_nothing(store: Store, run: Run, waited_for: str | None) -> str:
    if run.state == "failed" and run.message:
        return run.message
    if failures := store.records.failures(run):
        _, example, count = failures[0]
        return f"{count} of {run.tasks} tasks tried failed, for example: {example}"
    if waited_for:
        return f"Another run has the machine: the pilot {waited_for}."
    if run.started_at is None:
        return f"This machine is too busy: the pilot did not start within {STARTING_S:.0f} s. Try again later."
    return f"No task ended within {PILOT_S + _START_S:.0f} s."


def sampled(plan: Plan, count: int) -> tuple[Task, ...]:
    """At most `count` of a plan's tasks, spread evenly over all of them, numbered anew."""
    tasks, chosen = plan.tasks, min(count, len(plan.tasks))
    return tuple(replace(tasks[index * len(tasks) // chosen], index=index) for index in range(chosen))


def _alike(store: Store, run: Run, plan: Plan) -> bool:
    if run.configurations != (SEQUENTIAL,) or dict(run.options) != dict(plan.options) or not run.ok:
        return False
    first = next(iter(store.folder(run).tasks()), None)
    return first is not None and bool(plan.tasks) and first.argument == plan.tasks[0].argument
