"""Many records of a comparison's trial as columns: a list for each figure, a sixth of what the same records take.

In a trial with more than OBJECTS records, `records` holds only those that are out of the ordinary (failed, cancelled,
tried again, put back), and `columns` the figures of the others, in the order of their tasks. Their labels and usual
fingerprints stand once, at the top of the document (`labels`, `fingerprints`), by task; `fingerprints` of a trial
names those that differ. `task` is left out where it counts from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.model import Record
from engine.protocol.checks import Shape, a_list, an_object, list_of, number, or_none, text, whole

OBJECTS = 1_000
"""Up to so many records of a trial are objects, which are easier to read."""
FIGURES = ("worker", "started_s", "finished_s", "cpu_s", "run_delay_s")
COLUMNS: Shape = {
    "task?": list_of(whole),
    "worker": list_of(or_none(whole)),
    **dict.fromkeys(FIGURES[1:], list_of(or_none(number))),
}
LARGE: Shape = {"labels?": list_of(text), "fingerprints?": a_list}
"""What a document with columns has at its top."""
LARGE_TRIAL: Shape = {"columns?": an_object, "fingerprints?": an_object}


def is_usual(record: Record) -> bool:
    """Whether its columns and its fingerprint say all there is to say of it."""
    return record.status == "ok" and record.attempts == 1 and not record.waited_s and record.output is None


def columns_of(records: Sequence[Record], decimals: int) -> dict[str, list[Any]]:
    """The columns of usual records, times rounded to so many decimals."""
    found: dict[str, list[Any]] = {
        name: [_rounded(getattr(record, name), decimals) for record in records] for name in FIGURES
    }
    tasks = [record.task for record in records]
    return found if tasks == list(range(len(tasks))) else {"task": tasks, **found}


def _rounded(value: Any, decimals: int) -> Any:
    return round(value, decimals) if isinstance(value, float) else value


def differing(records: Sequence[Record], usual: Sequence[str | None]) -> dict[str, str | None]:
    """The fingerprints that are not the usual ones, by task (as text: JSON's keys are)."""
    return {str(one.task): one.fingerprint for one in records if usual[one.task] != one.fingerprint}


def records_from(trial: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All records of a trial as objects, whichever way the document holds them."""
    yield from trial["records"]
    columns = trial.get("columns")
    if not columns:
        return
    labels, usual, apart = document["labels"], document["fingerprints"], trial.get("fingerprints", {})
    tasks = columns.get("task") or range(len(columns["worker"]))
    for task, *figures in zip(tasks, *(columns[name] for name in FIGURES), strict=True):
        yield {
            "task": task, "label": labels[task], **dict(zip(FIGURES, figures, strict=True)), "status": "ok",
            "reason": None, "error": None, "attempts": 1, "output": None, "waited_s": 0.0,
            "fingerprint": apart.get(str(task), usual[task]),
        }  # fmt: skip


def fault_of(trial: Mapping[str, Any], document: Mapping[str, Any]) -> str | None:
    """What is wrong with a trial's columns, None where nothing is: lengths that differ, a task without a label."""
    columns = trial.get("columns")
    if columns is None:
        return None
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        return "its columns are not of one length"
    known = len(document.get("labels", ()))
    if len(document.get("fingerprints", ())) != known:
        return "labels and fingerprints are not as many"
    tasks = columns.get("task", range(*lengths))
    if len(set(tasks)) != len(tasks) or not {record["task"] for record in trial["records"]}.isdisjoint(tasks):
        return "a task stands twice in it"
    return None if max(tasks, default=-1) < known else "it has a task without a label"
