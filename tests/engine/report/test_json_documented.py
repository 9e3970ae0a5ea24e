"""docs/json.md says what a document holds: real documents are held against its tables, in both directions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.model import Configuration
from engine.report.documents.document import VERSION, import_document, run_document
from engine.runs.plans import SEQUENTIAL, comparison, simple_plan
from engine.store import Store
from tests.engine.report.made import compared, document, failed, record
from tests.engine.support import run_to_end

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "json.md").read_text(encoding="utf-8")
KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "whole number": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "true or false": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}


def sections() -> dict[str, dict[str, str]]:
    """Each section's keys with their types, as the page has them."""
    found = {}
    for part in PAGE.split("\n## ")[1:]:
        rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", part, re.MULTILINE))
        if rows:
            found[part.partition("\n")[0]] = rows
    return found


SECTIONS = sections()


def faults(value: Any, kind: str, place: str) -> Iterator[str]:
    """What of a value is not as the page says."""
    if kind.endswith(" or null") and not kind.startswith("list of "):
        if value is not None:
            yield from faults(value, kind.removesuffix(" or null"), place)
    elif kind.startswith("list of "):
        yield from [] if isinstance(value, list) else [f"{place} is no list"]
        for at, one in enumerate(value if isinstance(value, list) else ()):
            yield from faults(one, kind.removeprefix("list of "), f"{place}[{at}]")
    elif kind in KINDS:
        yield from [] if KINDS[kind](value) else [f"{place} is no {kind}: {value!r}"]
    else:
        yield from of_section(value, SECTIONS[kind], place)


def of_section(value: Any, rows: dict[str, str], place: str) -> Iterator[str]:
    needed = {name for name, kind in rows.items() if not kind.endswith("(optional)")}
    yield from (f"{place} has no {name}" for name in needed - set(value))
    for name, one in value.items():
        if name not in rows:
            yield f"{place}.{name} is not documented"
        else:
            yield from faults(one, rows[name].removesuffix(" (optional)"), f"{place}.{name}")


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
