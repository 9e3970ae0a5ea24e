"""The experiment that proves a cause: the same tasks on the leader, the suspect, and the suspect with one change.

Its comparison is like any other; its terms name the run and the cause, and when it ends the measured gain is told in
both. Beside `plans`, below `comparison`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.analysis.causes.sentences import MOST
from engine.errors import InputRefused
from engine.model import Configuration, Plan, Run, configuration_from, plain
from engine.runs.plans import comparison
from engine.store import Store


@dataclass(frozen=True, slots=True)
class Experiment:
    """A cause that a comparison can show: `suspect` lost time to it, `changed` would not."""

    cause: str
    lost: float
    suspect: Configuration
    changed: Configuration


def experiments(run: Run) -> tuple[Experiment, ...]:
    """What can be tried of the causes that a comparison names, the dearest first."""
    tried = sorted(_experiments(run.verdict or {}), key=lambda one: -one.lost)
    return tuple(one for one in tried if one.changed != one.suspect)


def _experiments(verdict: Mapping[str, Any]) -> Iterator[Experiment]:
    for explanation in verdict.get("explanations") or []:
        for cause in (explanation.get("causes") or [])[:MOST]:
            if cause.get("changed"):
                suspect = configuration_from(explanation["configuration"])
                changed = configuration_from(cause["changed"])
                yield Experiment(str(cause["name"]), float(cause["lost"]), suspect, changed)


def chosen(run: Run, cause: str | None = None) -> Experiment:
    """The experiment of a cause, by its name, or of the dearest. Raises InputRefused where the run names none."""
    if run.options.get("imported"):
        raise InputRefused(f"Run {run.id} came from a file, without its inputs: it can be looked at, not run.")
    tried = experiments(run)
    matching = [one for one in tried if cause in (None, one.cause)]
    if not matching:
        named = ", ".join(dict.fromkeys(one.cause for one in tried)) or "none"
        what = f"no cause {cause!r} that can be tried" if cause else "no cause that can be tried"
        raise InputRefused(f"Run {run.id} names {what} (it names {named}): see overlap show {run.id}.")
    return matching[0]


def proof_plan(store: Store, run: Run, experiment: Experiment) -> Plan:
    """The comparison that shows it. Raises InputRefused where the run's tasks are gone, or are not here at all."""
    tasks = tuple(store.folder(run).tasks())
    if not tasks:
        raise InputRefused(f"The tasks of run {run.id} are no longer here: run its comparison again first.")
    terms, leader = run.terms, (run.verdict or {}).get("recommended")
    leaders = [configuration_from(leader)] if leader else []
    job = Plan("job", run.workload, run.title.rpartition(", ")[0] or run.title, tasks, (), run.options)
    plan = comparison(
        job, [*leaders, experiment.suspect, experiment.changed], configuration_from(terms["baseline"]),
        terms.get("repeats"), terms.get("precision"), terms.get("budget_s"),
        references=False if terms.get("references") is False else None, settings=store.settings,
    )  # fmt: skip
    proves = {
        "run": run.token, "number": run.id, "cause": experiment.cause,
        "suspect": plain(experiment.suspect), "changed": plain(experiment.changed),
    }  # fmt: skip
    title = f"{job.title}: {experiment.suspect.label} against {experiment.changed.label}"
    return Plan(
        plan.kind, plan.workload, title, plan.tasks, plan.configurations, plan.options, run.time_limit_s,
        {**plan.terms, "proves": proves},
    )  # fmt: skip
