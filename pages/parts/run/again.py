"""The same tasks once more, as a run of its own."""

from __future__ import annotations

from functools import partial

from engine.errors import InputRefused
from engine.model import Plan, Run
from pages.parts.shared import launching
from pages.parts.shared.server import store
from pages.parts.shared.starting import start_once

WHOLE = "whole"
"""The folder, in a comparison's own, that keeps the list of all tasks where it ran a sample."""


def plan_of(run: Run) -> Plan:
    """The plan that a stored run was made from."""
    tasks = tuple(store().folder(run).tasks())
    return Plan(
        run.kind,
        run.workload,
        run.title,
        tasks,
        run.configurations,
        run.options,
        time_limit_s=run.time_limit_s,
        terms=run.terms,
    )


def run_again(run: Run, token: str) -> Run:
    """Start a new run of the same plan; a second click, with the same token, gets the run of the first.

    Raises OverlapError.
    """
    return start_once(token, partial(placed_again, run))


def placed_again(run: Run, token: str) -> Plan:
    """The plan of a run; its uploads and the list of all tasks are put in place as hard links.

    So each run can be deleted alone. Raises OverlapError.
    """
    launching.must_be_allowed(run.workload)
    kept, plan = store(), plan_of(run)
    if not plan.tasks:
        raise InputRefused(f"The tasks of run {run.id} are no longer on this server: start a new run from its form.")
    kept.folder(run).link_into(kept.folder(token).path, (kept.folder(run).inputs.name, WHOLE))
    return plan
