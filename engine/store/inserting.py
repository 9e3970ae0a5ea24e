"""Many rows into the table of records, in the way that costs least: SQLAlchemy's own insert takes twice as long a row.

    SQLite     a statement of twenty rows, again and again; the last few one by one
    Postgres   COPY, where psycopg is the driver
    others     the driver's own executemany, or SQLAlchemy's insert where its placeholders are not known
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Engine

from engine.protocol.record import ROW
from engine.store import tables

Rows = Sequence[tuple[Any, ...]]
Insert = Callable[[Connection, Rows], None]

_AT_ONCE = 20
"""Rows in a statement: more are no faster, and 20 × 15 values are below the 999 that an older SQLite takes in one."""
_COLUMNS = ", ".join(ROW)
_PLACEHOLDERS = {"qmark": "?", "format": "%s", "pyformat": "%s"}


class CopyBroken(Exception):
    """COPY met something, and the transaction is lost: statements say better what it was."""


def inserts_for(engine: Engine) -> list[Insert]:
    """How rows in the order of `record.ROW` are inserted there, the quickest way first; only the last tells errors."""
    style = _PLACEHOLDERS.get(engine.dialect.paramstyle)
    if style is None:
        return [_inserted]
    driven = _Driven(style, _AT_ONCE if engine.dialect.name == "sqlite" else 1)
    return [_copied, driven] if engine.dialect.driver == "psycopg" else [driven]


class _Driven:
    """The driver's executemany, with statements of so many rows."""

    def __init__(self, style: str, at_once: int) -> None:
        row = f"({', '.join([style] * len(ROW))})"
        begin = f"INSERT INTO records ({_COLUMNS}) VALUES "
        self._at_once, self._one, self._several = at_once, begin + row, begin + ", ".join([row] * at_once)

    def __call__(self, connection: Connection, rows: Rows) -> None:
        size = self._at_once
        whole = len(rows) // size * size if size > 1 else 0
        if whole:
            flat = [tuple(chain.from_iterable(rows[first : first + size])) for first in range(0, whole, size)]
            connection.exec_driver_sql(self._several, flat)
        if rest := list(rows[whole:]):
            connection.exec_driver_sql(self._one, rest)


def _copied(connection: Connection, rows: Rows) -> None:
    """Raises CopyBroken for whatever goes wrong: SQLAlchemy, which translates errors, does not see this."""
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY records ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except Exception as error:
        raise CopyBroken from error


def _inserted(connection: Connection, rows: Rows) -> None:
    connection.execute(tables.records.insert(), [dict(zip(ROW, row, strict=True)) for row in rows])
