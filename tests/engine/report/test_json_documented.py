"""docs/json.md says what a document holds: real documents are held against its tables, in both directions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.model import Configuration
from engine.report.documents.document import VERSION, import_document, run_document
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from tests.engine.report.json_page import KINDS, PAGE, SECTIONS, faults
from tests.engine.report.made import compared, document, failed, record
from tests.engine.support import run_to_end


def test_the_page_names_the_version_and_its_types_are_known() -> None:
    assert f"**version {VERSION}**" in PAGE
    for rows in SECTIONS.values():
        for kind in rows.values():
            inner = kind.removesuffix(" (optional)").removesuffix(" or null").removeprefix("list of ")
            assert inner in KINDS or inner in SECTIONS, kind


@pytest.mark.parametrize("tasks", [12, 1200])
def test_a_comparison_is_as_documented_small_and_in_columns(store: Store, tasks: int) -> None:
    plan = simple_plan("compute", tasks, {"amount": 5}, SEQUENTIAL, store.settings)
    run = run_to_end(store, comparison(plan, [Configuration("threads", 2)], repeats=2))
    written = run_document(store, run)
    assert list(faults(json.loads(json.dumps(written)), "run", "run")) == []
    assert any("columns" in one for one in written["trials"]) == ("labels" in written) == (tasks > 1000)


@pytest.mark.parametrize("given", [compared(), document([record(0, "a", {"any": [1]}), failed(1, "b")], "wait")])
def test_what_is_read_and_written_again_is_as_documented(store: Store, given: dict[str, Any]) -> None:
    given["verdict"] = None
    written = json.dumps(run_document(store, import_document(store, given)))
    assert list(faults(json.loads(written), "run", "run")) == []


def test_a_key_that_is_missing_unknown_or_of_another_type_is_found(store: Store) -> None:
    written = run_document(store, import_document(store, document([record(0, "a")], "wait")))
    del written["title"]
    written["trials"][0]["records"][0]["cpu_s"] = "fast"
    written["trials"][0]["unheard_of"] = 1
    said = " ".join(faults(written, "run", "run"))
    assert "run has no title" in said and "unheard_of is not documented" in said and "cpu_s is no number" in said
