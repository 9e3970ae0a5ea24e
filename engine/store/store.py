"""The store: every run, its trials and records, in the database and on disk.

The run on disk is the truth. Pages, commands and orchestrators all go through this class; it has
no state of its own, so any number of them may be open. Transactions are short.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.config import Settings
from engine.errors import RunNotFound, StoreUnusable
from engine.model import ENDED, Kind, Measurement, Plan, Run, State, Trial, plain
from engine.storable import storable
from engine.store import tables
from engine.store.database import BUSY_TIMEOUT_S, open_database, unusable
from engine.store.folders import RunFolder
from engine.store.records import Records
from engine.store.rows import now, run_from, trial_from

STARTING_S = 30.0
"""How long a run without an orchestrator counts as waiting: its process may still be starting."""


class Store:
    """Runs by number or token. Make one with `Store.open(settings)`."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.records = Records(engine)

    @classmethod
    def open(cls, settings: Settings, patience_s: float = BUSY_TIMEOUT_S) -> Store:
        """The store of these settings; it waits `patience_s` for a locked database. Raises StoreUnusable."""
        return cls(open_database(settings, patience_s), settings)

    def close(self) -> None:
        """Give the database's connections back."""
        self.engine.dispose()

    # -- runs ------------------------------------------------------------------

    def create(self, plan: Plan, token: str, environment: Mapping[str, Any]) -> Run:
        """Store a new run, waiting to be started; a token that is known gives the run that has it.

        Raises StoreUnusable, also when its folder cannot be written.
        """
        try:
            self.folder(token).write_tasks(plan.tasks)
        except OSError as error:
            raise unusable(error, self.settings) from error
        values = {
            "token": token,
            "kind": plan.kind,
            "workload": plan.workload,
            "title": storable(plan.title),
            "state": "waiting",
            "created_at": now(),
            "tasks": len(plan.tasks),
            "options": dict(plan.options),
            "configurations": [plain(configuration) for configuration in plan.configurations],
            "terms": dict(plan.terms),
            "time_limit_s": plan.time_limit_s,
            "environment": dict(environment),
        }
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(tables.runs).values(**values))
        except IntegrityError:  # a double click: the first one won
            return self.run(token)
        return self.run(token)

    def exists(self, token: str) -> bool:
        """Whether a run has this token."""
        with self.engine.connect() as connection:
            return connection.execute(select(tables.runs.c.id).where(tables.runs.c.token == token)).first() is not None

    def run(self, reference: str | int) -> Run:
        """The run with this number or token. Raises RunNotFound."""
        column = tables.runs.c.token
        text = str(reference)
        wanted = tables.runs.c.id == _number(text) if text.isdecimal() else column == storable(text)
        query = select(tables.runs).where(wanted)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise RunNotFound(f"There is no run {text!r} here: the command overlap runs and the History page list all.")
        return self._run_from(row)

    def runs(
        self, limit: int = 100, kind: Kind | None = None, workload: str | None = None, text: str | None = None
    ) -> list[Run]:
        """The newest runs first, filtered by kind, workload and a part of the title."""
        query: Select[Any] = select(tables.runs).order_by(tables.runs.c.id.desc()).limit(limit)
        if kind:
            query = query.where(tables.runs.c.kind == kind)
        if workload:
            query = query.where(tables.runs.c.workload == workload)
        if text:
            query = query.where(tables.runs.c.title.icontains(storable(text), autoescape=True))
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return [self._run_from(row) for row in rows]

    def update_run(self, run: Run, **values: Any) -> None:
        """Set columns of a run."""
        with self.engine.begin() as connection:
            connection.execute(update(tables.runs).where(tables.runs.c.id == run.id).values(**_storable(values)))

    def set_state(self, run: Run, state: State, message: str | None = None) -> None:
        """Move a run on; the times of its start and end are set with it."""
        values: dict[str, Any] = {"state": state, "message": message, "waiting_for": None}
        if state == "running":
            values |= {"started_at": now(), "ended_at": None}
        elif state != "waiting":
            values["ended_at"] = now()
        self.update_run(run, **values)

    def request_cancel(self, run: Run) -> None:
        """Ask the run's orchestrator, wherever it is, to stop; a run without one is cancelled at once."""
        self.update_run(run, cancel=True)
        if not self.folder(run).alive() and self.run(run.token).state in ("waiting", "interrupted"):
            self.set_state(run, "cancelled", f"Cancelled, {run.done} of {run.tasks} done.")

    def cancel_requested(self, run: Run) -> bool:
        """Whether somebody asked for the run's end."""
        with self.engine.connect() as connection:
            return bool(connection.execute(select(tables.runs.c.cancel).where(tables.runs.c.id == run.id)).scalar())

    def delete(self, run: Run) -> None:
        """Remove a run, its records and its folder. Raises StoreUnusable where files of it had to be left."""
        with self.engine.begin() as connection:
            connection.execute(delete(tables.runs).where(tables.runs.c.id == run.id))
        folder = self.folder(run).path
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():  # told only now: the records are gone, and what could be removed is
            raise StoreUnusable(f"Run {run.id} is deleted, but not all of its files: remove {folder} by hand.")

    def folder(self, run: Run | str) -> RunFolder:
        """The run's folder, by run or token."""
        return RunFolder(self.settings.runs / Path(run if isinstance(run, str) else run.token).name)

    def _run_from(self, row: Any) -> Run:
        """The run of a row. One that looks dead is read again: it may have ended since, and its orchestrator left."""
        state = self._state(row)
        if state == "interrupted" and row.state != state:
            with self.engine.connect() as connection:
                row = connection.execute(select(tables.runs).where(tables.runs.c.id == row.id)).first() or row
            state = self._state(row)
        return run_from(row, state)

    def _state(self, row: Any) -> State:
        """The stored state, corrected by whether an orchestrator is alive."""
        stored = cast("State", row.state)
        folder = self.folder(row.token)
        if stored not in ("waiting", "running") or folder.alive():
            return stored
        age_s = abs(time.time() - datetime.fromisoformat(row.created_at).astimezone(UTC).timestamp())
        young = stored == "waiting" and min(age_s, folder.since_launch_s()) < STARTING_S
        return "waiting" if young and not folder.killed() else "interrupted"

    # -- trials ----------------------------------------------------------------

    def add_trial(
        self, run: Run, repeat: int, configuration: Mapping[str, Any], tasks: int, continues: int | None = None
    ) -> Trial:
        """A new trial of a run, running from now on; its order is the next free one."""
        column = tables.trials.c
        with self.engine.begin() as connection:
            last = connection.execute(select(func.max(column.order)).where(column.run_id == run.id)).scalar()
            inserted = connection.execute(
                insert(tables.trials).values(
                    run_id=run.id,
                    order=0 if last is None else last + 1,
                    repeat=repeat,
                    configuration=dict(configuration),
                    state="running",
                    continues=continues,
                    tasks=tasks,
                    measurement=plain(Measurement()),
                )
            )
            (key,) = inserted.inserted_primary_key or (None,)
            row = connection.execute(select(tables.trials).where(column.id == key)).one()
        return trial_from(row)

    def update_trial(self, trial: Trial, **values: Any) -> None:
        """Set columns of a trial; `measurement` may be a Measurement."""
        if isinstance(values.get("measurement"), Measurement):
            values["measurement"] = plain(values["measurement"])
        with self.engine.begin() as connection:
            connection.execute(update(tables.trials).where(tables.trials.c.id == trial.id).values(**_storable(values)))

    def trials(self, run: Run) -> list[Trial]:
        """The run's trials in the order in which they ran; one that its orchestrator did not outlive is interrupted."""
        query = select(tables.trials).where(tables.trials.c.run_id == run.id).order_by(tables.trials.c.order)
        with self.engine.connect() as connection:
            trials = [trial_from(row) for row in connection.execute(query)]
        if run.state not in ENDED:
            return trials
        return [replace(trial, state="interrupted") if trial.state == "running" else trial for trial in trials]

    def interrupt_trials(self, run: Run) -> None:
        """Say of the trials that still count as running that they were interrupted: their orchestrator is gone."""
        column = tables.trials.c
        stale = update(tables.trials).where(column.run_id == run.id, column.state == "running")
        with self.engine.begin() as connection:
            connection.execute(stale.values(state="interrupted"))

    def samples(self, trial: Trial) -> Sequence[Mapping[str, float]]:
        """Memory and CPU of the trial's processes over time, as the sampler saw them."""
        with self.engine.connect() as connection:
            found = connection.execute(select(tables.trials.c.samples).where(tables.trials.c.id == trial.id)).scalar()
        return found or []


def _number(text: str) -> int:
    """A run's number; 0, which no run has, for digits that no database holds."""
    return int(text) if len(text) <= len(str(tables.LARGEST_NUMBER)) and int(text) <= tables.LARGEST_NUMBER else 0


def _storable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
