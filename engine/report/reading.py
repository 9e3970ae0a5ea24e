"""Reading a run's JSON back: nothing in the file is trusted before its shape was checked here.

The checks are tables of key -> test; a document that fails one is refused as a whole, with its place named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import InputRefused

FORMAT = "overlap-run"
VERSION = 1

_LARGEST = 2**53
"""The largest whole number that JSON's readers agree on."""

Check = Callable[[Any], bool]


def read_document(source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    """A run's document from a file or from parsed JSON, its shape checked.

    Raises InputRefused, with the place of the first fault, when it is not one.
    """
    document = dict(source) if isinstance(source, Mapping) else _parsed(Path(source))
    _must(document, _RUN, "the document")
    if document.get("version", VERSION) > VERSION:
        raise InputRefused("This file was written by a newer Overlap: update this one to open it.")
    seen: set[int] = set()
    for position, trial in enumerate(document["trials"]):
        place = f"trial {position}"
        _must(trial, _TRIAL, place)
        if trial["order"] in seen:
            _refuse(f"two trials have the order {trial['order']}")
        seen.add(trial["order"])
        _check_records(trial["records"], place)
        _each(trial.get("samples", []), _SAMPLE, f"a sample of {place}")
    if document.get("verdict"):
        _must(document["verdict"], _VERDICT, "the verdict")
        _each(document["verdict"].get("warnings", []), _WARNING, "a warning of the verdict")
    return document


def _check_records(records: list[Any], place: str) -> None:
    tasks: set[int] = set()
    for position, record in enumerate(records):
        _must(record, _RECORD, f"record {position} of {place}")
        if record["task"] in tasks:
            _refuse(f"task {record['task']} stands twice in {place}")
        tasks.add(record["task"])


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text, parse_constant=_not_a_number, parse_float=_finite)
    except OSError as error:
        raise InputRefused(f"The file {path} cannot be read ({error.strerror}): check its name and rights.") from None
    except (ValueError, RecursionError):
        raise InputRefused(f"The file {path.name} is not JSON: choose one that Overlap has exported as JSON.") from None
    if not isinstance(document, dict):
        _refuse("it holds no object")
    return document


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    """A number as JSON means it: 1e999 would become an infinity, which no JSON can hold again."""
    if not isfinite(value := float(digits)):
        raise ValueError(f"{digits} is too large")
    return value


def _refuse(fault: str) -> NoReturn:
    raise InputRefused(f"This is not a run that Overlap has exported: {fault}.")


def _each(values: Iterable[Any], checks: Mapping[str, Check], place: str) -> None:
    for value in values:
        _must(value, checks, place)


def _must(value: Any, checks: Mapping[str, Check], place: str) -> None:
    """Hold an object against a table; a key that ends in "?" may be missing."""
    if not isinstance(value, Mapping):
        _refuse(f"{place} is no object")
    for name, check in checks.items():
        key = name.removesuffix("?")
        if key not in value:
            if key == name:
                _refuse(f"{place} has no {key!r}")
        elif not check(value[key]):
            _refuse(f"{key!r} of {place} cannot be {str(value[key])[:40]!r}")


# -- what a value may be -------------------------------------------------------


def _text(value: Any) -> bool:
    """A text that UTF-8 can hold: JSON can spell lone surrogates, which no database stores."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _repeat(value: Any) -> bool:
    """A comparison's warm-up has the repeat -1."""
    return _whole(value) or value == -1


def _number(value: Any) -> bool:
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return known and isfinite(value) and abs(value) <= _LARGEST


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(_text(item) for item in value)


def _moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _one_of(*names: str) -> Check:
    return lambda value: value in names if isinstance(value, str) else False


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


_STATE = _one_of("waiting", "running", "finished", "cancelled", "interrupted", "failed")
_RUN: Mapping[str, Check] = {
    "run": _whole,
    "workload": _text,
    "state": _STATE,
    "environment": _object,
    "trials": _list,
    "verdict": _or_none(_object),
    "format?": _one_of(FORMAT),
    "version?": _whole,
    "kind?": _one_of("job", "comparison", "experiment"),
    "title?": _text,
    "created_at?": _moment,
    "started_at?": _or_none(_moment),
    "ended_at?": _or_none(_moment),
    "tasks?": _whole,
    "ok?": _whole,
    "failed?": _whole,
    "options?": _object,
    "terms?": _object,
    "time_limit_s?": _or_none(_number),
    "message?": _or_none(_text),
}
_CONFIGURATION: Mapping[str, Check] = {
    "executor": _text,
    "workers": _whole,
    "start_method?": _or_none(_text),
    "chunk?": _or_none(_whole),
    "python?": _or_none(_text),
}
FIGURES = (
    "interpreter_s", "startup_s", "wall_s", "teardown_s", "cpu_s", "peak_pss_mb", "mean_pss_mb",
    "sampler_interval_s", "sampler_cost", "other_busy", "run_delay_s", "disk_read_mb", "disk_written_mb",
    "sent_mb", "received_mb",
)  # fmt: skip
"""The measured numbers of a trial, as the document names them."""
COUNTS = (
    "chunk", "minor_faults", "major_faults", "voluntary_switches", "involuntary_switches", "most_threads",
)  # fmt: skip
"""Those that are whole numbers."""
_TRIAL: Mapping[str, Check] = {
    "executor": _text,
    "workers": _whole,
    "repeat": _repeat,
    "order": _whole,
    "tasks": _whole,
    "ok": _whole,
    "failed": _whole,
    "records": _list,
    "throughput_per_s?": _or_none(_number),
    "state?": _STATE,
    "continues?": _or_none(_whole),
    "message?": _or_none(_text),
    "configuration?": lambda value: _object(value) and _fits(value, _CONFIGURATION),
    "memory_kind?": _or_none(_one_of("pss", "uss", "rss")),
    "samples?": _list,
    **{name + "?": _or_none(_whole) for name in COUNTS},
    **{name + "?": _or_none(_number) for name in FIGURES},
}
_RECORD: Mapping[str, Check] = {
    "task": _whole,
    "label": _text,
    "worker": _or_none(_whole),
    "started_s": _or_none(_number),
    "finished_s": _or_none(_number),
    "cpu_s": _or_none(_number),
    "run_delay_s?": _or_none(_number),
    "status": _one_of("ok", "failed", "cancelled"),
    "reason": _or_none(_text),
    "error": _or_none(_text),
    "attempts": _whole,
    "output": lambda value: True,
    "fingerprint?": _or_none(_text),
    "waited_s?": _number,
}
_SAMPLE: Mapping[str, Check] = {"at_s": _number, "memory_mb": _number, "cpu_s": _number, "processes?": _number}
_VERDICT: Mapping[str, Check] = {"sentences": _texts, "warnings?": _list, "rows?": _list}
_WARNING: Mapping[str, Check] = {"sentence": _text, "advice?": _or_none(_text)}


def _fits(value: Mapping[str, Any], checks: Mapping[str, Check]) -> bool:
    return all(
        checks[name](value[key]) if (key := name.removesuffix("?")) in value else key != name for name in checks
    )
