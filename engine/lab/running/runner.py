"""Runs the experiments of one lab and makes the document that pages, commands and the store share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.errors import SettingRefused
from engine.lab import EXPERIMENTS, experiment
from engine.lab.model import Lab, Mode, result_document
from engine.lab.running.bench import Cancelled, run_experiment
from engine.machine import leftovers
from engine.machine.cores import core_types
from engine.machine.environment import environment
from engine.model import Plan, Task

VERSION = 1
TITLES: dict[Lab, str] = {"machine": "Threads and processes here", "sharing": "Sharing data"}


def run_all(
    which: Lab,
    mode: Mode,
    only: Sequence[str] | None,
    say: Callable[[str, dict[str, Any]], None],
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Measure `only` these experiments of a lab (None: all) and give the document, a JSON value.

    `say(event, document)` is called with the document as it stands: "started" and "finished" for each experiment, and
    "ended" last; `document["current"]` is {name, title, position, of} while one is measured. A cancel keeps the
    experiments that are finished: `state` is then "cancelled". Call it from a main thread, because what it starts dies
    with the thread that started it. Raises SettingRefused for an experiment that the lab does not have.
    """
    chosen = chosen_names(which, only)
    leftovers.sweep(own=False)
    document = empty_document(which, mode)
    try:
        for position, name in enumerate(chosen):
            wanted = experiment(name)
            document["current"] = {"name": name, "title": wanted.title, "position": position, "of": len(chosen)}
            say("started", document)
            if cancelled():
                raise Cancelled
            document["experiments"].append(result_document(wanted, run_experiment(wanted, mode, cancelled)))
            say("finished", document)
        document["state"] = "finished"
    except Cancelled:
        document["state"] = "cancelled"
    document |= {"current": None, "ended_at": _now()}
    say("ended", document)
    return document


def lab_plan(which: Lab, mode: Mode = "quick", only: Sequence[str] | None = None) -> Plan:
    """The plan that has a lab measured as a run: a task for each experiment. Raises SettingRefused."""
    chosen = chosen_names(which, only)
    titles = {name: experiment(name).title for name in chosen}
    title = TITLES[which] if len(chosen) > 1 else f"{TITLES[which]}: {titles[chosen[0]]}"
    return Plan(
        kind="experiment",
        workload=which,
        title=f"{title} ({mode})",
        tasks=tuple(Task(index, titles[name], name) for index, name in enumerate(chosen)),
        configurations=(),
        terms={"mode": mode, "only": chosen if only else None},
    )


def chosen_names(which: Lab, only: Sequence[str] | None) -> list[str]:
    """The experiments to run, in the lab's order. Raises SettingRefused for one that the lab does not have."""
    known = EXPERIMENTS[which]
    if unknown := [name for name in only or () if name not in known]:
        raise SettingRefused(f"{which} has no experiment {unknown[0]!r}: choose from {', '.join(known)}.")
    return [name for name in known if not only or name in only]


def empty_document(which: Lab, mode: Mode) -> dict[str, Any]:
    """A document with no experiment in it yet, and where it is measured."""
    return {
        "lab": which,
        "version": VERSION,
        "mode": mode,
        "state": "running",
        "started_at": _now(),
        "ended_at": None,
        "environment": {**environment(), "core_types": core_types()},
        "current": None,
        "experiments": [],
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
