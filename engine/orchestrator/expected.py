"""How long a run will take, as far as that can be said honestly: for those that wait behind it.

A comparison with a time to spend takes that at most. Of another run it is judged by finished runs that were like it
(the same work, options and configurations on this machine: the median of the latest ones, task by task) and, once it
goes on, by its pace so far. Where there are neither, nothing is said.
"""

from __future__ import annotations

from datetime import datetime
from statistics import median

from engine.model import Run
from engine.orchestrator.line import Expected
from engine.store import Store
from engine.store.listing import Wanted

_LOOKED_AT, _JUDGED_BY = 30, 5
LEAST_S = 3.0
"""A pace is believed from so many seconds on."""
_OWN = ("target", "overwrite", "address")
"""Options that say where results go, not what is done."""


def expected(store: Store, run: Run) -> Expected | None:
    """How long a run that has not begun will take; None where that cannot be said."""
    budget_s = run.terms.get("budget_s")
    if isinstance(budget_s, (int, float)) and budget_s > 0:
        return Expected(float(budget_s))
    tasks = (run.planned or 0) - run.ok
    if tasks <= 0:
        return None
    like = Wanted(kind=run.kind, workload=run.workload, state="finished", machine=run.machine)
    took = [
        _took_s(other) / (other.planned or 1)
        for other in store.runs(limit=_LOOKED_AT, wanted=like)
        if other.id != run.id and _alike(run, other) and _took_s(other) > 0
    ]
    return Expected(median(took[:_JUDGED_BY]) * tasks, judged=True) if took else None


def left(run: Run, elapsed_s: float, done_before: int = 0) -> Expected | None:
    """How long a run will still take, judged by its pace; None while that cannot be said.

    It has had its turn for `elapsed_s` seconds, and began it with `done_before` tasks done.
    """
    done = run.done - done_before
    if not run.planned or done <= 0 or elapsed_s < LEAST_S:
        return None
    return Expected(max(0.0, elapsed_s / done * (run.planned - run.done)), judged=True)


def _alike(run: Run, other: Run) -> bool:
    mine, theirs = ({name: value for name, value in one.options.items() if name not in _OWN} for one in (run, other))
    return run.configurations == other.configurations and mine == theirs and not other.failed


def _took_s(run: Run) -> float:
    if not run.started_at or not run.ended_at:
        return 0.0
    return (datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)).total_seconds()
