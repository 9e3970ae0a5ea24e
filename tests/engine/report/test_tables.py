"""The table of a run as CSV: its columns, its failures, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.report.documents.document import import_document
from engine.report.exports import export_chunks
from engine.report.tables import BOM, cell, csv_chunks
from engine.store import Store
from tests.engine.report.made import EVIL, document, failed, photo, record, shop_page, trial


def table(store: Store, given: dict[str, Any]) -> list[dict[str, str]]:
    """The CSV of a document, parsed back."""
    content = b"".join(csv_chunks(store, import_document(store, given)))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_scrape_has_a_row_for_each_page_failures_included(store: Store) -> None:
    good, bad = table(store, document([record(0, "http://a/1", shop_page(), waited_s=0.5), failed(1, "http://a/2")]))
    assert (good["url"], good["status"], good["price"], good["currency"]) == ("http://a/1", "ok", "39.90", "EUR")
    assert (good["raw"], good["doubtful"], good["time_s"], good["waited_s"]) == ("39,90 €", "false", "0.1", "0.5")
    assert (bad["status"], bad["reason"], bad["price"]) == ("failed", "not_found", "")
    assert bad["error"] == "The page is gone."


def test_a_resize_has_a_row_for_each_file_written(store: Store) -> None:
    outputs = photo("/elsewhere/a-400.jpg", also=[photo("/elsewhere/a-100.jpg", width=100)])
    rows = table(store, document([record(0, "a.jpg", outputs), failed(1, "b.jpg")], "resize"))
    assert [(row["input"], row["output"], row["width"]) for row in rows] == [
        ("a.jpg", "/elsewhere/a-400.jpg", "400"),
        ("a.jpg", "/elsewhere/a-100.jpg", "100"),
        ("b.jpg", "", ""),
    ]


def test_files_in_the_runs_own_folder_are_named_relative_to_it(store: Store) -> None:
    run = import_document(store, document([record(0, "a.jpg", photo("x"))], "resize"))
    inside = str(store.folder(run).outputs / "sub" / "a.jpg")
    given = document([record(0, "a.jpg", photo(inside))], "resize")
    other = import_document(store, given)
    assert inside.encode() in b"".join(csv_chunks(store, other))  # another run's folder is not this one's
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET output = replace(output, 'x', '?')")
        own = '{"path": "' + inside + '", "width": 1}'
        connection.exec_driver_sql("UPDATE records SET output = ? WHERE trial_id = ?", (own, store.trials(run)[0].id))
    assert b",sub/a.jpg," in b"".join(csv_chunks(store, run))


def test_any_other_workload_has_the_general_columns(store: Store) -> None:
    number, mapping = table(store, document([record(0, "a", 12), record(1, "b", {"x": [1]})], "compute"))
    assert (number["label"], number["output"], number["worker"]) == ("a", "12", "0")
    assert mapping["output"] == '{"x": [1]}'


def test_a_comparison_names_the_trial_in_front_of_each_record(store: Store) -> None:
    given = document([record(0, "a")], "wait", kind="comparison")
    given["trials"].append(trial([record(0, "a")], order=1, executor="processes", workers=4, repeat=1))
    rows = table(store, given)
    assert [(row["trial"], row["executor"], row["workers"], row["repeat"]) for row in rows] == [
        ("0", "threads", "2", "0"),
        ("1", "processes", "4", "1"),
    ]


def test_of_a_continued_job_only_the_last_record_of_a_task_counts(store: Store) -> None:
    given = document([failed(0, "a"), record(1, "b")], "wait")
    given["trials"].append(trial([record(0, "a", "better")], order=1, continues=0))
    assert [row["output"] for row in table(store, given)] == ["better", ""]


def test_the_file_starts_with_a_byte_order_mark_unless_asked_not_to(store: Store) -> None:
    run = import_document(store, document([record(0, "a", shop_page())]))
    assert b"".join(csv_chunks(store, run)).startswith(BOM + b"task,url,")
    assert b"".join(csv_chunks(store, run, bom=False)).startswith(b"task,url,")
    assert b"".join(export_chunks(store, run, "csv")) == b"".join(csv_chunks(store, run))


def test_texts_from_pages_cannot_start_a_formula(store: Store) -> None:
    row, bad = table(store, document([record(0, EVIL, shop_page(name="@SUM(A1)")), failed(1, "x", "+1\tdial")]))
    assert row["url"] == "'" + EVIL
    assert row["name"] == "'@SUM(A1)"
    assert bad["error"] == "'+1\tdial"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("+49", "'+49"), ("-cmd", "'-cmd"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("＝1", "'＝1"), ("-1+1", "'-1+1"), ("-1\n", "'-1\n"), ("-", "'-"), ("--1", "'--1"),
        ("-12.5", "-12.5"), ("-1e-9", "-1e-9"), (-3, -3), (-0.5, -0.5), ("12", "12"), ("a=b", "a=b"),
        (None, ""), (True, "true"), (["=x"], '["=x"]'), ("a\x00b", "ab"),
    ],
)  # fmt: skip
def test_a_cell_is_neutral_and_a_number_stays_one(value: object, written: object) -> None:
    assert cell(value) == written


@given(st.text())
def test_no_text_reaches_the_file_with_a_formulas_first_character(text: str) -> None:
    written = str(cell(text))
    assert written[:1] not in set("=+@\t\r\n")
    assert not written.startswith("-") or float(written) <= 0
