"""The same tasks once more, as a run of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine import jobs
from engine.errors import InputRefused
from engine.model import Plan, Run
from pages.parts import launching
from pages.parts.server import store


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


def run_again(run: Run, token: str | None = None) -> Run:
    """Start a new run of the same plan; uploads go with it as hard links, so that each run can be deleted alone.

    A token that is known already starts nothing: a second click gets the run of the first. Raises OverlapError.
    """
    kept, token = store(), token or jobs.new_token()
    if kept.exists(token):
        return kept.run(token)
    launching.must_be_allowed(run.workload)
    plan = plan_of(run)
    if not plan.tasks:
        raise InputRefused(f"The tasks of run {run.id} are no longer on this server: start a new run from its form.")
    inputs = kept.folder(run).inputs
    if inputs.is_dir():
        shutil.copytree(inputs, kept.folder(token).inputs, copy_function=_link)
    return launching.start(plan, token)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)
    return str(Path(target))
