"""A run as a trace: opens in Perfetto (ui.perfetto.dev) and in chrome://tracing.

The Trace Event Format's JSON object form, with complete events (X), counters (C) and metadata (M) only; times are
microseconds. A trial is a process, its first row says where the whole time went, and each worker has a row on which
tasks and waiting follow each other without a gap: on every row they sum to the trial's wall time. Trials stand one
behind the other in the order in which they ran, without the pauses between them.

Format: "Trace Event Format", Google, docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.model import Run, Trial
from engine.store import Store
from engine.text import storable

_COLUMNS = ("task", "label", "worker", "started_s", "finished_s", "status", "reason", "cpu_s", "attempts")
_ROWS_A_WORKER = 1000
"""Tasks of one worker that overlap, as coroutines may, get rows of their own; so many are room enough."""
_TINY_S = 1e-6
"""Times are stored in tenths of microseconds: two tasks may seem to overlap by less than this."""

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """What a row shows from one moment to another, in seconds from the first hand-over."""

    name: str
    start_s: float
    end_s: float
    category: str
    arguments: dict[str, Any]


def trace_chunks(store: Store, run: Run) -> Iterator[bytes]:
    """The trace as UTF-8 JSON, one trial at a time."""
    about = {"run": run.id, "title": storable(run.title), "workload": run.workload, "state": run.state}
    yield ('{"displayTimeUnit": "ms", "otherData": ' + _dumps(about) + ', "traceEvents": [').encode()
    began_s, first = 0.0, True
    for trial in store.trials(run):
        measured = trial.measurement
        rows = list(store.records.columns([trial], *_COLUMNS))
        wall_s = measured.wall_s or max((row[4] for row in rows if row[4] is not None), default=0.0)
        at_s = began_s + (measured.interpreter_s or 0.0) + (measured.startup_s or 0.0)
        events = (*_phases(trial, began_s, at_s, wall_s), *_workers(trial, rows, at_s, wall_s),
                  *_counters(trial, store.samples(trial), at_s))  # fmt: skip
        yield (("\n" if first else ",\n") + ",\n".join(map(_dumps, events))).encode()
        began_s, first = at_s + wall_s + (measured.teardown_s or 0.0), False
    yield b"\n]}\n"


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _phases(trial: Trial, began_s: float, at_s: float, wall_s: float) -> Iterator[Event]:
    """The names of the process and its first row, and the phases that follow each other on it."""
    repeat = "warm-up" if trial.repeat < 0 else f"repeat {trial.repeat + 1}"
    yield _named("process_name", trial, 0, f"Trial {trial.order + 1}: {trial.configuration.label}, {repeat}")
    place = {"sort_index": trial.order}
    yield {"ph": "M", "name": "process_sort_index", "pid": trial.order + 1, "tid": 0, "args": place}
    yield _named("thread_name", trial, 0, "phases")
    measured = trial.measurement
    parts = (("interpreter", measured.interpreter_s), ("start-up", measured.startup_s), ("tasks", wall_s),
             ("teardown", measured.teardown_s))  # fmt: skip
    counts = {"tasks": trial.tasks, "ok": trial.ok, "failed": trial.failed}
    for name, length_s in parts:
        if length_s:
            part = Slice(name, 0.0, length_s, "phase", counts if name == "tasks" else {})
            yield _complete(trial, 0, part, began_s)
            began_s += length_s


def _workers(trial: Trial, rows: Sequence[Sequence[Any]], at_s: float, wall_s: float) -> Iterator[Event]:
    for tid, slices in sorted(_on_rows(rows).items()):
        worker, place = divmod(tid - 1, _ROWS_A_WORKER)
        yield _named("thread_name", trial, tid, _worker(trial, worker) + (f", {place + 1}" if place else ""))
        yield from (_complete(trial, tid, one, at_s) for one in _without_gaps(slices, wall_s))


def _worker(trial: Trial, number: int) -> str:
    """What a worker is called: by its number from 1, and on a cluster by its host and address."""
    names = trial.measurement.worker_names
    return " ".join(filter(None, [f"worker {number + 1}", names[number] if number < len(names) else ""]))


def _on_rows(rows: Iterable[Sequence[Any]]) -> dict[int, list[Slice]]:
    """The tasks that ran, by row: those of a worker on its first row that is free when they start."""
    found: dict[int, list[Slice]] = {}
    ran = (row for row in rows if row[2] is not None and row[3] is not None and row[4] is not None)
    for row in sorted(ran, key=lambda row: row[3]):
        task, label, worker, started_s, finished_s, status, reason, cpu_s, attempts = row
        told = {"task": task, "status": status, "reason": reason, "cpu_ms": cpu_s and round(1000 * cpu_s, 4),
                "attempts": attempts}  # fmt: skip
        tid = 1 + worker * _ROWS_A_WORKER
        while (placed := found.get(tid)) and placed[-1].end_s > started_s + _TINY_S:
            tid += 1
        start_s = max(started_s, placed[-1].end_s if placed else 0.0)
        category = "task" if status == "ok" else "failed"
        one = Slice(storable(label), start_s, max(start_s, finished_s), category, told)
        found.setdefault(tid, []).append(one)
    return found


def _without_gaps(slices: Sequence[Slice], wall_s: float) -> Iterator[Slice]:
    """The slices and, between them, the waiting, from the first hand-over to the last result."""
    free_s = 0.0
    for one in slices:
        if one.start_s > free_s:
            yield Slice("waiting", free_s, one.start_s, "waiting", {})
        yield one
        free_s = one.end_s
    if wall_s > free_s:
        yield Slice("waiting", free_s, wall_s, "waiting", {})


def _counters(trial: Trial, samples: Iterable[Any], at_s: float) -> Iterator[Event]:
    """The memory of the trial's processes over time."""
    for sample in samples:
        if sample.get("memory_mb") is not None and at_s + sample["at_s"] >= 0:
            yield {"ph": "C", "name": "memory", "pid": trial.order + 1, "tid": 0, "ts": _us(at_s + sample["at_s"]),
                   "args": {"MB": sample["memory_mb"]}}  # fmt: skip


_COLOURS = {"failed": "terrible", "waiting": "grey", "phase": "good"}
"""Reserved names of colours of the viewer."""


def _complete(trial: Trial, tid: int, one: Slice, at_s: float) -> Event:
    colour = {"cname": _COLOURS[one.category]} if one.category in _COLOURS else {}
    start = _us(at_s + one.start_s)
    return {
        "ph": "X", "name": one.name, "cat": one.category, "pid": trial.order + 1, "tid": tid, "ts": start,
        "dur": round(_us(at_s + one.end_s) - start, 3), **colour, "args": one.arguments,
    }  # fmt: skip


def _named(what: str, trial: Trial, tid: int, name: str) -> Event:
    return {"ph": "M", "name": what, "pid": trial.order + 1, "tid": tid, "args": {"name": storable(name)}}


def _us(seconds: float) -> float:
    """Microseconds to the nanosecond: neighbours share their edge, because both are rounded alike."""
    return round(1e6 * seconds, 3)
