"""A comparison held against an earlier one's exported JSON: what became slower, for continuous integration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.analysis.diff import Difference, difference
from engine.analysis.trials import TimedTrial, timed_trials
from engine.errors import InputRefused
from engine.model import Configuration, Plan, Run, Trial, configuration_from
from engine.text import storable_values

_ASIDE = ("target", "search_path", "html")
"""Options that say where things lie, not what is done."""
_MACHINE = ("host", "processor", "system", "cpus_usable", "python", "gil")
"""What of the environment makes times of two runs no longer one matter."""


def configurations_in(document: Mapping[str, Any]) -> list[Configuration]:
    """The engine's own configurations of an exported comparison, each once."""
    found = (_configuration(trial) for trial in document["trials"])
    return list(dict.fromkeys(one for one in found if one.reference is None))


def _configuration(trial: Mapping[str, Any]) -> Configuration:
    named = {key: trial[key] for key in ("executor", "workers")}
    return configuration_from({**trial.get("configuration", {}), **named})


def must_be_like(document: Mapping[str, Any], plan: Plan) -> None:
    """Raises InputRefused, with what differs, where the earlier run did not do the same work in any same way."""
    if document.get("kind") != "comparison":
        raise InputRefused("The file holds no comparison: export one with --format json, and name that.")
    before = {name: value for name, value in document.get("options", {}).items() if name not in _ASIDE}
    now = storable_values({name: value for name, value in plan.options.items() if name not in _ASIDE})
    differing = sorted(name for name in {*before, *now} if before.get(name) != now.get(name) and "_pickled" not in name)
    if document["workload"] != plan.workload or document.get("tasks") != len(plan.tasks) or differing:
        does = f"{document['workload']}, {document.get('tasks')} tasks"
        options = f", another {' and '.join(differing)}" if differing else ""
        raise InputRefused(
            f"The earlier comparison did other work ({does}{options}): its times say nothing of these tasks."
        )
    if not {*configurations_in(document)} & {*plan.configurations}:
        raise InputRefused("The earlier comparison has no configuration in common with this one: name one of its own.")


def held_against(run: Run, trials: Sequence[Trial], document: Mapping[str, Any], margin: float) -> Difference:
    """What changed since the earlier comparison, configuration by configuration; up to `margin` it is the same.

    Welch's t test on log wall times, corrected for the number of configurations. Trials with failed tasks are left
    out, because what fails is fast.
    """
    base = configuration_from(run.terms["baseline"])
    before = _samples(document)
    after = timed_trials([(one, []) for one in trials if one.repeat >= 0 and not one.failed], base)
    machines = _machine(document["environment"]), _machine(run.environment)
    return difference(before, after, base, machines, margin=margin)


def _samples(document: Mapping[str, Any]) -> tuple[TimedTrial, ...]:
    return tuple(
        TimedTrial(_configuration(one), one["repeat"], one["wall_s"], tasks=one["tasks"])
        for one in document["trials"]
        if one.get("state", "finished") == "finished" and one["repeat"] >= 0 and one.get("continues") is None
        and one.get("wall_s") and not one["failed"]
    )  # fmt: skip


def _machine(environment: Mapping[str, Any]) -> dict[str, Any]:
    return {name: environment.get(name) for name in _MACHINE}
