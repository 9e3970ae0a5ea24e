"""A run as a trace: opens in Perfetto (ui.perfetto.dev) and in chrome://tracing.

The Trace Event Format's JSON object form, with complete events (X), counters (C) and metadata (M) only; times are
microseconds. A trial is a process, its first row says where the whole time went, and each worker has a row on which
tasks and waiting follow each other without a gap: on every row they sum to the trial's wall time. Trials stand one
behind the other in the order in which they ran, without the pauses between them.

Format: "Trace Event Format", Google, docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
"""

from __future__ import annotations

import heapq
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.model import Run, Trial
from engine.store import Store
from engine.text import storable

_COLUMNS = ("task", "label", "worker", "started_s", "finished_s", "status", "reason", "cpu_s", "attempts")
_ROWS_A_WORKER = 1000
"""Tasks of one worker that overlap, as coroutines may, get rows of their own; so many are room enough."""
_EVENTS_A_CHUNK, _ROWS_A_PIECE = 2_000, 10_000
"""How much is sent together, and how much of the table one moment of the first look stands for."""
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
    """The trace as UTF-8 JSON, some thousand events at a time: however many tasks there are, few are in memory."""
    about = {"run": run.id, "title": storable(run.title), "workload": run.workload, "state": run.state}
    yield ('{"displayTimeUnit": "ms", "otherData": ' + _dumps(about) + ', "traceEvents": [').encode()
    before, began_s = "\n", 0.0
    for trial in store.trials(run):
        measured = trial.measurement
        wall_s = measured.wall_s or store.spans.end_s(trial)
        at_s = began_s + (measured.interpreter_s or 0.0) + (measured.startup_s or 0.0)
        events = itertools.chain(
            _phases(trial, began_s, at_s, wall_s), _workers(trial, _by_start(store, trial), at_s, wall_s),
            _counters(trial, store.samples(trial), at_s),
        )  # fmt: skip
        while some := list(itertools.islice(events, _EVENTS_A_CHUNK)):
            yield (before + ",\n".join(map(_dumps, some))).encode()
            before = ",\n"
        began_s = at_s + wall_s + (measured.teardown_s or 0.0)
    yield b"\n]}\n"


def _by_start(store: Store, trial: Trial) -> Iterator[Sequence[Any]]:
    """The trial's tasks that ran, in the order in which they started.

    They are read in the order of their numbers, which is nearly the same. A first look tells, for each piece of the
    table, when the earliest of all later ones started; so only what started after that is kept until its time comes.
    """
    earliest: list[float] = []
    for (started_s,), piece in _in_pieces(store.records.stream_columns([trial], "started_s")):
        if piece == len(earliest):
            earliest.append(math.inf)
        if started_s is not None:
            earliest[piece] = min(earliest[piece], started_s)
    later_s = [*itertools.accumulate(reversed(earliest), min)][::-1]
    kept: list[tuple[float, int, Sequence[Any]]] = []
    now = 0
    for row, piece in _in_pieces(store.records.stream_columns([trial], *_COLUMNS)):
        if piece > now:
            now = piece
            limit_s = later_s[now] if now < len(later_s) else math.inf  # beyond: recorded since the first look
            while kept and kept[0][0] < limit_s:
                yield heapq.heappop(kept)[2]
        if _ran(row):
            heapq.heappush(kept, (row[3], row[0], row))
    while kept:
        yield heapq.heappop(kept)[2]


def _ran(row: Sequence[Any]) -> bool:
    """Whether a task was on a worker, and when: its worker, start and end are known."""
    return None not in row[2:5]


def _in_pieces(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Sequence[Any], int]]:
    """Rows, each with the number of the piece that it belongs to."""
    return ((row, number // _ROWS_A_PIECE) for number, row in enumerate(rows))


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


def _workers(trial: Trial, rows: Iterable[Sequence[Any]], at_s: float, wall_s: float) -> Iterator[Event]:
    """The rows of the workers, each with its name before what is on it; `rows` come in the order of their starts."""
    named: set[int] = set()
    for tid, one in _on_rows(rows, wall_s):
        if tid not in named:
            named.add(tid)
            worker, place = divmod(tid - 1, _ROWS_A_WORKER)
            yield _named("thread_name", trial, tid, _worker(trial, worker) + (f", {place + 1}" if place else ""))
        yield _complete(trial, tid, one, at_s)


def _worker(trial: Trial, number: int) -> str:
    """What a worker is called: by its number from 1, and on a cluster by its host and address."""
    names = trial.measurement.worker_names
    return " ".join(filter(None, [f"worker {number + 1}", names[number] if number < len(names) else ""]))


def _on_rows(rows: Iterable[Sequence[Any]], wall_s: float) -> Iterator[tuple[int, Slice]]:
    """Each task, on its worker's first row that is free when it starts, with the waiting before it and at the end.

    `rows` come in the order in which the tasks started. So each row is whole, from the first hand-over to `wall_s`.
    """
    free_s: dict[int, float] = {}
    for task, label, worker, started_s, finished_s, status, reason, cpu_s, attempts in rows:
        tid = 1 + worker * _ROWS_A_WORKER
        while free_s.get(tid, 0.0) > started_s + _TINY_S:
            tid += 1
        before_s = free_s.get(tid, 0.0)
        start_s = max(started_s, before_s)
        if start_s > before_s:
            yield tid, Slice("waiting", before_s, start_s, "waiting", {})
        told = {"task": task, "status": status, "reason": reason, "cpu_ms": cpu_s and round(1000 * cpu_s, 4),
                "attempts": attempts}  # fmt: skip
        category = "task" if status == "ok" else "failed"
        free_s[tid] = max(start_s, finished_s)
        yield tid, Slice(storable(label), start_s, free_s[tid], category, told)
    for tid, last_s in free_s.items():
        if wall_s > last_s:
            yield tid, Slice("waiting", last_s, wall_s, "waiting", {})


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
