"""Opening the database: its address, SQLite's settings, bringing its schema up to date, and what its errors mean.

Whatever goes wrong with the database later is raised as StoreUnusable too, from whichever query
met it; only a broken constraint keeps SQLAlchemy's own error, because code acts on it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from engine.config import Settings
from engine.errors import StoreBusy, StoreUnusable, ValueRefused
from engine.private import close_home

HEAD = "0002"
"""The newest migration; a database that says so is opened without importing Alembic."""
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
        engine = create_engine(settings.database_url or f"sqlite:///{settings.home / 'overlap.db'}")
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, patience_s))
        event.listen(engine, "handle_error", lambda context: _translate(context, settings))
        _bring_up_to_date(engine, settings.home)
    except (DBAPIError, OSError) as error:
        raise unusable(error, settings) from error
    return engine


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
    if version is not None and version > HEAD:
        raise StoreUnusable(
            f"This database was made by a newer Overlap (schema {version}, this one knows {HEAD}): "
            "update Overlap, or set OVERLAP_HOME to another folder."
        )
    with FileLock(home / "migrating.lock", timeout=60, mode=0o600), engine.begin() as connection:
        if _version(connection) != HEAD:
            _migrate(connection)


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
