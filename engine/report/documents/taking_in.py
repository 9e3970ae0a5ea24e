"""Taking a run's document into the store, so that every page can show a run from elsewhere.

An imported run is only ever looked at: it has no tasks to run again, and what could name a program
or a folder of this machine (another Python, a search path, a target folder) is not taken over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from engine.config import Settings
from engine.model import ENDED, Configuration, Measurement, Plan, Run, Trial, configuration_from, new_token, plain
from engine.protocol.record import FIELDS, row_of
from engine.report.documents.columns import records_from
from engine.report.documents.reading import COUNTS, FIGURES, parsed, read_document
from engine.store import Store
from engine.text import storable_values

_UNSAFE_OPTIONS = (
    "search_path", "target", "address", "function", "function_pickled", "setup", "setup_pickled", "folder",
)  # fmt: skip


def import_document(
    store: Store, document: Mapping[str, Any], token: str | None = None, person: str | None = None
) -> Run:
    """Store a document as an ended run of its own number and token; `options["imported"]` is True.

    `person` is who took it in, where people sign in: from the first moment nobody else may see it.

    Raises InputRefused when the document is not one that `run_document` gives.
    """
    document = storable_values(read_document(document))
    configurations = tuple(dict.fromkeys(_configuration(trial) for trial in document["trials"]))
    options = {name: value for name, value in document.get("options", {}).items() if name not in _UNSAFE_OPTIONS}
    plan = Plan(
        kind=document.get("kind", "job"),
        workload=document["workload"],
        title=document.get("title") or f"Run {document['run']} of another history",
        tasks=(),
        configurations=configurations,
        options={**options, "imported": True},
        time_limit_s=document.get("time_limit_s"),
        terms=document.get("terms", {}),
    )
    run = store.create(plan, token or new_token(), document["environment"], person)
    try:
        for trial in sorted(document["trials"], key=lambda one: one["order"]):
            _add_trial(store, run, trial, document)
        _conclude(store, run, document)
    except BaseException:  # half a run must not stay in the history, whatever stopped this
        store.delete(run)
        raise
    return store.run(run.token)


def import_file(path: Path, settings: Settings, token: str, person: str | None = None) -> None:
    """Store the document in a file as a run of this token, for a process of its own (`engine.machine.apart`).

    Raises InputRefused. A process that is killed may leave half a run, which is then its caller's to delete.
    """
    store = Store.open(settings)
    try:
        import_document(store, parsed(path.read_bytes().removeprefix(b"\xef\xbb\xbf")), token, person)
    finally:
        store.close()


def _configuration(trial: Mapping[str, Any]) -> Configuration:
    named = {key: trial[key] for key in ("executor", "workers")}
    found = configuration_from({**trial.get("configuration", {}), **named})
    # Another Python is a path: its last part says which, and starts nothing.
    python = found.python and PurePath(found.python.replace("\\", "/")).name
    return replace(found, python=python or None)


def _add_trial(store: Store, run: Run, values: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    trial = store.add_trial(
        run, values["repeat"], plain(_configuration(values)), values["tasks"], values.get("continues")
    )
    store.records.add(trial, run, [_row(trial, record) for record in records_from(values, document)], 0, 0)
    measurement = Measurement(
        **{name: values.get(name) for name in (*FIGURES, *COUNTS, "memory_kind")},
        worker_names=tuple(values.get("worker_names", ())),
    )
    store.update_trial(
        trial,
        order=values["order"],
        state=_ended(values.get("state", "finished")),
        ok=values["ok"],
        failed=values["failed"],
        message=values.get("message"),
        measurement=measurement,
        samples=values.get("samples", []),
    )


def _row(trial: Trial, record: Mapping[str, Any]) -> tuple[Any, ...]:
    """One record as a row of the store; what an older file does not know stays unknown."""
    output = None if record["output"] is None else json.dumps(record["output"])
    return row_of(trial.id, **{name: record[name] for name in FIELDS if name in record} | {"output": output})


def _conclude(store: Store, run: Run, document: Mapping[str, Any]) -> None:
    trials = document["trials"]
    counts = {
        "tasks": document.get("tasks", max((trial["tasks"] for trial in trials), default=0)),
        "ok": document.get("ok", sum(trial["ok"] for trial in trials)),
        "failed": document.get("failed", sum(trial["failed"] for trial in trials)),
    }
    state = _ended(document["state"])
    store.set_state(run, state, document.get("message"))
    times = {name: document[name] for name in ("created_at", "started_at", "ended_at") if document.get(name)}
    store.update_run(run, verdict=document["verdict"], **counts, **times)


def _ended(state: Any) -> Any:
    """A run that was still going when it was written out has no end in the file: it reads as interrupted."""
    return state if state in ENDED else "interrupted"
