"""Opening the database: its address, SQLite's settings, and bringing its schema up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from engine.config import Settings
from engine.errors import StoreUnusable

HEAD = "0001"
"""The newest migration; a database that says so is opened without importing Alembic."""
BUSY_TIMEOUT_S = 5.0


def open_database(settings: Settings) -> Engine:
    """The database of these settings, its schema up to date.

    Raises StoreUnusable, in plain words, when it cannot be opened, is damaged or is newer than this program.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = create_engine(settings.database_url or f"sqlite:///{settings.home / 'overlap.db'}")
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        _bring_up_to_date(engine, settings.home)
    except (DatabaseError, OSError) as error:
        raise StoreUnusable(explain(error, settings)) from error
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # A rollback journal, not WAL: WAL needs SQLite 3.51.3 or a backport of its reset fix, and a local disk.
    # TRUNCATE spares a directory update a commit.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")
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
    with FileLock(home / "migrating.lock", timeout=60), engine.begin() as connection:
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
    words = str(getattr(error, "orig", error)).lower()
    if "locked" in words:
        return f"The database {where} is locked by another program: try again in a moment."
    if "full" in words or "no space" in words:
        return f"The disk of {where} is full: free some space, or set OVERLAP_HOME to another folder."
    if "malformed" in words or "not a database" in words:
        return f"The database {where} is damaged: move it away (a new one is made) or restore a copy of it."
    if isinstance(error, (OperationalError, OSError)):
        return f"The database {where} cannot be opened ({words}): check its folder, rights and address."
    return f"The database {where} cannot be used ({words})."
