"""From the form of a comparison to its plan, and from its verdict back to a job of all tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from engine.errors import InputRefused
from engine.model import Configuration, Plan, Run
from engine.runs.pilots import sampled
from engine.runs.plans import comparison
from engine.store import RunFolder
from pages.parts.compare.form.inputs import Material, carry_inputs
from pages.parts.compare.form.terms import ChosenTerms
from pages.parts.run.again import WHOLE
from pages.parts.shared import launching
from pages.parts.shared.server import store
from pages.parts.shared.starting import start_once


def comparison_plan(
    material: Material, sample: int | None, configurations: Sequence[Configuration], terms: ChosenTerms, token: str
) -> Plan:
    """Put the inputs in place and name the tasks; of a sample the whole list is kept. Raises OverlapError."""
    folder = store().folder(token).path
    whole = material.place(folder, None)
    tasks = whole.tasks
    job, all_tasks = whole, None
    if sample is not None and sample < len(tasks):
        RunFolder(folder / WHOLE).write_tasks(tasks)
        all_tasks = len(tasks)
        job = replace(whole, tasks=sampled(whole, sample), title=f"{sample:,} of {whole.title}")
    return comparison(
        job, configurations, terms.baseline, terms.repeats, terms.precision, terms.budget_s, all_tasks,
        race=terms.race,
    )  # fmt: skip


def whole_folder(run: Run) -> RunFolder:
    """Where the list of all tasks of a comparison is: beside its sample, or its own tasks."""
    own = store().folder(run)
    apart = RunFolder(own.path / WHOLE)
    return apart if apart.tasks_file.is_file() else own


def run_all(run: Run, configuration: Configuration, token: str) -> Run:
    """Start a job of all tasks of a comparison with one configuration, once for each token. Raises OverlapError."""
    return start_once(token, partial(_placed_all, run, configuration))


def _placed_all(run: Run, configuration: Configuration, token: str) -> Plan:
    launching.must_be_allowed(run.workload)
    tasks = tuple(whole_folder(run).tasks())
    if not tasks:
        raise InputRefused(f"The tasks of run {run.id} are no longer on this server: start a new run from its form.")
    options = {name: value for name, value in run.options.items() if name != "target"}
    plan = Plan(
        "job", run.workload, f"{_without_configurations(run)} with {configuration.label}", tasks, (configuration,),
        options, run.time_limit_s,
    )  # fmt: skip
    carry_inputs(store().folder(run).inputs, store().folder(token).inputs)
    return plan


def _without_configurations(run: Run) -> str:
    """The comparison's title without the number of its configurations and the size of its sample."""
    title = run.title.rpartition(", ")[0] or run.title
    head, of, rest = title.partition(" of ")
    sampled_only = bool(run.terms.get("all_tasks")) and bool(of) and head.replace(",", "").isdecimal()
    return rest if sampled_only else title
