"""Lists of addresses: from pasted text, text files, tables and sitemaps, with what was left out and why.

Nothing is dropped silently: blank lines, duplicates, rubbish and what exceeds the limit are all counted. Nothing here
touches the network but `read_sitemap`, which goes through a fetcher and so through the gate.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.config import Settings
from engine.errors import InputRefused, TaskFailed
from engine.web.charset import decoded
from engine.web.urls import checked_url, shown

SAMPLE = 65_536
"""Characters of a table that its delimiter is guessed from."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One entry that is not in the list, and why. `place` counts the entries from 1."""

    place: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """A list of addresses, each once, in the order in which they came, and everything that is not in it."""

    urls: tuple[str, ...]
    duplicates: tuple[LeftOut, ...]
    rubbish: tuple[LeftOut, ...]
    blank: int
    over_limit: int
    limit: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was left out, in words; empty when nothing was."""
        parts = (
            (len(self.duplicates), "duplicate was left out.", "duplicates were left out."),
            (len(self.rubbish), "entry is no web address.", "entries are no web addresses."),
        )
        texts = [f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count]
        if self.over_limit:
            texts.append(
                f"Only the first {self.limit:,} addresses are taken; {self.over_limit:,} are beyond this limit "
                "(OVERLAP_MAX_URLS): split the list."
            )
        return tuple(texts)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, and how many of its cells are web addresses."""

    index: int
    name: str
    addresses: int


def collect(texts: Iterable[str], settings: Settings) -> Inputs:
    """The addresses among these texts, each once. Two spellings of one address count as the same."""
    urls: list[str] = []
    seen: dict[str, int] = {}
    duplicates: list[LeftOut] = []
    rubbish: list[LeftOut] = []
    blank = over_limit = 0
    for place, text in enumerate(texts, 1):
        text = text.strip().removeprefix("\ufeff")
        if not text:
            blank += 1
            continue
        try:
            address = checked_url(text).text
        except TaskFailed as failure:
            rubbish.append(LeftOut(place, text, failure.message))
            continue
        if address in seen:
            duplicates.append(LeftOut(place, text, f"It is the same as entry {seen[address]}."))
        elif len(urls) >= settings.max_urls:
            seen[address] = place
            over_limit += 1
        else:
            seen[address] = place
            urls.append(text)
    return Inputs(tuple(urls), tuple(duplicates), tuple(rubbish), blank, over_limit, settings.max_urls)


def from_text(text: str, settings: Settings) -> Inputs:
    """The addresses of pasted text or a text file, one a line; a line that begins with # is a remark."""
    return collect(("" if line.lstrip().startswith("#") else line for line in text.splitlines()), settings)


def from_file(data: bytes, settings: Settings) -> Inputs:
    """The addresses of a text file in any charset."""
    return from_text(decoded(data, "")[0], settings)


def table_columns(data: bytes) -> tuple[Column, ...]:
    """The columns of a CSV file, to choose from. Raises InputRefused for what is no table."""
    heading, rows = _table(data)
    counts = [0] * len(heading)
    for row in rows:
        for index, cell in enumerate(row[: len(counts)]):
            counts[index] += _is_address(cell)
    return tuple(Column(index, name, counts[index]) for index, name in enumerate(heading))


def from_table(data: bytes, settings: Settings, column: str | int | None = None) -> Inputs:
    """The addresses in one column of a CSV file: by heading, by index from 0, or the one that holds most of them.

    Raises InputRefused when there is no such column, or no column with an address.
    """
    heading, rows = _table(data)
    index = _chosen(heading, data, column)
    return collect((row[index] if index < len(row) else "" for row in rows), settings)


def _chosen(heading: Sequence[str], data: bytes, column: str | int | None) -> int:
    if column is None:
        best = max(table_columns(data), key=lambda item: item.addresses)
        if not best.addresses:
            raise InputRefused("No column of the table holds web addresses: they begin with https:// or http://.")
        return best.index
    names = {name: index for index, name in reversed(list(enumerate(heading)))}
    index = column if isinstance(column, int) else names.get(column, -1)
    if not 0 <= index < len(heading):
        known = ", ".join(shown(name, 40) for name in heading[:20])
        raise InputRefused(f"The table has no column {column!r}; its columns are {known}.")
    return index


def _table(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Heading and rows; a first row that holds addresses is no heading, the columns are then numbered."""
    text = decoded(data, "")[0]
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:SAMPLE].replace("://", ""), delimiters=",;\t|")
    except csv.Error:  # one column, or too little to guess from
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputRefused(f"The file cannot be read as a table ({error}): save it as CSV again.") from None
    if not rows:
        raise InputRefused("The table is empty.")
    if any(_is_address(cell) for cell in rows[0]):
        return [f"column {number}" for number in range(1, len(rows[0]) + 1)], rows
    return [cell.strip() for cell in rows[0]], rows[1:]


def _is_address(cell: str) -> bool:
    return cell.strip().lower().startswith(("http://", "https://"))
