"""The table as Parquet: types, exact prices, and values that do not fit."""

from __future__ import annotations

import errno
import io
import sys
from decimal import Decimal

import pytest

from engine.errors import InputRefused, NotAvailable
from engine.report import parquet
from engine.report.documents.document import import_document
from engine.report.parquet import _as_decimal, _as_real, _as_text, _as_whole, parquet_chunks
from engine.store import Store
from tests.engine.report.made import document, failed, record, shop_page

pyarrow_parquet = pytest.importorskip("pyarrow.parquet")


def test_prices_are_exact_and_failures_are_rows(store: Store) -> None:
    pages = [record(0, "a", shop_page(price="1299.10")), failed(1, "b"), record(2, "c", shop_page(price="nonsense"))]
    content = b"".join(parquet_chunks(store, import_document(store, document(pages))))
    read = pyarrow_parquet.read_table(io.BytesIO(content))
    assert read.column("price").to_pylist() == [Decimal("1299.10"), None, None]
    assert read.column("status").to_pylist() == ["ok", "failed", "ok"]
    assert read.column("doubtful").to_pylist() == [False, None, False]
    assert str(read.schema.field("time_s").type) == "double"


def test_a_run_without_records_is_an_empty_table_with_its_columns(store: Store) -> None:
    content = b"".join(parquet_chunks(store, import_document(store, document([]))))
    read = pyarrow_parquet.read_table(io.BytesIO(content))
    assert read.num_rows == 0
    assert "price" in read.column_names


def test_a_disk_without_room_is_said_before_anything_is_sent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(parquet, "TemporaryFile", lambda **_: Full())
    with pytest.raises(InputRefused, match=r"cannot be written to .* \(No space left on device\): free some space"):
        parquet_chunks(store, import_document(store, document([record(0, "a", shop_page())])))


@pytest.mark.parametrize(
    ("value", "whole"), [(7, 7), (0, 0), (-1, -1), (True, 1), (2**63 - 1, 2**63 - 1), (2**63, None), (1.0, None),
                         ("7", None), ([], None)],
)  # fmt: skip
def test_a_whole_number_is_one_that_64_bits_hold(value: object, whole: int | None) -> None:
    assert _as_whole(value) == whole


@pytest.mark.parametrize(
    ("value", "real"), [(1.5, 1.5), (7, 7.0), (10**400, None), ("1.5", None), ({}, None), (-0.0, -0.0)]
)
def test_a_real_number_is_one_that_a_double_holds(value: object, real: float | None) -> None:
    assert _as_real(value) == real


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("19.90", Decimal("19.90")), ("0.0000000004", Decimal("0")), ("0.0000000006", Decimal("1E-9")),
        (19.9, Decimal("19.9")), ("1e27", Decimal("1e27")), ("1e28", None), ("NaN", None), ("Infinity", None),
        ("nonsense", None), ([], None), ("", None), ("1,5", None),
    ],
)  # fmt: skip
def test_a_price_is_exact_to_nine_places_or_nothing(value: object, exact: Decimal | None) -> None:
    assert _as_decimal(value) == exact


@pytest.mark.parametrize(
    ("value", "text"), [("é", "é"), ("\ud800", "?"), ({"a": [1]}, '{"a": [1]}'), (7, "7"), (None, "null")]
)
def test_a_text_is_utf_8_and_anything_else_its_json(value: object, text: str) -> None:
    assert _as_text(value) == text


def test_without_its_package_a_sentence_says_what_to_install(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotAvailable, match="pip install pyarrow`, or take the CSV"):
        parquet_chunks(store, import_document(store, document([])))
