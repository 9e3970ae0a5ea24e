"""Bringing the database's schema up to date: one process at a time, whole or not at all, with a copy made before.

On Postgres all homes wait for one advisory lock, and the steps are one transaction. On SQLite a file lock in the home
does it, and before an upgrade the database is copied to ``backups/`` below the home: back in its place, that copy is
the database as the older version left it. Postgres is backed up by its own tools (docs/deployment.md).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, inspect, literal, select, text
from sqlalchemy.schema import DropTable

from engine.errors import StoreUnusable
from engine.machine.private import make_folder
from engine.store.liveness import lock_migration
from engine.store.tables import metadata

HEAD = "0004"
"""The newest migration; a database that says so is opened without importing Alembic."""
_KNOWN = frozenset(f"{number:04d}" for number in range(1, int(HEAD) + 1))
_WAIT_S = 600.0
"""For another process that upgrades: a large database is copied and indexed meanwhile."""
_KEPT_COPIES = 2
_SPARE_BYTES = 64 << 20


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)


def bring_up_to_date(engine: Engine, home: Path) -> None:
    """Run missing migrations, one process at a time; the others wait and find them done. Raises StoreUnusable."""
    with engine.connect() as connection:
        version = _version(connection)
    if version == HEAD:
        return
    _refuse_unknown(version)
    with _alone(engine, home) as connection:
        found = _version(connection)
        if found != HEAD:
            _refuse_unknown(found)
            if found is not None and engine.dialect.name == "sqlite":
                back_up(Path(str(engine.url.database)), home / "backups", found)
            _clear_half_made(connection)
            _migrate(connection)


@contextmanager
def _alone(engine: Engine, home: Path) -> Iterator[Connection]:
    """A transaction beside which no other process migrates."""
    if engine.dialect.name == "postgresql":  # homes on several machines: a file could not tell them of each other
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT_S:.0f}s'"))
            lock_migration(connection)
            yield connection
        return
    try:
        with FileLock(home / "migrating.lock", timeout=_WAIT_S, mode=0o600), engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # One transaction for all of it: Python's driver would begin none for statements that make tables.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
    except Timeout:
        raise StoreUnusable(
            "Another process has been upgrading the database for ten minutes: wait for it, or end it and try again."
        ) from None


def back_up(database: Path, folder: Path, version: str) -> Path:
    """Copy a SQLite database, whole or not at all, and keep the newest two copies; gives the copy.

    Raises StoreUnusable where the disk has no room for it.
    """
    make_folder(folder)
    size = database.stat().st_size
    if shutil.disk_usage(folder).free < size + _SPARE_BYTES:
        raise StoreUnusable(
            f"Before the database is upgraded it is copied to {folder}, which needs {size / 1e6:,.0f} MB more than the "
            "disk has: free some space, or move runs that you need no more away with the older version."
        )
    draft, copy = folder / "overlap.part", folder / f"overlap-{version}.db"
    draft.unlink(missing_ok=True)
    draft.touch(0o600)
    # The rights to write are held by the transaction that migrates; whoever only reads is not kept out by it.
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(copy)
    for old in sorted(folder.glob("overlap-*.db"), key=lambda path: path.stat().st_mtime)[:-_KEPT_COPIES]:
        old.unlink()
    return copy


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
