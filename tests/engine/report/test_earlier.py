"""Earlier runs of the same list: found among all runs, and what changed since, in CSV, JSON and by address."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from engine.errors import InputRefused
from engine.model import Run
from engine.report.documents.document import document_chunks, import_document, run_document
from engine.report.earlier import changes_since, earlier_runs, price_series
from engine.report.tables import csv_chunks
from engine.store import Store
from tests.engine.report.made import document, failed, record, shop_page


def kept(store: Store, prices: dict[str, str | None], workload: str = "scrape") -> Run:
    """A finished run that read these prices; None is a page that is gone."""
    records = [
        failed(at, address) if price is None else record(at, address, shop_page(price=price))
        for at, (address, price) in enumerate(prices.items())
    ]
    made: dict[str, Any] = document(records, workload, ended_at=f"2026-11-{10 + len(store.runs()):02d}T08:00:00+00:00")
    return import_document(store, made)


A, B, C, D = (f"https://shop.example/{name}" for name in "abcd")


def test_the_last_run_of_the_same_list_is_found_among_others(store: Store) -> None:
    first = kept(store, {A: "10", B: "20"})
    kept(store, {"https://other.example/1": "1", "https://other.example/2": "2"})
    second = kept(store, {A: "9", B: "20", C: "5"})
    third = kept(store, {A: "9", B: None, C: "5", D: "7"})
    assert [one.id for one in earlier_runs(store, third)] == [second.id, first.id]
    assert earlier_runs(store, first) == [] and changes_since(store, first) is None
    found = changes_since(store, third)
    assert found is not None and found.earlier.id == second.id
    assert {change.address: change.kind for change in found.changes} == {B: "gone", D: "new"}


def test_a_run_may_be_named_and_must_be_a_scrape(store: Store) -> None:
    first, second, third = kept(store, {A: "10"}), kept(store, {A: "9"}), kept(store, {A: "8"})
    found = changes_since(store, third, first)
    assert found is not None and str(found.changes[0].by) == "-2"
    assert second.id != first.id
    other = kept(store, {"a": "1"}, "function")
    with pytest.raises(InputRefused, match="is no scrape"):
        changes_since(store, third, other)


def test_changes_stand_in_the_table_and_in_the_document(store: Store) -> None:
    kept(store, {A: "10", B: "20"})
    run = kept(store, {A: "9.50", B: "20"})
    rows = list(csv.DictReader(io.StringIO(b"".join(csv_chunks(store, run, bom=False)).decode())))
    told = [(row["change"], row["price_before"], row["change_by"]) for row in rows]
    assert told == [("down", "10", "-0.50"), ("", "", "")]
    whole = run_document(store, run)
    assert whole["changes"]["changes"][0]["by"] == "-0.50"
    assert json.loads(b"".join(document_chunks(store, run)))["changes"] == whole["changes"]
    again = import_document(store, whole)
    assert again.ok == 2, "a document with changes can be opened again"


def test_prices_over_time_are_those_of_this_list(store: Store) -> None:
    for price in ("10", "8", "9"):
        run = kept(store, {A: price, B: None})
    series = price_series(store, run)
    assert [str(point.price) for point in series[A]] == ["10", "8", "9"]
    assert list(series) == [A] and len({point.at for point in series[A]}) == 3
