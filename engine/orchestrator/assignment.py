"""What a trial is given: its specification in a file, and what its supervisor must know of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.executors import EXECUTORS
from engine.machine import private
from engine.machine.interpreters import engine_path
from engine.model import Run, Trial
from engine.orchestrator.blame import Pending
from engine.orchestrator.supervision.outcome import Assignment
from engine.protocol.specification import Specification
from engine.store import Store
from engine.workloads import SECRETS


def assignment_of(
    store: Store,
    run: Run,
    trial: Trial,
    pending: Pending,
    late_options: Mapping[str, Any],
    whole_limit_s: float | None = None,
) -> Assignment:
    """Write the trial's specification, make its folders, and give what its supervisor needs.

    `late_options` join the run's own. `whole_limit_s` is the limit of all tasks together, None where there is none.
    """
    place = store.folder(run).trial(trial.order)
    secrets = store.settings.secrets(SECRETS.get(run.workload, ()))
    specification = specification_of(store, run, trial, pending, late_options)
    private.make_folder(Path(specification.outputs))
    private.write_text(place / "trial.json", specification.encode())
    executor = EXECUTORS[trial.configuration.executor]
    return Assignment(
        trial_id=trial.id,
        specification=place / "trial.json",
        board=Path(specification.board),
        configuration=trial.configuration,
        limit_s=run.time_limit_s,
        can_kill=executor.can_kill,
        has_async=executor.has_async,
        log=place / "log.txt",
        search_path=search_path_of(run, trial.configuration.python),
        secrets=secrets,
        whole_limit_s=whole_limit_s,
    )


def specification_of(
    store: Store, run: Run, trial: Trial, pending: Pending, late_options: Mapping[str, Any]
) -> Specification:
    """The specification of one trial, which `secrets` are part of by their names only."""
    folder = store.folder(run)
    place = folder.trial(trial.order)
    outputs = folder.outputs if run.kind == "job" else place / "outputs"
    return Specification(
        parent=os.getpid(),
        workload=run.workload,
        configuration=trial.configuration,
        folder=str(folder.path),
        outputs=str(outputs),
        board=str(place / "board"),
        tasks=str(folder.tasks_file),
        umask=_umask(run),
        stores=run.kind == "job",
        options={**_options(run, outputs), **late_options},
        settings=store.settings.plain(),
        secrets=tuple(store.settings.secrets(SECRETS.get(run.workload, ()))),
        only=pending.tasks,
        suspects=pending.suspects,
        time_limit_s=run.time_limit_s,
    )


def search_path_of(run: Run, python: str | None) -> str:
    """PYTHONPATH of the run's trials: this engine, and what the caller of a user's own function had."""
    extra = run.options.get("search_path", [])
    return os.pathsep.join([engine_path(other=python is not None), *extra])


def _umask(run: Run) -> int:
    """Results in a folder that people asked for get that folder's rights; all else is its owner's alone."""
    target = run.options.get("target") if run.kind == "job" else None
    return private.umask_like(Path(target)) if isinstance(target, str) and target else 0o077


def _options(run: Run, outputs: Path) -> dict[str, Any]:
    """The run's options; only a job writes into the folder that people named."""
    options = dict(run.options)
    if run.kind != "job" and "target" in options:
        options["target"] = str(outputs)
    if run.kind != "job":
        options.pop("address", None)
    return options
