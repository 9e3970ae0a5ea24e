"""Tables as programs save them (CSV with any delimiter and charset), and which column holds the pages' addresses."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import IO

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.web.addresses.urls import shown
from engine.workloads.web.lists.inputs import Inputs, collect_found
from engine.workloads.web.lists.kept import Texts
from engine.workloads.web.lists.texts import Found, linked, text_of, without_scheme

DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 500
"""Rows by which the delimiter is chosen, and …"""
LOOKED_THROUGH = 1_000_000
"""… the characters in which they are looked for."""
_BETWEEN = "\0"
"""What stands between the cells of a row that is kept: no cell holds it, because texts are read without NULs."""
_BLOCK = 1 << 20

_EXCEL = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|ico)(?:[?#]|$)", re.IGNORECASE)

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, and how many of its cells are web addresses; `pictures` of them name files
    of images rather than pages."""

    index: int
    name: str
    addresses: int
    pictures: int = 0

    @property
    def pages(self) -> int:
        """Addresses that are not pictures'."""
        return self.addresses - self.pictures


class Table:
    """A heading (made up where there is none) and rows, which may be shorter or longer than it; they lie in a file."""

    def __init__(self, heading: tuple[str, ...], rows: Iterable[Cells], delimiter: str) -> None:
        self.heading, self.delimiter = heading, delimiter
        self._rows = Texts(_BETWEEN.join(row) for row in rows)

    def rows(self) -> Iterator[Cells]:
        """The rows, read anew each time."""
        return (text.split(_BETWEEN) for text in self._rows)

    def cells(self, index: int) -> Iterator[str]:
        """One column's cells, empty where a row is too short; a formula that links is its address."""
        return (linked(row[index]) if index < len(row) else "" for row in self.rows())

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What can be chosen from."""
        addresses, pictures = [0] * len(self.heading), [0] * len(self.heading)
        for row in self.rows():
            for index, cell in enumerate(row[: len(self.heading)]):
                if _is_address(address := linked(cell)):
                    addresses[index] += 1
                    pictures[index] += bool(_PICTURE.search(address))
        named = enumerate(self.heading)
        return tuple(Column(index, name, addresses[index], pictures[index]) for index, name in named)

    @property
    def has_pages_beside_others(self) -> bool:
        """Whether its rows are of one width and one column holds pages, rather than lines that name several pages."""
        widths = Counter(len(row) for row in islice(self.rows(), LOOKED_AT))
        width, rows = widths.most_common(1)[0] if widths else (1, 0)
        if width < 2 or rows * 10 < 8 * sum(widths.values()):
            return False
        best = max(self.columns, key=lambda column: column.pages)
        return bool(best.pages) and any(column.pages * 2 < best.pages for column in self.columns)


def table_of(data: bytes) -> Table:
    """The table in a file. Raises InputRefused for what is none."""
    text = text_of(data)
    return _table(text, io.StringIO(text, newline=""), text.count('"'))


def table_in(file: IO[bytes]) -> Table:
    """The table in an open file of UTF-8, read row by row. Raises InputRefused for what is none, UnicodeDecodeError."""
    file.seek(0)
    quotes = sum(block.count(b'"') for block in iter(lambda: file.read(_BLOCK), b""))
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="strict", newline="")
    try:
        beginning = text.read(LOOKED_THROUGH)
        text.seek(0)
        return _table(beginning, (line.replace("\0", "") for line in text), quotes)
    finally:
        text.detach()  # else it would close the file


def _table(beginning: str, lines: Iterable[str], quotes: int) -> Table:
    """The table of a text's lines, which has so many quotes in all; how it is delimited is told by its beginning."""
    lines = iter(lines)
    if told := _EXCEL.match(beginning):
        next(lines)
        delimiter = told[1]
    else:
        delimiter = _delimiter(beginning)
    try:
        rows = (row for row in _rows(lines, delimiter, quotes) if any(cell.strip() for cell in row))
        first = next(rows, None)
        if first is None:
            raise InputRefused("The table is empty.")
        if any(_is_address(linked(cell)) for cell in first):
            numbered = tuple(f"column {number}" for number in range(1, len(first) + 1))
            return Table(numbered, chain([first], rows), delimiter)
        return Table(tuple(cell.strip() for cell in first), rows, delimiter)
    except csv.Error as error:
        raise InputRefused(f"The file cannot be read as a table ({error}): save it as CSV again.") from None


def is_table(data: bytes) -> bool:
    """Whether a text is a table with one column of pages beside others, rather than lines that name several pages."""
    try:
        return table_of(data).has_pages_beside_others
    except InputRefused:
        return False


def column_inputs(table: Table, settings: Settings, column: str | int | None = None) -> tuple[Inputs, str]:
    """The addresses of one column, and its heading.

    The column is named by its heading (or its number from 1 as text) or by its index from 0; None means the one that
    holds most pages. Raises InputRefused when there is no such column, or no column with an address.
    """
    index = _chosen(table, column)
    inputs = collect_found([_found(cell)] if cell else [] for cell in table.cells(index))
    return inputs.within(settings.max_urls), table.heading[index]


def best_column(columns: Sequence[Column]) -> Column | None:
    """The column that holds most pages' addresses, or pictures' where none holds pages; None where none has any."""
    best = max(columns, key=lambda column: (column.pages, column.addresses), default=None)
    return best if best is not None and best.addresses else None


def _found(cell: str) -> Found:
    return Found(cell) if _ADDRESS.match(cell) else without_scheme(cell) or Found(cell)


def _chosen(table: Table, column: str | int | None) -> int:
    if column is None:
        best = best_column(table.columns)
        if best is None:
            raise InputRefused("No column of the table holds web addresses: they begin with https:// or www.")
        return best.index
    names = {name: index for index, name in reversed(list(enumerate(table.heading)))}
    number = int(column) - 1 if isinstance(column, str) and column.isascii() and column.isdigit() else -1
    index = column if isinstance(column, int) else names.get(column, number)
    if not 0 <= index < len(table.heading):
        known = ", ".join(shown(name, 40) for name in table.heading[:20])
        raise InputRefused(f"The table has no column {column!r}; its columns are {known}.")
    return index


def _delimiter(text: str) -> str:
    """The delimiter that leaves most cells whole addresses, then the one that gives rows of one width."""
    return max(DELIMITERS, key=lambda delimiter: _fit(text[:LOOKED_THROUGH], delimiter))


def _fit(text: str, delimiter: str) -> tuple[int, float]:
    try:
        rows = list(islice(_rows(io.StringIO(text, newline=""), delimiter, text.count('"')), LOOKED_AT))
    except csv.Error:
        return 0, 0.0
    widths = Counter(len(row) for row in rows if row)
    whole = sum(_is_address(linked(cell)) and delimiter not in cell for row in rows for cell in row)
    regular = sum(count for width, count in widths.items() if width > 1)
    return whole, regular / max(1, len(widths))


def _rows(lines: Iterable[str], delimiter: str, quotes: int) -> Iterator[Cells]:
    if quotes % 2:  # one is never closed: it would make a single cell of all that follows
        rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        return ([cell.strip('"') for cell in row] for row in rows)
    return csv.reader(lines, delimiter=delimiter)


def _is_address(cell: str) -> bool:
    text = cell.strip()
    return bool(_ADDRESS.fullmatch(text)) or (text.lower().startswith("www.") and without_scheme(text) is not None)
