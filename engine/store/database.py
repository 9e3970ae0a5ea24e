"""Opening the database: its address, SQLite's settings, and what its errors mean.

Whatever goes wrong with the database later is raised as StoreUnusable too, from whichever query
met it; only a broken constraint keeps SQLAlchemy's own error, because code acts on it.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from engine.config import Settings
from engine.errors import NotAvailable, SettingRefused, StoreBusy, StoreFull, StoreUnusable, ValueRefused
from engine.machine.private import close_home
from engine.store.migrating import bring_up_to_date

P = ParamSpec("P")
R = TypeVar("R")
_TRIES = 3
"""How often a method is called whose connection breaks each time."""
_CONNECT_S = 10
_CONNECT_AGAIN_S = 0.2
_INCREMENTAL = 2
"""SQLite's number for auto_vacuum = INCREMENTAL."""
_PAGES_A_STEP = 2_000
_WORTH_IT = 0.2
"""The share of a database that has to be free before it is written anew as a whole."""
BUSY_TIMEOUT_S = 5.0
"""How long a query waits for another program's lock; SQLite itself tries again, ever less often."""


def open_database(settings: Settings, patience_s: float = BUSY_TIMEOUT_S) -> Engine:
    """The database of these settings, its schema up to date; a query waits `patience_s` for a locked database.

    Raises StoreUnusable, in plain words, when it cannot be opened, is damaged or is newer than this program.
    """
    with ExitStack() as undo:
        try:
            close_home(settings.home)
            if not settings.database_url:
                (settings.home / "overlap.db").touch(0o600)  # SQLite gives its journal the rights of the database
            engine = _engine(settings)
            undo.callback(engine.dispose)
            if prepare := _PREPARE.get(engine.dialect.name):
                event.listen(engine, "connect", lambda connection, _: prepare(connection, patience_s))
            bring_up_to_date(engine, settings.home)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise unusable(error, settings) from error
        undo.pop_all()
    # Only now: while tables are looked for, SQLAlchemy itself acts on drivers' errors, and an address may be wrong.
    event.listen(engine, "handle_error", lambda context: _translate(context, settings))
    if engine.dialect.name != "sqlite":
        event.listen(engine, "do_connect", partial(_connected, patience_s))
    return engine


def _connected(patience_s: float, dialect: Any, _record: Any, given: Any, named: Any) -> Any:
    """A connection to a server that was there before: one that is started again is waited for."""
    deadline_s = time.monotonic() + patience_s
    while True:
        try:
            return dialect.connect(*given, **named)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(_CONNECT_AGAIN_S)


def _engine(settings: Settings) -> Engine:
    """SQLAlchemy's engine for the address. Raises SettingRefused for what is none, NotAvailable without its driver."""
    if not settings.database_url:
        return create_engine(URL.create("sqlite", database=str(settings.home / "overlap.db")))
    try:
        made = create_engine(settings.database_url, pool_pre_ping=True)  # a server that was restarted costs no click
        if made.dialect.name != "postgresql" or "connect_timeout" in made.url.query:
            return made
        within = {"connect_timeout": _CONNECT_S}
        return create_engine(settings.database_url, pool_pre_ping=True, connect_args=within)
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


class ConnectionLost(StoreBusy):
    """The connection broke under a statement: whether the server has done it is not known."""


def again(call: Callable[P, R]) -> Callable[P, R]:
    """Have a method of the store called again when its connection breaks under it; the pool then makes a new one.

    Only for methods that do no harm when they are done twice: whoever reads, or sets what it sets. A server that is
    away is waited for while the new connection is made.
    """

    @wraps(call)
    def repeated(*given: P.args, **named: P.kwargs) -> R:
        for _ in range(_TRIES - 1):
            with suppress(ConnectionLost):
                return call(*given, **named)
        return call(*given, **named)

    return repeated


def _translate(context: ExceptionContext, settings: Settings) -> None:
    """Raise what a query met as an error of ours; drivers also raise plain ValueErrors for values they cannot send."""
    if context.is_pre_ping:  # the pool asks whether a connection still lives, and makes a new one where it does not
        return
    error = context.sqlalchemy_exception or context.original_exception
    if isinstance(error, (DataError, ValueError, OverflowError)):
        words = " ".join(str(getattr(error, "orig", error)).split())[:200]
        raise ValueRefused(f"The database does not take a value ({words}).") from context.original_exception
    away = context.is_disconnect or (context.connection is None and isinstance(error, OperationalError))
    if away and context.dialect.name != "sqlite":
        kind = StoreBusy if context.connection is None else ConnectionLost
        raise kind(
            f"The database {_where(settings)} does not answer: see that it runs, or try again in a moment."
        ) from context.original_exception
    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
        raise unusable(error, settings) from context.original_exception


def _prepare_sqlite(connection: sqlite3.Connection, patience_s: float) -> None:
    # A rollback journal, not WAL: WAL needs SQLite 3.51.3 or a backport of its reset fix, and a local disk.
    # TRUNCATE spares a directory update a commit.
    connection.execute(f"PRAGMA busy_timeout = {patience_s * 1000:.0f}")
    # Only of a new one, because it would write to the others each time: `shrink` then gives room back in small steps.
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_postgres(connection: Any, patience_s: float) -> None:
    connection.execute(f"SET lock_timeout = {patience_s * 1000:.0f}")
    connection.commit()


_PREPARE: dict[str, Callable[[Any, float], None]] = {"sqlite": _prepare_sqlite, "postgresql": _prepare_postgres}
"""What a new connection is told: how long a query waits for a lock before it gives up."""


def unusable(error: Exception, settings: Settings) -> StoreUnusable:
    """The error for people behind one of the database or of its files: StoreBusy where trying again can help."""
    words = str(getattr(error, "orig", error)).lower()
    kind = StoreBusy if _is_busy(words) else StoreFull if _is_full(words) else StoreUnusable
    return kind(explain(error, settings))


def _is_busy(words: str) -> bool:
    """Whether an error says that another program holds a lock; Postgres says it otherwise than SQLite."""
    return any(said in words for said in ("is locked", "lock timeout", "deadlock detected"))


def _is_full(words: str) -> bool:
    return "disk is full" in words or "no space" in words


def shrink(engine: Engine) -> int:
    """Give the room of deleted rows back to the disk; gives how many bytes. Raises StoreBusy beside another program.

    SQLite: in steps of some megabytes, so that runs under way can store their records in between; a file from before
    0003 is written anew once, as a whole. Postgres: what is free at the end of its tables; else it is used again.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            size = text("SELECT pg_database_size(current_database())")
            before = int(connection.execute(size).scalar_one())
            connection.execute(text("VACUUM"))
            return max(0, before - int(connection.execute(size).scalar_one()))
        if engine.dialect.name != "sqlite":
            return 0
        before = database_bytes(engine)
        _shrink_sqlite(cast("sqlite3.Connection", connection.connection.dbapi_connection))
    return max(0, before - database_bytes(engine))


def _shrink_sqlite(connection: sqlite3.Connection) -> None:
    def asked(pragma: str) -> int:
        return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    free = asked("freelist_count")
    if asked("auto_vacuum") != _INCREMENTAL:
        if free >= _WORTH_IT * asked("page_count"):
            connection.execute("VACUUM")
        return
    while free:
        # A script: it steps once a page, and `execute` would stop after the first, because no row comes of it.
        connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_A_STEP})")
        before, free = free, asked("freelist_count")
        if free >= before:
            return


def database_bytes(engine: Engine) -> int:
    """Bytes that the database takes on its disk; 0 where that cannot be asked."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        if engine.dialect.name != "sqlite":
            return 0
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def _where(settings: Settings) -> str:
    """Which database it is, without a user and a password, which may also stand behind a question mark."""
    address = settings.database_url.rpartition("@")[2].partition("?")[0]
    return address.removeprefix("postgresql+psycopg://") or str(settings.home / "overlap.db")


def explain(error: Exception, settings: Settings) -> str:
    """A database error as one sentence that says what to do."""
    where = _where(settings)
    cause = getattr(error, "orig", error)
    told = str(error.strerror or error if isinstance(error, OSError) else cause)
    words = " ".join(told.lower().split())
    if _is_busy(words):
        return f"The database {where} is locked by another program: try again in a moment."
    if _is_full(words):
        return f"The disk of {where} is full: free some space, or set OVERLAP_HOME to another folder."
    if "malformed" in words or "not a database" in words:
        return f"The database {where} is damaged: move it away (a new one is made) or restore a copy of it."
    if "readonly" in words and not settings.database_url and not (settings.home / "overlap.db").exists():
        return f"The database {where} was removed while it was in use: put a copy back, or start anew."
    if isinstance(cause, sqlite3.Error) and "readonly" in words:
        return (
            f"The database {where} can only be read: let this user write to it and to its folder, or set OVERLAP_HOME "
            "to another folder."
        )
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be used ({words}): check its folder and rights."
    if isinstance(cause, sqlite3.OperationalError):
        return f"The database {where} cannot be opened ({words}): check its folder, rights and address."
    return _of_a_server(error, " ".join(told.partition("\n")[0].split()), where)


_SERVERS: dict[str, str] = {
    r"password authentication failed|no password supplied|no pg_hba|role .* does not exist|not permitted to log in":
        "The database {where} does not let this user in: correct the user and the password in OVERLAP_DATABASE_URL.",
    r"database .* does not exist":
        "There is no database {where}: make it with createdb, or correct its name in OVERLAP_DATABASE_URL.",
    r"permission denied|must be owner":
        "The user of OVERLAP_DATABASE_URL lacks rights in the database {where} ({words}): make it the owner of the "
        "database and of its tables.",
    r"read-only transaction":
        "The database {where} can only be read: name the server that takes changes in OVERLAP_DATABASE_URL.",
    r"too many (clients|connections)|connection slots":
        "The database {where} has no connection left: close other programs that use it, or raise its max_connections.",
    r"resolve host|name or service|not known":
        "The server of the database {where} is not found: correct its name in OVERLAP_DATABASE_URL.",
}  # fmt: skip
"""What a server's driver says, and what that means for people."""


def _of_a_server(error: Exception, words: str, where: str) -> str:
    for pattern, sentence in _SERVERS.items():
        if re.search(pattern, words, re.IGNORECASE):
            return sentence.format(where=where, words=words)
    if isinstance(error, OperationalError):
        advice = "see that it runs, and that OVERLAP_DATABASE_URL is its address"
        return f"The database {where} does not answer ({words}): {advice}."
    return f"The database {where} cannot be used ({words})."
