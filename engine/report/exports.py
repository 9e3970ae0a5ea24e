"""Every format that a run can be written in, by name; each is read from the store piece by piece.

The modules of the formats are imported when they are used: a CSV needs neither plotly nor pyarrow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from engine.errors import NotAvailable, SettingRefused
from engine.model import Run
from engine.store import Store

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "trace": "application/json",
    "script": "text/x-python; charset=utf-8",
    "folder": "application/zip",
}
_ENDINGS = {"markdown": "md", "trace": "trace.json", "script": "py", "folder": "zip"}


def export_chunks(store: Store, run: Run, file_format: str) -> Iterator[bytes]:
    """The run in one of MEDIA_TYPES's formats.

    Raises SettingRefused for another format, and NotAvailable where a package is missing that a format needs.
    """
    if file_format not in _WRITERS:
        raise SettingRefused(f"A run cannot be written as {file_format!r}: choose one of {', '.join(_WRITERS)}.")
    must_be_writable(file_format)
    return _WRITERS[file_format](store, run)


def must_be_writable(file_format: str) -> None:
    """Raise NotAvailable, saying how to get it, where a report lacks its packages: asked before a long run, too."""
    if file_format == "html" and not all(find_spec(name) for name in ("plotly", "numpy")):
        raise NotAvailable(
            "An HTML report needs plotly and numpy, which are not installed here: "
            "pip install 'overlap-workbench[report]', or take Markdown."
        )


def file_name(run: Run, file_format: str) -> str:
    """A safe name for the downloaded file: ``overlap-resize-run-41.csv``."""
    workload = re.sub(r"[^A-Za-z0-9_.-]+", "-", run.workload)[:60]
    return f"overlap-{workload}-run-{run.id}.{_ENDINGS.get(file_format, file_format)}"


def _json(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.documents.document import document_chunks

    return document_chunks(store, run)


def _csv(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.tables import csv_chunks

    return csv_chunks(store, run)


def _parquet(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.parquet import parquet_chunks

    return parquet_chunks(store, run)


def _html(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.html.html import html_chunks

    return html_chunks(store, run)


def _markdown(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.telling import markdown_chunks

    return markdown_chunks(store, run)


def _trace(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.trace import trace_chunks

    return trace_chunks(store, run)


def _script(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.script.whole import script_chunks

    return script_chunks(store, run)


def _folder(store: Store, run: Run) -> Iterator[bytes]:
    from engine.report.script.folder import folder_chunks

    return folder_chunks(store, run)


_WRITERS: dict[str, Callable[[Store, Run], Iterator[bytes]]] = {
    "json": _json,
    "csv": _csv,
    "parquet": _parquet,
    "html": _html,
    "markdown": _markdown,
    "trace": _trace,
    "script": _script,
    "folder": _folder,
}
