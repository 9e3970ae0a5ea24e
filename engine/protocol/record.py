"""A record on its way: a line from a worker, then a row of the store. Its fields are named once, by `model.Record`.

A line is a JSON array in the order of LINE, a row a tuple in the order of ROW: positional, because a
hundred thousand of them must cost microseconds each. Whoever makes or reads one does it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from json.encoder import encode_basestring_ascii as _quoted  # a third of what the whole encoder takes for a text
from typing import Any

from engine.model import Record

FIELDS = tuple(one.name for one in fields(Record))
"""A record's fields in their order."""
LINE = tuple(name for name in FIELDS if name != "label")
"""What a worker writes: everything but the label, which the orchestrator knows."""
ROW = ("trial_id", "label", *LINE)
"""What the store keeps."""
TASK = LINE.index("task")
"""Where a parsed line has its task's index."""
_STATUS = LINE.index("status")
FAILED = '"failed"'
"""How the ending of a failed record begins."""
OPEN = '"ok",null,null,null,'
"""The last five fields of a task that went well and whose fingerprint is not known yet: `closed` adds it."""
_OPEN_END = f"{OPEN}]".encode()

Row = tuple[Any, ...]


def line(
    task: int, worker: int, started_s: float, finished_s: float, cpu_s: float | None, run_delay_s: float | None,
    attempts: int, waited_s: float, ending: str,
) -> str:
    """One record as a worker writes it, on the trial's clock; `ending` is the JSON text of its last five fields."""
    cpu = "null" if cpu_s is None else f"{cpu_s:.7f}"
    delay = "null" if run_delay_s is None else f"{run_delay_s:.7f}"
    return f"[{task},{worker},{started_s:.7f},{finished_s:.7f},{cpu},{delay},{attempts},{waited_s:.4f},{ending}]\n"


def good_ending(output: str | None, fingerprint: str) -> str:
    """The last five fields of a task that went well; `output` is its result as JSON text, None where none is kept."""
    kept = "null" if output is None else _quoted(output)
    return f'"ok",null,null,{kept},{_quoted(fingerprint)}'


def failed_ending(reason: str, sentence: str) -> str:
    """The last five fields of a task that failed."""
    return f"{FAILED},{_quoted(reason)},{_quoted(sentence)},null,null"


def is_open(line: bytes) -> bool:
    """Whether a line, without its line break, still lacks its fingerprint."""
    return line.endswith(_OPEN_END)


def closed(line: bytes, ending: str) -> bytes:
    """An open line with another ending."""
    return line.removesuffix(_OPEN_END) + ending.encode() + b"]"


def row(trial_id: int, labels: Sequence[str], item: list[Any], origin_s: float) -> Row:
    """A worker's line, parsed, as a row; times then count from `origin_s`, the trial's first submission."""
    task, worker, started_s, finished_s, *rest = item
    return (trial_id, labels[task], task, worker, started_s - origin_s, finished_s - origin_s, *rest)


def succeeded(item: list[Any]) -> bool:
    """Whether a parsed line tells of a task that went well."""
    status: str = item[_STATUS]
    return status == "ok"


def row_of(trial_id: int, label: str, **values: Any) -> Row:
    """A row from named values; a field that is not given is None, or 0 where it cannot be missing."""
    known: dict[str, Any] = {"trial_id": trial_id, "label": label, "attempts": 0, "waited_s": 0.0, **values}
    if unknown := known.keys() - set(ROW):
        raise TypeError(f"a record has no {', '.join(sorted(unknown))}")
    return tuple(known.get(name) for name in ROW)
