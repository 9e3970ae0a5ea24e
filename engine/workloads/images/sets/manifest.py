"""The list of what became of every image: one row per output, as CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from io import StringIO


@dataclass(frozen=True, slots=True)
class Row:
    """One output, or one source that has none: edges in pixels, sizes in bytes; None where there is nothing to say."""

    input: str
    output: str | None
    status: str
    reason: str | None = None
    error: str | None = None
    input_width: int | None = None
    input_height: int | None = None
    input_bytes: int | None = None
    output_width: int | None = None
    output_height: int | None = None
    output_bytes: int | None = None
    time_s: float | None = None
    note: str | None = None


_COLUMNS = tuple(item.name for item in fields(Row))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as CSV, a line at a time; a text that a spreadsheet would run as a formula gets an apostrophe."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    yield _taken(buffer)
    for row in rows:
        writer.writerow([_cell(value) for value in asdict(row).values()])
        yield _taken(buffer)


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _cell(value: object) -> object:
    """A cell that no spreadsheet runs (OWASP, CSV injection)."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as one JSON array, a row at a time."""
    start = "[\n"
    for row in rows:
        yield start + json.dumps(asdict(row), ensure_ascii=False)
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"
