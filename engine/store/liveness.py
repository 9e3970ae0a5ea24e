"""Who lives: the lock that a run's orchestrator holds as long as it lives.

Files of one machine cannot tell another machine anything, so on Postgres the lock is an advisory lock of a connection
that the orchestrator keeps open: every home and machine at that database sees it, and the server frees it when the
connection ends, however its holder died. A heartbeat in a row would be late on a busy machine, and then a run that
lives would be taken for dead. Everywhere else (SQLite is for one machine) it is a file lock in the run's folder.

    hold     takes the lock, for as long as the block lasts; Held when another orchestrator has it
    living   which of these runs' orchestrators live

A machine that loses its power closes no connection: the server is asked to look after `_KEEPALIVE_S` without a word.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any, Protocol

from filelock import Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engine.errors import OverlapError
from engine.store.folders import RunFolder

_CLASS = 0x4F564C50
"""The first half of this program's advisory locks ("OVLP"): other programs may use the same database."""
MIGRATING = 0
"""The second half for a migration; no run has this number."""
_KEEPALIVE_S = (10, 3, 3)
"""Silence until the server asks whether a holder is there, seconds between its questions, and how many it asks."""
_LOOK_S = 2.0
_AGAIN_S = 0.1
_TAKE = text("SELECT pg_try_advisory_lock(:class, :run)")
_GIVE_BACK = text("SELECT pg_advisory_unlock_all()")
_LIVING = text(
    "SELECT objid FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database() "
    "WHERE locktype = 'advisory' AND classid = :class AND objsubid = 2 AND granted"
)


_STARTED = text(
    "SELECT extract(epoch FROM pg_postmaster_start_time()), extract(epoch FROM now() - pg_postmaster_start_time())"
)
_GRACE_S = 10.0
"""After a start of the server holders take their locks anew, within the time that they look at them and some more:
until then a run from before that start counts as held."""


class Held(OverlapError):
    """Another orchestrator holds the run."""

    def __init__(self) -> None:
        super().__init__("Another process runs this run already: wait for its end, or cancel it first.")


class RunRow(Protocol):
    """What is asked about: a run, or its row."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def token(self) -> str:
        """Its name."""

    @property
    def launched_at(self) -> str | None:
        """When its latest orchestrator was started, UTC, ISO 8601."""


class Locks(Protocol):
    """How runs are held, and seen to be held."""

    renewal_s: float
    """How long a run that lives may seem to be dead, because its holder has to take the lock anew."""

    def hold(
        self, run: RunRow, folder: RunFolder, patience_s: float, lost: Callable[[], None]
    ) -> contextlib.AbstractContextManager[None]:
        """Hold a run while the block lasts; `lost` is called, in a thread, when another has got it meanwhile.

        Raises Held when another still has it after `patience_s`.
        """

    def living(self, runs: Collection[tuple[RunRow, RunFolder]]) -> set[int]:
        """The numbers of those of these runs that are held."""


class FileLocks:
    """File locks in the runs' folders: for the homes of one machine."""

    renewal_s = 0.0

    @contextlib.contextmanager
    def hold(
        self, run: RunRow, folder: RunFolder, patience_s: float, lost: Callable[[], None]
    ) -> Iterator[None]:
        """See Locks; a file lock is never lost."""
        try:
            held = folder.lock().acquire(timeout=patience_s)
        except Timeout:
            raise Held() from None
        with held:
            yield

    def living(self, runs: Collection[tuple[RunRow, RunFolder]]) -> set[int]:
        """See Locks."""
        return {run.id for run, folder in runs if folder.alive()}


class AdvisoryLocks:
    """Advisory locks of Postgres: for all homes and machines at one database."""

    renewal_s = 5.0

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextlib.contextmanager
    def hold(
        self, run: RunRow, folder: RunFolder, patience_s: float, lost: Callable[[], None]
    ) -> Iterator[None]:
        """See Locks. A connection that breaks is made anew, and the lock taken again unless another has it by then."""
        with contextlib.ExitStack() as open_:
            connection = self._take(run.id, patience_s)
            keeper = _Keeper(connection, lambda: self._take(run.id, patience_s), lost)
            open_.callback(keeper.close)
            yield

    def living(self, runs: Collection[tuple[RunRow, RunFolder]]) -> set[int]:
        """See Locks; one query for all of them."""
        if not runs:
            return set()
        with self.engine.connect() as connection:
            held = set(connection.execute(_LIVING, {"class": _CLASS}).scalars())
            started_s, up_s = map(float, connection.execute(_STARTED).one())
        if up_s < _GRACE_S:
            held |= {run.id for run, _ in runs if run.launched_at and _moment_s(run.launched_at) < started_s}
        return {run.id for run, _ in runs} & held

    def _take(self, number: int, patience_s: float) -> Connection:
        deadline_s = time.monotonic() + patience_s
        connection = _lasting(self.engine)
        try:
            while not connection.execute(_TAKE, {"class": _CLASS, "run": number}).scalar():
                if time.monotonic() > deadline_s:
                    raise Held()
                time.sleep(_AGAIN_S)
        except BaseException:
            connection.close()
            raise
        return connection


def _moment_s(moment: str) -> float:
    """A moment that `rows.now` gave, in seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp()


def _lasting(engine: Engine) -> Connection:
    """A connection of its own, outside the pool and of any transaction, whose silence the server looks into."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    for name, value in zip(("idle", "interval", "count"), _KEEPALIVE_S, strict=True):
        connection.execute(text(f"SET tcp_keepalives_{name} = {value}"))
    return connection


class _Keeper:
    """Looks every two seconds whether the connection that holds a lock is there, in a thread of its own."""

    def __init__(self, connection: Connection, again: Callable[[], Connection], lost: Callable[[], None]) -> None:
        self._connection, self._again, self._lost = connection, again, lost
        self._over = threading.Event()
        self._waking, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._keep, name="overlap-lock", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the lock back."""
        self._over.set()
        self._waking.close()
        self._thread.join()
        self._woken.close()
        # A connection's lock is free only when the server has ended its process, a moment after it was closed: whoever
        # looks meanwhile would take the run for a living one. So it is given back first.
        with contextlib.suppress(SQLAlchemyError, OverlapError):  # without a connection there is no lock either
            self._connection.execute(_GIVE_BACK)
        self._connection.close()

    def _rest(self) -> None:
        """Wait until the next look is due, or the server says something or is gone: its socket can then be read."""
        driver: Any = self._connection.connection.dbapi_connection
        ours: list[Any] = [self._woken, driver] if hasattr(driver, "fileno") else [self._woken]
        # Where it is closed already, what is executed next says so.
        with contextlib.suppress(OSError, ValueError), selectors.DefaultSelector() as looking:
            for one in ours:
                looking.register(one, selectors.EVENT_READ)
            looking.select(_LOOK_S)

    def _keep(self) -> None:
        while not self._over.is_set():
            self._rest()
            if self._over.is_set():
                return
            try:
                self._connection.execute(text("SELECT 1"))
            except (DBAPIError, OverlapError):
                if not self._renewed():
                    return

    def _renewed(self) -> bool:
        """Take the lock anew, as often as the database is not there; False when another has it, or all is over."""
        with contextlib.suppress(Exception):  # a broken connection may break once more as it is closed
            self._connection.close()
        while not self._over.wait(_AGAIN_S):
            try:
                self._connection = self._again()
                return True
            except Held:
                self._lost()
                return False
            except (DBAPIError, OverlapError):
                continue
        return False


def locks_for(engine: Engine) -> Locks:
    """The locks that fit the database."""
    return AdvisoryLocks(engine) if engine.dialect.name == "postgresql" else FileLocks()


def lock_migration(connection: Connection) -> None:
    """On Postgres: wait until no other process migrates; the end of the transaction gives the lock back."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:class, :run)"), {"class": _CLASS, "run": MIGRATING})
