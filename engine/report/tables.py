"""A run as a table: a row per task, or per file written; failures are rows like any other.

`COLUMNS` says which columns each workload has; a comparison's rows start with their trial. CSV is UTF-8
with a byte-order mark, because without one Excel reads € as â‚¬; it is RFC 4180 otherwise.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.model import Run, Trial
from engine.report.earlier import changes_since, plain_text
from engine.store import Store
from engine.text import read_json, storable

BOM = b"\xef\xbb\xbf"
_ROWS_A_CHUNK = 1000
_STORED = (
    "task", "label", "worker", "started_s", "finished_s", "cpu_s", "status", "reason", "error",
    "attempts", "output", "waited_s", "trial_id",
)  # fmt: skip
_TRIAL_COLUMNS = ("trial", "executor", "workers", "repeat")
_HOW = ("time_s", "waited_s", "attempts", "reason", "error")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scrape": (
        "task", "url", "status", "change", "name", "price", "price_before", "change_by", "currency", "list_price",
        "member_price", "coupon", "availability", "source", "raw", "confidence", "doubtful", "brand", "gtin", "sku",
        "unchanged_since", *_HOW,
    ),
    "resize": (
        "task", "input", "status", "output", "width", "height", "bytes", "source_width", "source_height",
        "source_bytes", "source_format", "note", *_HOW,
    ),
}  # fmt: skip
GENERIC = ("task", "label", "status", "worker", "started_s", "finished_s", "cpu_s", "output", *_HOW)

ExportRow = tuple[Any, ...]


def header(run: Run) -> tuple[str, ...]:
    """The names of the run's columns."""
    columns = COLUMNS.get(run.workload, GENERIC)
    return columns if run.kind == "job" else (*_TRIAL_COLUMNS, *columns)


def rows(store: Store, run: Run) -> Iterator[ExportRow]:
    """The run's rows, in the order of `header`; of a job, only the last record of each task."""
    names = header(run)
    trials = {trial.id: trial for trial in store.trials(run)}
    if run.kind == "job":
        stored = store.records.stream_latest(run, *_STORED)
    else:
        stored = store.records.stream_columns(trials.values(), *_STORED)
    expand = _EXPAND.get(run.workload, _generic)
    changed = _changed(store, run)
    outputs = storable(str(store.folder(run).outputs))
    for values in stored:
        record = dict(zip(_STORED, values, strict=True))
        record["output"] = None if record["output"] is None else read_json(record["output"])
        common = {**_times(record), **_trial(trials.get(record["trial_id"])), **changed.get(record["label"], {})}
        for cells in expand(record, outputs):
            whole = {**record, **common, **cells}
            yield tuple(whole.get(name) for name in names)


def _changed(store: Store, run: Run) -> dict[str, dict[str, Any]]:
    """Of a scrape that is not the first of its list: address to what changed since the one before."""
    found = changes_since(store, run) if run.workload == "scrape" and run.kind == "job" else None
    return {
        one.address: {"change": one.kind, "price_before": plain_text(one.before), "change_by": plain_text(one.by)}
        for one in (found.changes if found else ())
    }


def _times(record: Mapping[str, Any]) -> dict[str, Any]:
    started_s, finished_s = record["started_s"], record["finished_s"]
    if started_s is None or finished_s is None:
        return {"time_s": None}
    return {
        "time_s": round(finished_s - started_s, 6),
        "started_s": round(started_s, 6),
        "finished_s": round(finished_s, 6),
    }


def _trial(trial: Trial | None) -> dict[str, Any]:
    if trial is None:
        return {}
    how = trial.configuration
    return {"trial": trial.order, "executor": how.executor, "workers": how.workers, "repeat": trial.repeat}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _scrape(record: Mapping[str, Any], _outputs: str) -> Iterable[Mapping[str, Any]]:
    return [{**_mapping(record["output"]), "url": record["label"], "error": record["error"]}]


def _resize(record: Mapping[str, Any], outputs: str) -> Iterable[Mapping[str, Any]]:
    """A row for each size that was written; one row without a file for a photo that failed."""
    first = _mapping(record["output"])
    also = first.get("also")
    files = [first, *(also if isinstance(also, list) else [])]
    for file in map(_mapping, files):
        path = file.get("path")
        if isinstance(path, str):
            path = path.removeprefix(outputs).lstrip("/\\") if path.startswith(outputs) else path
        yield {**file, "input": record["label"], "output": path}


def _generic(record: Mapping[str, Any], _outputs: str) -> Iterable[Mapping[str, Any]]:
    output = record["output"]
    plain = output is None or isinstance(output, (str, int, float))
    return [{"output": output if plain else json.dumps(output, ensure_ascii=False)}]


_EXPAND: Mapping[str, Callable[[Mapping[str, Any], str], Iterable[Mapping[str, Any]]]] = {
    "scrape": _scrape,
    "resize": _resize,
}


# -- CSV -----------------------------------------------------------------------

# Spreadsheets run what follows these; OWASP's list, with the full-width forms that some of them accept.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"-\d+(\.\d+)?([eE][+-]?\d+)?\Z", re.ASCII)


def cell(value: Any) -> str | int | float:
    """A value as a CSV cell that no spreadsheet runs as a formula: an apostrophe goes in front; numbers stay."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\x00", "")
    return "'" + text if text.startswith(_FORMULA) and not _NUMBER.match(text) else text


def csv_chunks(store: Store, run: Run, bom: bool = True) -> Iterator[bytes]:
    """The table as CSV, some rows at a time; `bom=False` leaves the byte-order mark out."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header(run))
    yield BOM if bom else b""
    for number, row in enumerate(rows(store, run), 1):
        writer.writerow([cell(value) for value in row])
        if number % _ROWS_A_CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", errors="replace")
