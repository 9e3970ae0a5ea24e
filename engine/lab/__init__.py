"""Small measured experiments: one file each, one line each in `EXPERIMENTS`.

`machine` asks what threads and processes cost and gain here, `sharing` what it costs to share data. An
experiment is measured in fresh interpreters (`bench`), never in the process that shows it. Modules are imported
when they are first used, so that an experiment's interpreter holds its own experiment and no other.
"""

from __future__ import annotations

from importlib import import_module

from engine.errors import SettingRefused
from engine.lab.model import Experiment, Lab, Mode

EXPERIMENTS: dict[Lab, dict[str, str]] = {
    "machine": {
        "startup": "engine.lab.experiments.startup:STARTUP",
        "memory": "engine.lab.experiments.memory:MEMORY",
        "handover": "engine.lab.experiments.handover:HANDOVER",
        "pure_python": "engine.lab.experiments.pure_python:PURE_PYTHON",
        "releasing": "engine.lab.experiments.releasing:RELEASING",
        "waiting": "engine.lab.experiments.waiting:WAITING",
        "isolation": "engine.lab.experiments.isolation:ISOLATION",
        "oversubscription": "engine.lab.experiments.oversubscription:OVERSUBSCRIPTION",
    },
    "sharing": {
        "transfer": "engine.lab.experiments.transfer:TRANSFER",
        "pickling": "engine.lab.experiments.pickling:PICKLING",
        "lost_updates": "engine.lab.experiments.lost_updates:LOST_UPDATES",
        "lock_cost": "engine.lab.experiments.lock_cost:LOCK_COST",
        "deadlock": "engine.lab.experiments.deadlock:DEADLOCK",
    },
}


def names(which: Lab) -> list[str]:
    """The experiments of one lab, in the order in which they run."""
    return list(EXPERIMENTS[which])


def experiment(name: str) -> Experiment:
    """The experiment of this name. Raises SettingRefused for an unknown one."""
    for group in EXPERIMENTS.values():
        if name in group:
            module, _, attribute = group[name].partition(":")
            found: Experiment = getattr(import_module(module), attribute)
            return found
    known = ", ".join(one for group in EXPERIMENTS.values() for one in group)
    raise SettingRefused(f"There is no experiment {name!r}: choose one of {known}.")


def experiments_of(which: Lab) -> list[Experiment]:
    """Every experiment of one lab."""
    return [experiment(name) for name in names(which)]


__all__ = ["EXPERIMENTS", "Experiment", "Lab", "Mode", "experiment", "experiments", "names"]
