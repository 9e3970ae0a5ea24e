"""The store: every run, its trials and records, in the database and on disk.

The run on disk is the truth. Pages, commands and orchestrators all go through this class; it has
no state of its own, so any number of them may be open. Transactions are short.
"""

from __future__ import annotations

import platform
import shutil
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, event, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from engine.config import Settings
from engine.errors import OverlapError, RunNotFound, StoreFull, StoreUnusable
from engine.model import ENDED, Plan, Run, State, Told, plain, telling
from engine.store import tables
from engine.store.database import BUSY_TIMEOUT_S, again, open_database, unusable
from engine.store.records import Records
from engine.store.rows import now, storable_texts
from engine.store.shelf import ALL_RUNS, Shelf
from engine.store.spans import Spans
from engine.store.trials import Trials
from engine.text import storable

LONGEST_TITLE = 300
"""Characters of a run's title."""
_LEAVING_S = 5.0
"""How long an orchestrator may take, on a busy machine, from storing its run's end to giving the lock back."""


def _given_back(_connection: Any, entry: Any) -> None:
    """What a closed store's thread has borrowed is kept by nobody."""
    entry.invalidate()


class _Shared:
    """What a store and its copies have in common: it lives as long as any of them."""


class Store(Shelf, Trials):
    """Runs by number or token. Make one with `Store.open(settings)`."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        super().__init__(engine, settings)
        self.records = Records(engine)
        self.spans = Spans(engine)
        self._shared = _Shared()
        weakref.finalize(self._shared, engine.dispose)

    @classmethod
    def open(cls, settings: Settings, patience_s: float = BUSY_TIMEOUT_S) -> Store:
        """The store of these settings; it waits `patience_s` for a locked database. Raises StoreUnusable.

        When it and all that were made of it (`seen_by`) are forgotten, their connections are given back.
        """
        return cls(open_database(settings, patience_s), settings)

    def close(self) -> None:
        """Give the database's connections back, those that threads hold now or ask for later as soon as they can."""
        if not event.contains(self.engine, "checkin", _given_back):
            event.listen(self.engine, "checkin", _given_back)
        self.engine.dispose()

    # -- runs ------------------------------------------------------------------

    def create(
        self, plan: Plan, token: str, environment: Mapping[str, Any], person: str | None = None,
        told: Told | None = None,
    ) -> Run:
        """Store a new run, waiting to be started; a token that is known gives the run that has it.

        `person` is who started it, where people sign in; `told` hears how many tasks are written. Raises StoreUnusable,
        also when its folder cannot be written.
        """
        try:
            self.folder(token).write_tasks(telling(plan.tasks, told, "tasks", len(plan.tasks)))
        except OSError as error:
            raise unusable(error, self.settings) from error
        values = {
            "token": token,
            "kind": plan.kind,
            "workload": plan.workload,
            "title": _cut(storable(plan.title)),
            "state": "waiting",
            "created_at": now(),
            "tasks": len(plan.tasks),
            "options": dict(plan.options),
            "configurations": [plain(configuration) for configuration in plan.configurations],
            "terms": dict(plan.terms),
            "time_limit_s": plan.time_limit_s,
            "environment": dict(environment),
            "executors": f",{','.join(dict.fromkeys(one.executor for one in plan.configurations))},"[:400],
            "home": storable(str(self.settings.home)),
            "machine": storable(str(environment.get("host") or platform.node()))[:200],
            "launched_at": now(),
            "person": person,
        }
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(tables.runs).values(**values))
        except IntegrityError:  # a double click: the first one won
            return self.run(token)
        return self.run(token)

    @again
    def exists(self, token: str) -> bool:
        """Whether a run has this token."""
        with self.engine.connect() as connection:
            return connection.execute(select(tables.runs.c.id).where(tables.runs.c.token == token)).first() is not None

    @again
    def run(self, reference: str | int) -> Run:
        """The run with this number or token, if its viewer may see it. Raises RunNotFound."""
        column = tables.runs.c.token
        text = str(reference)
        wanted = tables.runs.c.id == _number(text) if text.isdecimal() else column == storable(text)
        query = self._apply(ALL_RUNS, select(tables.runs)).where(wanted)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise RunNotFound(f"There is no run {text!r} here: the command overlap runs and the History page list all.")
        return self._runs_from([row])[0]

    @again
    def update_run(self, run: Run, **values: Any) -> None:
        """Set columns of a run."""
        with self.engine.begin() as connection:
            connection.execute(update(tables.runs).where(tables.runs.c.id == run.id).values(**storable_texts(values)))

    def set_state(self, run: Run, state: State, message: str | None = None) -> None:
        """Move a run on; the times of its start and end are set with it."""
        values: dict[str, Any] = {"state": state, "message": message, "waiting_for": None}
        if state == "running":
            values |= {"started_at": now(), "ended_at": None}
        elif state != "waiting":
            values["ended_at"] = now()
        self.update_run(run, **values)

    def launch(self, run: Run) -> str | None:
        """Say that an orchestrator is being started for an ended run, which then waits; gives the moment.

        None when somebody else was faster, in whichever home.
        """
        column, moment = tables.runs.c, _another_moment(run)
        values = {"state": "waiting", "cancel": False, "message": None, "launched_at": moment}
        with self.engine.begin() as connection:
            claimed = connection.execute(
                update(tables.runs).where(column.id == run.id, _unchanged(run)).values(**values)
            )
        return moment if claimed.rowcount else None

    def _claim(self, run: Run) -> bool:
        """Keep others from going on with a run that is to be deleted; False where they do, or where it is gone."""
        if not self._is_left(run):
            return False
        column = tables.runs.c
        values = {
            "state": "failed", "message": "Its deletion was broken off: delete it again.", "shared": False,
            "launched_at": _another_moment(run),
        }  # fmt: skip
        killed = column.launched_at.is_(None)
        mine = update(tables.runs).where(column.id == run.id, or_(_unchanged(run), killed)).values(**values)
        with self.engine.begin() as connection:
            return connection.execute(mine).rowcount > 0

    def _is_left(self, run: Run) -> bool:
        """Whether no orchestrator has the run; one that has stored the run's end is given the time to leave."""
        deadline_s = time.monotonic() + _LEAVING_S
        while self.locks.living([(run, self.folder(run))]):
            if not self.exists(run.token) or self.run(run.token).state not in ENDED or time.monotonic() > deadline_s:
                return False
            time.sleep(0.01)
        return True

    @again
    def note_killed(self, run: Run, launched_at: str | None) -> None:
        """Remember that the orchestrator of this start was ended by a signal: it will not come any more."""
        column = tables.runs.c
        stale = update(tables.runs).where(column.id == run.id, column.launched_at == launched_at)
        with self.engine.begin() as connection:
            connection.execute(stale.values(launched_at=None))

    def hold(self, run: Run, patience_s: float, lost: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold a run's lock, as its orchestrator, while the block lasts (`liveness.Locks.hold`)."""
        return self.locks.hold(run, self.folder(run), patience_s, lost)

    def request_cancel(self, run: Run) -> None:
        """Ask the run's orchestrator, wherever it is, to stop; a run without one is cancelled at once."""
        self.update_run(run, cancel=True)
        alive = self.locks.living([(run, self.folder(run))])
        if not alive and self.run(run.token).state in ("waiting", "interrupted"):
            self.set_state(run, "cancelled", f"Cancelled, {run.so_far}.")

    @again
    def cancel_requested(self, run: Run) -> bool:
        """Whether somebody asked for the run's end."""
        with self.engine.connect() as connection:
            return bool(connection.execute(select(tables.runs.c.cancel).where(tables.runs.c.id == run.id)).scalar())

    def delete(self, run: Run) -> None:
        """Remove a run, its records and its folder; one that is gone already is no fault.

        Raises OverlapError where it goes on again since it was read, StoreUnusable where files of it had to be left.
        Records go some thousands at a time, so that others can write in between; what is broken off says so.
        On a full disk its files go first, because the database needs some room to give room back.
        """
        try:
            claimed = self._claim(run)
        except StoreFull:
            shutil.rmtree(self.folder(run).path, ignore_errors=True)
            claimed = self._claim(run)
        if not claimed:
            if self.exists(run.token):
                raise OverlapError(f"Run {run.id} goes on again since a moment ago: cancel it first, then delete it.")
            return
        for trial in self.trials(run):
            self.records.delete(trial)
        with self.engine.begin() as connection:
            connection.execute(delete(tables.runs).where(tables.runs.c.id == run.id))
        folder = self.folder(run).path
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():  # told only now: the records are gone, and what could be removed is
            raise StoreUnusable(f"Run {run.id} is deleted, but not all of its files: remove {folder} by hand.")


def _cut(title: str) -> str:
    """A title that a page has room for: a file's may have any length."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _unchanged(run: Run) -> ColumnElement[bool]:
    """That no orchestrator was started for a run since it was read."""
    column = tables.runs.c.launched_at
    return column.is_(None) if run.launched_at is None else column == run.launched_at


def _another_moment(run: Run) -> str:
    """Now, and another moment than that of the run's latest start, which it is told from."""
    while (moment := now()) == run.launched_at:
        time.sleep(0.001)
    return moment


def _number(text: str) -> int:
    """A run's number; 0, which no run has, for digits that no database holds."""
    return int(text) if len(text) <= len(str(tables.LARGEST_NUMBER)) and int(text) <= tables.LARGEST_NUMBER else 0
