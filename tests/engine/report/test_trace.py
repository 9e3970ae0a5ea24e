"""The trace is one that viewers open: read back by the rules of the Trace Event Format, and held against the run."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from engine.model import Configuration, Run
from engine.report import export_chunks, file_name
from engine.report.documents.document import import_document
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from tests.engine.report.made import EVIL, document, failed, record, trial
from tests.engine.support import run_to_end

REQUIRED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "X": {"name": str, "cat": str, "ts": (int, float), "dur": (int, float), "pid": int, "tid": int, "args": dict},
    "C": {"name": str, "ts": (int, float), "pid": int, "args": dict},
    "M": {"name": str, "pid": int, "tid": int, "args": dict},
}
"""By phase, what the format asks for of the events that are used here."""
METADATA = {"process_name": "name", "process_sort_index": "sort_index", "thread_name": "name"}


def trace(store: Store, run: Run) -> dict[str, Any]:
    """The trace as a viewer reads it."""
    found: dict[str, Any] = json.loads(b"".join(export_chunks(store, run, "trace")))
    return found


def faults(found: dict[str, Any]) -> list[str]:
    """What breaks the format's rules."""
    said = [] if isinstance(found["traceEvents"], list) and found["displayTimeUnit"] in ("ms", "ns") else ["head"]
    rows = defaultdict(list)
    for event in found["traceEvents"]:
        for name, kind in REQUIRED[event["ph"]].items():
            if not isinstance(event.get(name), kind):
                said.append(f"{name} of {event}")
        if event["ph"] == "M" and METADATA[event["name"]] not in event["args"]:
            said.append(f"arguments of {event}")
        if event["ph"] == "X":
            rows[event["pid"], event["tid"]].append(event)
        if event["ph"] != "M" and (event["ts"] < 0 or event.get("dur", 0) < 0):
            said.append(f"time of {event}")
    for row, slices in rows.items():
        ordered = sorted(slices, key=lambda one: (one["ts"], one["ts"] + one["dur"]))
        for before, after in itertools.pairwise(ordered):
            if before["ts"] + before["dur"] > after["ts"] + 0.002:
                said.append(f"{row}: {before} and {after} overlap")
    return said


def sums(found: dict[str, Any]) -> dict[tuple[int, int], float]:
    """Seconds of slices by process and row."""
    total: dict[tuple[int, int], float] = defaultdict(float)
    for event in found["traceEvents"]:
        if event["ph"] == "X":
            total[event["pid"], event["tid"]] += event["dur"] / 1e6
    return total


@pytest.mark.parametrize(
    ("workload", "options", "how"),
    [
        ("compute", {"amount": 2000}, Configuration("threads", 2)),
        ("wait", {"seconds": 0.002}, Configuration("asyncio", 3)),
    ],
    ids=["threads", "asyncio"],
)
def test_on_every_row_slices_sum_to_the_wall_time(
    store: Store, workload: str, options: dict[str, Any], how: Configuration
) -> None:
    tasks_of_it = simple_plan(workload, 12, options, SEQUENTIAL, store.settings)
    run = run_to_end(store, comparison(tasks_of_it, [how], repeats=1))
    found = trace(store, run)
    assert faults(found) == []
    trials = store.trials(run)
    names = {event["args"]["name"] for event in found["traceEvents"] if event["name"] == "process_name"}
    assert len(names) == len(trials) and any("warm-up" in name for name in names)
    for (pid, tid), seconds in sums(found).items():
        measured = trials[pid - 1].measurement
        assert measured.wall_s is not None
        whole = (measured.interpreter_s or 0) + (measured.startup_s or 0) + measured.wall_s + (measured.teardown_s or 0)
        assert seconds == pytest.approx(whole if tid == 0 else measured.wall_s, rel=0.01)
    tasks = [event for event in found["traceEvents"] if event.get("cat") == "task"]
    records = [record for one in trials for record in store.records.of_trial(one)]
    assert len(tasks) == len(records) > 0
    spent = sum(record.finished_s - record.started_s for record in records if record.finished_s and record.started_s)
    assert sum(event["dur"] for event in tasks) / 1e6 == pytest.approx(spent, rel=0.01)


def test_failures_are_told_and_hostile_labels_stay_labels(store: Store) -> None:
    run = import_document(store, document([record(0, EVIL), failed(1, "b"), record(2, "c")]))
    found = trace(store, run)
    assert faults(found) == []
    (bad,) = [event for event in found["traceEvents"] if event.get("cat") == "failed"]
    assert bad["args"]["reason"] == "not_found" and bad["cname"] == "terrible"
    assert EVIL in {event["name"] for event in found["traceEvents"]}
    assert [event["args"]["MB"] for event in found["traceEvents"] if event["ph"] == "C"] == [20, 21, 22, 23, 24, 25]
    assert file_name(run, "trace").endswith(".trace.json")


def test_tasks_that_overlap_on_one_worker_get_rows_of_their_own(store: Store) -> None:
    spans = [(0.0, 0.3), (0.1, 0.2), (0.25, 0.4), (0.3, 0.35)]
    records = [
        record(at, str(at), worker=0, started_s=start, finished_s=end) for at, (start, end) in enumerate(spans)
    ]
    found = trace(store, import_document(store, document(records)))
    assert faults(found) == []
    rows = {event["name"]: event["tid"] for event in found["traceEvents"] if event.get("cat") == "task"}
    assert rows == {"0": 1, "1": 2, "2": 2, "3": 1}


def test_trials_stand_one_behind_the_other_and_one_without_times_breaks_nothing(store: Store) -> None:
    given = document([record(0, "a")], "wait", kind="comparison")
    given["trials"] = [trial([record(0, "a")], order=at, wall_s=wall_s) for at, wall_s in enumerate((0.4, None, 0.2))]
    found = trace(store, import_document(store, given))
    assert faults(found) == []
    phases = [event for event in found["traceEvents"] if event.get("cat") == "phase"]
    assert [event["name"] for event in phases[:4]] == ["interpreter", "start-up", "tasks", "teardown"]
    edges = [(event["ts"], event["ts"] + event["dur"]) for event in phases]
    assert all(before[1] == pytest.approx(after[0], abs=0.01) for before, after in itertools.pairwise(edges))


def test_a_run_without_trials_is_an_empty_trace(store: Store) -> None:
    assert trace(store, import_document(store, {**document([]), "trials": []}))["traceEvents"] == []


def test_tasks_that_start_in_another_order_than_their_numbers_come_in_the_order_of_their_starts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.report.trace._ROWS_A_PIECE", 4)
    monkeypatch.setattr("engine.report.trace._EVENTS_A_CHUNK", 7)
    starts = [at / 10 for at in [*range(8), 30, *range(9, 20), 8, *range(21, 30)]]  # task 8 was put back, 20 came early
    records = [record(at, str(at), worker=0, started_s=s, finished_s=s + 0.1) for at, s in enumerate(starts)]
    found = trace(store, import_document(store, document(records)))
    assert faults(found) == []
    tasks = [event for event in found["traceEvents"] if event.get("cat") == "task"]
    assert [event["ts"] for event in tasks] == sorted(event["ts"] for event in tasks)
    assert {event["tid"] for event in tasks} == {1}, "in order, all of them find room on the worker's first row"


def test_a_long_trace_is_sent_while_it_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.report.trace._ROWS_A_PIECE", 10)
    monkeypatch.setattr("engine.report.trace._EVENTS_A_CHUNK", 20)
    run = import_document(store, document([record(at, str(at)) for at in range(400)]))
    read: list[int] = []
    stream = store.records.stream_columns

    def counted(*given: Any, **named: Any) -> Iterator[tuple[Any, ...]]:
        for row in stream(*given, **named):
            read.append(len(row))
            yield row

    monkeypatch.setattr(store.records, "stream_columns", counted)
    chunks = export_chunks(store, run, "trace")
    next(chunks), next(chunks)
    assert 0 < sum(columns > 1 for columns in read) < 60, "only what is sent was read whole"
    assert len(list(chunks)) > 20
