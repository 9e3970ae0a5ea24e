"""One reader for every list of addresses that a person has as a file: the app and the command line both call it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.web.fetching.charset import claims_charset
from engine.workloads.web.lists.feeds import is_markup, parse
from engine.workloads.web.lists.inputs import Inputs, collect, collect_found, from_text
from engine.workloads.web.lists.packed import is_packed, unpacked
from engine.workloads.web.lists.tables import Column, Table, column_inputs, is_table, table_in, table_of
from engine.workloads.web.lists.texts import found_in, text_of

_TABLES = (".csv", ".tsv")
HEAD = 1_000_000
"""Bytes by which a file is told to be a long list of lines."""


@dataclass(frozen=True, slots=True)
class AddressList:
    """The addresses of a file, how it was read, in sentences, and a table's columns (empty for what is no table).

    `sitemaps` are those that an index names: reading them needs the network, which nothing here touches.
    """

    inputs: Inputs
    told: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    column: str | None = None
    sitemaps: tuple[str, ...] = ()


def read_list(data: bytes, name: str, settings: Settings, column: str | int | None = None) -> AddressList:
    """The addresses in a file of any kind: text, a table, a sitemap, a feed or a saved page, gzipped or not.

    `name` counts only for an ending of tables; `column` chooses a table's by heading or by index from 0. Raises
    InputRefused for a table without such a column, and for a sitemap that names nothing.
    """
    data, lost = unpacked(data)
    found = _read(data, name.lower().removesuffix(".gz"), settings, column)
    return replace(found, told=(lost, *found.told)) if lost else found


def read_file(file: IO[bytes], name: str, settings: Settings, column: str | int | None = None) -> AddressList:
    """The same of an open file: a long text or table is read line by line, all else as a whole."""
    head = file.read(HEAD)
    if len(head) == HEAD and _is_text(head):
        # InputRefused: what makes it no table the whole file tells, and UnicodeDecodeError: in which charset it is.
        with suppress(UnicodeDecodeError, InputRefused):
            if column is not None or name.lower().endswith(_TABLES) or is_table(_whole_lines(head)):
                return _of_table(table_in(file), settings, column)
            file.seek(0)
            return AddressList(collect_found(map(found_in, _lines(file))).within(settings.max_urls))
    file.seek(0)
    return read_list(file.read(), name, settings, column)


def _is_text(head: bytes) -> bool:
    """Whether a long file begins like UTF-8, rather than as markup or packed data."""
    whole = _whole_lines(head)
    if not whole or b"\0" in head or is_packed(head) or is_markup(head) or claims_charset(head):
        return False
    try:
        whole.decode()
    except UnicodeDecodeError:
        return False
    return True


def _whole_lines(head: bytes) -> bytes:
    return head[: head.rfind(b"\n") + 1]


def _lines(file: IO[bytes]) -> Iterator[str]:
    """The lines of text as `str.splitlines` parts them. Raises UnicodeDecodeError for what is no UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="strict")
    try:
        for line in text:
            yield from line.replace("\0", "").splitlines()
    finally:
        text.detach()  # else it would close the file


def _read(data: bytes, name: str, settings: Settings, column: str | int | None) -> AddressList:
    if is_markup(data):
        return _marked_up(data, settings)
    if column is not None or name.endswith(_TABLES) or is_table(data):
        return _tabular(data, settings, column)
    return AddressList(from_text(text_of(data), settings))


def _marked_up(data: bytes, settings: Settings) -> AddressList:
    found = parse(data, settings.max_urls + 1)
    told = (found.problem,) if found.problem else ()
    return AddressList(collect(found.pages, settings), told, sitemaps=found.sitemaps)


def _tabular(data: bytes, settings: Settings, column: str | int | None) -> AddressList:
    try:
        return _of_table(table_of(data), settings, column)
    except InputRefused:
        # A quote that is never closed, say, makes one cell of all that follows: its lines still name pages.
        lines = from_text(text_of(data), settings) if column is None else None
        if lines is None or (data.strip() and not lines.urls):
            raise
        told = ("The file is no whole table: the addresses are those of its lines.",) if lines.urls else ()
        return AddressList(lines, told)


def _of_table(table: Table, settings: Settings, column: str | int | None) -> AddressList:
    inputs, heading = column_inputs(table, settings, column)
    told = (f"The addresses are those of the column “{heading}”.",) if len(table.columns) > 1 else ()
    return AddressList(inputs, told, table.columns, heading)
