"""The same tasks once more, as a run of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine import jobs
from engine.model import Plan, Run
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


def run_again(run: Run) -> Run:
    """Start a new run of the same plan; uploads go with it as hard links, so that each run can be deleted alone."""
    kept, token = store(), jobs.new_token()
    inputs = kept.folder(run).inputs
    if inputs.is_dir():
        shutil.copytree(inputs, kept.folder(token).inputs, copy_function=_link)
    return jobs.start(kept, plan_of(run), token)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)
    return str(Path(target))
