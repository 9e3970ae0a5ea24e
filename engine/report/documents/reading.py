"""Reading a run's JSON back: nothing in the file is trusted before its shape was checked here.

A document that does not have the shape of `shapes` is refused as a whole, with its place named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import InputRefused
from engine.lab import EXPERIMENTS
from engine.lab.together.compare import check_document
from engine.protocol.checks import Shape, must
from engine.report.documents.columns import COLUMNS, fault_of
from engine.report.documents.shapes import COUNTS, FIGURES, FORMAT, RECORD, RUN, SAMPLE, TRIAL, VERDICT, WARNING

__all__ = ["COUNTS", "FIGURES", "FORMAT", "VERSION", "json_value", "parsed", "read_document"]

VERSION = 2
"""2: large comparisons hold columns (`engine.report.documents.columns`); files of version 1 are read as ever."""


def read_document(source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    """A run's document from a file or from parsed JSON, its shape checked.

    Raises InputRefused, with the place of the first fault, when it is not one.
    """
    document = dict(source) if isinstance(source, Mapping) else _from_file(Path(source))
    if "run" not in document and "experiments" in document:
        document = _run_of(document)
    _must(document, RUN, "the document")
    if document.get("version", VERSION) > VERSION:
        raise InputRefused("This file was written by a newer Overlap: update this one to open it.")
    seen: set[int] = set()
    for position, trial in enumerate(document["trials"]):
        place = f"trial {position}"
        _must(trial, TRIAL, place)
        if trial["order"] in seen:
            _refuse(f"two trials have the order {trial['order']}")
        seen.add(trial["order"])
        _check_records(trial["records"], place)
        _check_columns(trial, document, place)
        _each(trial.get("samples", []), SAMPLE, f"a sample of {place}")
    _VERDICTS.get(document.get("kind", "job"), _check_verdict)(document)
    return document


def _run_of(figures: dict[str, Any]) -> dict[str, Any]:
    """A lab's figures, as `overlap machine --json` prints them, as the run that measured them."""
    from engine.lab.running.runner import TITLES

    check_document(figures, "The file")
    measured = len(figures["experiments"])
    return {
        "run": 0, "kind": "experiment", "workload": figures["lab"], "title": TITLES.get(figures["lab"], figures["lab"]),
        "state": figures.get("state", "finished"), "environment": figures.get("environment") or {}, "trials": [],
        "started_at": figures.get("started_at"), "ended_at": figures.get("ended_at"), "tasks": measured, "ok": measured,
        "terms": {"mode": figures.get("mode")}, "verdict": figures,
    }  # fmt: skip


def _check_records(records: list[Any], place: str) -> None:
    tasks: set[int] = set()
    for position, record in enumerate(records):
        _must(record, RECORD, f"record {position} of {place}")
        if record["task"] in tasks:
            _refuse(f"task {record['task']} stands twice in {place}")
        tasks.add(record["task"])


def _check_columns(trial: Mapping[str, Any], document: Mapping[str, Any], place: str) -> None:
    if "columns" in trial:
        _must(trial["columns"], COLUMNS, f"the columns of {place}")
        if fault := fault_of(trial, document):
            _refuse(f"{place}: {fault}")


def _check_verdict(document: Mapping[str, Any]) -> None:
    if verdict := document["verdict"]:
        _must(verdict, VERDICT, "the verdict")
        _each(verdict.get("warnings", []), WARNING, "a warning of the verdict")
        if (verdict.get("rows") or verdict.get("figures")) and "baseline" not in verdict:
            _refuse("the verdict has no 'baseline'")


def _check_lab(document: Mapping[str, Any]) -> None:
    """The verdict of an experiment is its lab's own document; None where it ended before it had any."""
    if document["workload"] not in EXPERIMENTS:
        _refuse(f"there is no experiment {document['workload'][:40]!r}")
    if document["verdict"]:
        check_document(document["verdict"], "The file")
        if document["verdict"]["lab"] != document["workload"]:
            _refuse("its figures are of another experiment than it says")


_VERDICTS = {"experiment": _check_lab}


def json_value(data: str | bytes, name: str = "This file") -> Any:
    """The value of a text of JSON, as every reader of JSON understands it. Raises InputRefused."""
    try:
        return json.loads(data, parse_constant=_not_a_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise InputRefused(f"{name} is not JSON: choose one that Overlap has exported as JSON.") from None


def parsed(data: str | bytes, name: str = "This file") -> dict[str, Any]:
    """The object in a text of JSON. Raises InputRefused."""
    document = json_value(data, name)
    if not isinstance(document, dict):
        _refuse("it holds no object")
    return document


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return parsed(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), f"The file {path.name}")
    except OSError as error:
        raise InputRefused(f"The file {path} cannot be read ({error.strerror}): check its name and rights.") from None


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    """A number as JSON means it: 1e999 would become an infinity, which no JSON can hold again."""
    if not isfinite(value := float(digits)):
        raise ValueError(f"{digits} is too large")
    return value


def _refuse(fault: str) -> NoReturn:
    raise InputRefused(f"This is not a run that Overlap has exported: {fault}.")


def _each(values: Iterable[Any], shape: Shape, place: str) -> None:
    for value in values:
        _must(value, shape, place)


def _must(value: Any, shape: Shape, place: str) -> None:
    must(value, shape, place, _refuse)
