"""A large comparison's document: columns instead of records, a sixth of the size, and read back whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputRefused
from engine.model import Configuration, Measurement, Plan, Run, Task, plain
from engine.protocol.record import row_of
from engine.report.documents.columns import OBJECTS
from engine.report.documents.document import document_chunks, import_document, read_document, run_document
from engine.store import Store
from tests.engine.support import open_store

TASKS = OBJECTS + 200
THREADS = Configuration("threads", 2)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Run]]:
    """A stored comparison of two trials; in the second, one task failed and one gave another output."""
    store = open_store(tmp_path_factory.mktemp("large"))
    tasks = tuple(Task(index, f"task {index}", index) for index in range(TASKS))
    plan = Plan("comparison", "compute", "large", tasks, (THREADS,), {"function_pickled": "abc"}, None, {"repeats": 2})
    run = store.create(plan, "rlarge", {})
    for repeat in range(2):
        trial = store.add_trial(run, repeat, plain(THREADS), TASKS)
        rows = []
        for index in range(TASKS):
            values: dict[str, Any] = {"status": "ok", "fingerprint": f"{index:016x}"}
            if repeat and index == 7:
                values = {"status": "failed", "reason": "exception", "error": "ValueError: 7", "fingerprint": None}
            if repeat and index == 9:
                values["fingerprint"] = "other"
            rows.append(row_of(
                trial.id, f"task {index}", task=index, worker=index % 2, started_s=round(index * 1e-3, 6), attempts=1,
                finished_s=round(index * 1e-3 + 5e-4, 6), cpu_s=1e-4, run_delay_s=None if index == 3 else 0.0, **values,
            ))  # fmt: skip
        store.records.add(trial, run, rows, TASKS - repeat, repeat)
        store.update_trial(trial, state="finished", measurement=replace(Measurement(), wall_s=1.5))
    store.set_state(run, "finished")
    yield store, store.run("rlarge")
    store.close()


def test_records_that_are_as_usual_are_columns_and_the_others_objects(large: tuple[Store, Run]) -> None:
    document = run_document(*large)
    first, second = document["trials"]
    assert first["records"] == [] and len(first["columns"]["started_s"]) == TASKS and "task" not in first["columns"]
    assert [record["error"] for record in second["records"]] == ["ValueError: 7"]
    assert len(second["columns"]["task"]) == TASKS - 1 and second["fingerprints"] == {"9": "other"}
    assert len(document["labels"]) == TASKS and not any(name.endswith("_pickled") for name in document["options"])


def test_it_is_written_in_pieces_of_the_same_content_and_takes_less_than_60_bytes_a_record(
    large: tuple[Store, Run],
) -> None:
    written = b"".join(document_chunks(*large))
    assert json.loads(written) == run_document(*large)
    each = [len(json.dumps(trial["columns"])) / TASKS for trial in run_document(*large)["trials"]]
    assert max(each) < 60


def test_what_was_written_is_read_back_whole(large: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = large
    (tmp_path / "large.json").write_bytes(b"".join(document_chunks(store, run)))
    again = import_document(store, read_document(tmp_path / "large.json"))
    for old, new in zip(store.trials(run), store.trials(again), strict=True):
        assert store.records.of_trial(new) == store.records.of_trial(old)
    store.delete(again)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda trial, _: trial["columns"]["cpu_s"].pop(), "not of one length"),
        (lambda _, document: document["labels"].pop(), "not as many"),
        (lambda trial, _: trial["columns"].__setitem__("task", [0] * TASKS), "stands twice"),
        (lambda trial, _: trial["columns"].__setitem__("started_s", ["x"] * TASKS), "'started_s' of the columns"),
        (lambda trial, _: trial["columns"].__setitem__("task", list(range(1, TASKS + 1))), "without a label"),
        (lambda trial, _: trial.__setitem__("columns", []), "'columns'"),
    ],
)
def test_columns_that_lie_are_refused(large: tuple[Store, Run], spoil: Any, said: str) -> None:
    document = json.loads(b"".join(document_chunks(*large)))
    spoil(document["trials"][0], document)
    with pytest.raises(InputRefused, match=said):
        read_document(document)
