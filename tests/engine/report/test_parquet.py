"""The table as Parquet: types, exact prices, and values that do not fit."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from engine.report.documents.document import import_document
from engine.report.parquet import parquet_bytes
from engine.store import Store
from tests.engine.report.made import document, failed, record, shop_page

pyarrow_parquet = pytest.importorskip("pyarrow.parquet")


def test_prices_are_exact_and_failures_are_rows(store: Store) -> None:
    pages = [record(0, "a", shop_page(price="1299.10")), failed(1, "b"), record(2, "c", shop_page(price="nonsense"))]
    content = parquet_bytes(store, import_document(store, document(pages)))
    read = pyarrow_parquet.read_table(io.BytesIO(content))
    assert read.column("price").to_pylist() == [Decimal("1299.10"), None, None]
    assert read.column("status").to_pylist() == ["ok", "failed", "ok"]
    assert read.column("doubtful").to_pylist() == [False, None, False]
    assert str(read.schema.field("time_s").type) == "double"


def test_a_run_without_records_is_an_empty_table_with_its_columns(store: Store) -> None:
    content = parquet_bytes(store, import_document(store, document([])))
    read = pyarrow_parquet.read_table(io.BytesIO(content))
    assert read.num_rows == 0
    assert "price" in read.column_names
