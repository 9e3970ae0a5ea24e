"""The JSON of a run: one document that holds everything measured, and can be opened again elsewhere.

The keys are documented in docs/json.md. The run's token is left out on purpose: it
is the secret in the page's address. Reading a document back is `reading`, storing it `taking_in`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.model import Record, Run, Trial
from engine.report.comparing import table_document
from engine.report.documents.columns import OBJECTS, columns_of, differing, is_usual
from engine.report.documents.reading import FORMAT, VERSION, read_document
from engine.report.documents.taking_in import import_document
from engine.report.earlier import changes_document
from engine.store import Store
from engine.text import storable_values

__all__ = ["FORMAT", "VERSION", "document_chunks", "import_document", "read_document", "run_document"]

_BATCH = 1000
_DECIMALS = 9
"""Nanoseconds, as the clock counts: a task of three microseconds is read again as what it took."""


def run_document(store: Store, run: Run) -> dict[str, Any]:
    """The whole run as JSON values. Times are in seconds, MB are 10^6 bytes; a job's verdict is None."""
    usual = _usual(store, run)
    trials = []
    for trial in store.trials(run):
        records, columns = _records(store.records.of_trial(trial), usual)
        trials.append({**_trial(trial, store.samples(trial)), **columns, "records": [_record(one) for one in records]})
    return {**_head(run, usual), "trials": trials, "verdict": _verdict(run), **_derived(store, run)}


def document_chunks(store: Store, run: Run) -> Iterator[bytes]:
    """`run_document` as UTF-8 JSON, piece by piece, so that a large run is never held as one text."""
    usual = _usual(store, run)
    yield (_dumps(_head(run, usual))[:-1] + ', "trials": [').encode()
    for position, trial in enumerate(store.trials(run)):
        columns: dict[str, Any] = {}
        batches: Iterable[list[Record]]
        if usual is None:
            batches = store.records.stream(trial, _BATCH)
        else:
            records, columns = _records(store.records.of_trial(trial), usual)
            batches = (records[at : at + _BATCH] for at in range(0, len(records), _BATCH))
        figures = _dumps({**_trial(trial, store.samples(trial)), **columns})[:-1]
        yield ((", " if position else "") + figures + ', "records": [').encode()
        first = True
        for batch in filter(None, batches):
            yield (("" if first else ", ") + ", ".join(_dumps(_record(record)) for record in batch)).encode()
            first = False
        yield b"]}"
    changed = "".join(f", {_dumps(name)}: {_dumps(value)}" for name, value in _derived(store, run).items())
    yield ('], "verdict": ' + _dumps(_verdict(run)) + changed + "}\n").encode()


def _derived(store: Store, run: Run) -> dict[str, Any]:
    """What was made of the figures: `changes` of a scrape that is not the first of its list, `table` of a comparison.

    The table's rows stand as on the page: the fastest first, wall times as medians. It is not read back.
    """
    if run.kind == "comparison" and run.verdict:
        return {"table": storable_values(table_document(run.verdict, store.trials(run)))}
    found = changes_document(store, run)
    return {} if found is None else {"changes": found}


@dataclass(frozen=True, slots=True)
class Usual:
    """What the trials of a large comparison have in common, by task."""

    labels: list[str]
    fingerprints: list[str | None]


def _usual(store: Store, run: Run) -> Usual | None:
    """Of a comparison with many tasks, from its first whole trial; None where records are written as objects."""
    if run.kind != "comparison" or run.tasks <= OBJECTS:
        return None
    for trial in store.trials(run):
        rows = store.records.columns([trial], "task", "label", "fingerprint")
        if [row[0] for row in rows] == list(range(run.tasks)):
            return Usual([row[1] for row in rows], [row[2] for row in rows])
    return None


def _records(records: list[Record], usual: Usual | None) -> tuple[list[Record], dict[str, Any]]:
    """The records that are written as objects, and the columns of the others: see `columns`."""
    if usual is None or len(records) <= OBJECTS:
        return records, {}
    plain = [record for record in records if is_usual(record)]
    apart = {"fingerprints": differing(plain, usual.fingerprints)}
    return [record for record in records if not is_usual(record)], {"columns": columns_of(plain, _DECIMALS), **apart}


def throughput_per_s(trial: Trial) -> float | None:
    """Tasks that succeeded per second of wall time: a task that fails fast does not count as speed."""
    wall_s = trial.measurement.wall_s
    return trial.ok / wall_s if wall_s else None


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _head(run: Run, usual: Usual | None) -> dict[str, Any]:
    # A function that came by value stays here: nobody should be asked to trust somebody else's pickle.
    options = {name: value for name, value in run.options.items() if not name.endswith("_pickled")}
    return {
        "run": run.id,
        "workload": run.workload,
        "state": run.state,
        "environment": storable_values(dict(run.environment)),
        "format": FORMAT,
        "version": VERSION,
        "kind": run.kind,
        "title": run.title,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "tasks": run.tasks,
        "ok": run.ok,
        "failed": run.failed,
        "options": storable_values(options),
        "terms": storable_values(_addressless(run.terms, "proves")),
        "time_limit_s": run.time_limit_s,
        "message": run.message,
        **({"labels": usual.labels, "fingerprints": usual.fingerprints} if usual else {}),
    }


def _verdict(run: Run) -> Mapping[str, Any] | None:
    if run.kind == "job" or run.verdict is None:
        return None
    verdict = _addressless(run.verdict, "proof")
    if told := verdict.get("explanations"):
        verdict["explanations"] = [_addressless(one, "proofs") for one in told]
    written: dict[str, Any] = storable_values(verdict)
    return written


def _addressless(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The values with what they hold under a name, an object or a list of them, without the token of another run."""
    found = values.get(name)
    if isinstance(found, Mapping):
        return {**values, name: {key: value for key, value in found.items() if key != "run"}}
    if isinstance(found, list):
        return {**values, name: [{key: one[key] for key in one if key != "run"} for one in found]}
    return dict(values)


def _trial(trial: Trial, samples: Any) -> dict[str, Any]:
    measured = asdict(trial.measurement)  # not rounded: a batch of some microseconds is read again as what it took
    first = ("interpreter_s", "startup_s", "wall_s", "teardown_s", "cpu_s", "peak_pss_mb")
    return {
        "executor": trial.configuration.executor,
        "workers": trial.configuration.workers,
        "repeat": trial.repeat,
        "order": trial.order,
        **{name: measured.pop(name) for name in first},
        "tasks": trial.tasks,
        "ok": trial.ok,
        "failed": trial.failed,
        "throughput_per_s": _rounded(throughput_per_s(trial)),
        "state": trial.state,
        "continues": trial.continues,
        "message": trial.message,
        "configuration": storable_values(asdict(trial.configuration)),
        **measured,
        "samples": [dict(sample) for sample in samples],
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "task": record.task,
        "label": record.label,
        "worker": record.worker,
        "started_s": _rounded(record.started_s),
        "finished_s": _rounded(record.finished_s),
        "cpu_s": _rounded(record.cpu_s),
        "status": record.status,
        "reason": record.reason,
        "error": record.error,
        "attempts": record.attempts,
        "output": record.output,
        "fingerprint": record.fingerprint,
        "waited_s": _rounded(record.waited_s),
        "run_delay_s": _rounded(record.run_delay_s),
    }


def _rounded(value: Any) -> Any:
    return round(value, _DECIMALS) if isinstance(value, float) else value
