"""Every format by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import NotAvailable, SettingRefused
from engine.report import MEDIA_TYPES, export_chunks, exports, file_name
from engine.report.documents.document import import_document
from engine.report.exports import must_be_writable
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


# What is missing, and names of files.


@pytest.mark.parametrize("missing", ["plotly", "numpy"])
def test_a_report_without_its_packages_is_refused_with_how_to_get_them(
    missing: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "find_spec", lambda name: None if name == missing else object())
    run = import_document(store, document([record(0, "a")]))
    with pytest.raises(NotAvailable, match=r"pip install 'overlap-workbench\[report\]', or take Markdown"):
        export_chunks(store, run, "html")
    must_be_writable("markdown")
    assert b"".join(export_chunks(store, run, "markdown"))


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_every_format_has_a_writer_a_media_type_and_an_ending(name: str, store: Store) -> None:
    run = import_document(store, document([record(0, "a")], "compute"))
    assert name in exports._WRITERS
    ending = file_name(run, name).partition(f"-run-{run.id}.")[2]
    assert ending == {"markdown": "md", "trace": "trace.json", "script": "py", "folder": "zip"}.get(name, name)


@pytest.mark.parametrize(
    ("workload", "part"),
    [("scrape", "scrape"), ("a b/c\\d", "a-b-c-d"), ("é", "-"), ("x" * 99, "x" * 60), ("..", "..")],
)
def test_a_workloads_name_in_a_file_name_is_short_and_plain(workload: str, part: str, store: Store) -> None:
    run = replace(import_document(store, document([record(0, "a")])), workload=workload, id=7)
    assert file_name(run, "json") == f"overlap-{part}-run-7.json"
