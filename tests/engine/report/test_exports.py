"""Every format by name."""

from __future__ import annotations

import pytest

from engine.errors import SettingRefused
from engine.report import export_chunks, file_name
from engine.report.documents.document import import_document
from engine.store import Store
from tests.engine.report.made import document, record, shop_page

FIRST = {"json": b"{", "csv": b"\xef\xbb\xbf", "parquet": b"PAR1", "html": b"<!doctype html>"}


@pytest.mark.parametrize("name", FIRST)
def test_each_format_is_written_and_begins_as_it_should(store: Store, name: str) -> None:
    run = import_document(store, document([record(0, "a", shop_page())]))
    assert b"".join(export_chunks(store, run, name)).startswith(FIRST[name])


def test_an_unknown_format_is_refused_with_those_there_are(store: Store) -> None:
    run = import_document(store, document([record(0, "a")]))
    with pytest.raises(SettingRefused, match="json, csv, parquet, html"):
        export_chunks(store, run, "xlsx")


def test_a_file_name_holds_nothing_that_a_path_could_use(store: Store) -> None:
    run = import_document(store, document([record(0, "a")], "my.package:run/../x"))
    assert file_name(run, "csv") == f"overlap-my.package-run-..-x-run-{run.id}.csv"
