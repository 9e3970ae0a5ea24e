"""Opening the database: its address, SQLite's settings, bringing its schema up to date, and what its errors mean.

Whatever goes wrong with the database later is raised as StoreUnusable too, from whichever query
met it; only a broken constraint keeps SQLAlchemy's own error, because code acts on it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, literal, select, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.schema import DropTable

from engine.config import Settings
from engine.errors import NotAvailable, SettingRefused, StoreBusy, StoreUnusable, ValueRefused
from engine.private import close_home
from engine.store.tables import metadata

HEAD = "0002"
"""The newest migration; a database that says so is opened without importing Alembic."""
_KNOWN = frozenset(f"{number:04d}" for number in range(1, int(HEAD) + 1))
BUSY_TIMEOUT_S = 5.0
"""How long a query waits for another program's lock; SQLite itself tries again, ever less often."""


def open_database(settings: Settings, patience_s: float = BUSY_TIMEOUT_S) -> Engine:
    """The database of these settings, its schema up to date; a query waits `patience_s` for a locked database.

    Raises StoreUnusable, in plain words, when it cannot be opened, is damaged or is newer than this program.
    """
    try:
        close_home(settings.home)
        if not settings.database_url:
            (settings.home / "overlap.db").touch(0o600)  # SQLite gives its journal the rights of the database
        engine = _engine(settings)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, patience_s))
        _bring_up_to_date(engine, settings.home)
    except (SQLAlchemyError, OSError) as error:
        raise unusable(error, settings) from error
    # Only now: while tables are looked for, SQLAlchemy itself acts on drivers' errors.
    event.listen(engine, "handle_error", lambda context: _translate(context, settings))
    return engine


def _engine(settings: Settings) -> Engine:
    """SQLAlchemy's engine for the address. Raises SettingRefused for what is none, NotAvailable without its driver."""
    if not settings.database_url:
        return create_engine(URL.create("sqlite", database=str(settings.home / "overlap.db")))
    try:
        return create_engine(settings.database_url)
    except ImportError as error:
        raise NotAvailable(
            f"OVERLAP_DATABASE_URL needs the Python package {error.name or error}, which is not installed here: "
            "install it, or leave the setting empty to use a file in the home folder."
        ) from error
    except (ArgumentError, ValueError) as error:  # its text may hold the address, and so a password
        raise SettingRefused(
            "OVERLAP_DATABASE_URL is no address of a database that SQLAlchemy knows: write it as "
            "postgresql+psycopg://user:password@host/name, or leave it empty to use a file in the home folder."
        ) from error


def _translate(context: ExceptionContext, settings: Settings) -> None:
    """Raise what a query met as an error of ours; drivers also raise plain ValueErrors for values they cannot send."""
    error = context.sqlalchemy_exception or context.original_exception
    if isinstance(error, (DataError, ValueError, OverflowError)):
        words = " ".join(str(getattr(error, "orig", error)).split())[:200]
        raise ValueRefused(f"The database does not take a value ({words}).") from context.original_exception
    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
        raise unusable(error, settings) from context.original_exception


def unusable(error: Exception, settings: Settings) -> StoreUnusable:
    """The error for people behind one of the database or of its files: StoreBusy where trying again can help."""
    words = explain(error, settings)
    return StoreBusy(words) if "locked" in str(getattr(error, "orig", error)).lower() else StoreUnusable(words)


def _prepare_sqlite(connection: sqlite3.Connection, patience_s: float) -> None:
    # A rollback journal, not WAL: WAL needs SQLite 3.51.3 or a backport of its reset fix, and a local disk.
    # TRUNCATE spares a directory update a commit.
    connection.execute(f"PRAGMA busy_timeout = {patience_s * 1000:.0f}")
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)


def _bring_up_to_date(engine: Engine, home: Path) -> None:
    """Run missing migrations, one process at a time; the others wait and find them done."""
    with engine.connect() as connection:
        version = _version(connection)
    if version == HEAD:
        return
    _refuse_unknown(version)
    with FileLock(home / "migrating.lock", timeout=60, mode=0o600), engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # One transaction for all of it: Python's driver would begin none for statements that make tables.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if _version(connection) != HEAD:
            _clear_half_made(connection)
            _migrate(connection)


def _refuse_unknown(version: str | None) -> None:
    if version is None or version in _KNOWN:
        return
    if version.isdecimal() and version > HEAD:
        raise StoreUnusable(
            f"This database was made by a newer Overlap (schema {version}, this one knows {HEAD}): "
            "update Overlap, or set OVERLAP_HOME to another folder."
        )
    raise StoreUnusable(
        f"This database says that its schema is {version[:40]!r}, which no Overlap has made: restore a copy of it, "
        "or set OVERLAP_HOME to another folder."
    )


def _clear_half_made(connection: Connection) -> None:
    """Drop the tables of a first start that was broken off: it has left no version, and nothing is in them.

    Only databases whose statements cannot be one transaction (MariaDB) leave such, and older versions did on SQLite.
    """
    if _version(connection) is not None:
        return
    there = [table for table in metadata.sorted_tables if inspect(connection).has_table(table.name)]
    if any(connection.execute(select(literal(1)).select_from(table).limit(1)).first() for table in there):
        raise StoreUnusable(
            "This database holds runs, but does not say which version of Overlap made it: restore a copy of it, "
            "or set OVERLAP_HOME to another folder."
        )
    for table in reversed(there):
        connection.execute(DropTable(table))


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def explain(error: Exception, settings: Settings) -> str:
    """A database error as one sentence that says what to do."""
    where = settings.database_url.rpartition("@")[2] or str(settings.home / "overlap.db")
    words = str(error.strerror or error if isinstance(error, OSError) else getattr(error, "orig", error)).lower()
    if "locked" in words:
        return f"The database {where} is locked by another program: try again in a moment."
    if "full" in words or "no space" in words:
        return f"The disk of {where} is full: free some space, or set OVERLAP_HOME to another folder."
    if "malformed" in words or "not a database" in words:
        return f"The database {where} is damaged: move it away (a new one is made) or restore a copy of it."
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be used ({words}): check its folder and rights."
    if isinstance(error, OperationalError):
        return f"The database {where} cannot be opened ({words}): check its folder, rights and address."
    return f"The database {where} cannot be used ({words})."
