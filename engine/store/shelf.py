"""The runs as they stand: found, listed and counted, each with the state that its lock makes of the stored one.

"Running" with a free lock is shown as interrupted, whoever looks, from whichever home (`liveness`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any, Literal, Self

from sqlalchemy import Engine, Select, func, select

from engine.config import Settings
from engine.model import Run, RunKind, State
from engine.store import tables
from engine.store.database import again
from engine.store.folders import RunFolder
from engine.store.listing import SORTS, UNDER_WAY, Sort, Wanted, visible_to
from engine.store.liveness import locks_for
from engine.store.rows import age_s, run_from

Facet = Literal["machine", "label", "workload", "person"]
ALL_RUNS = Wanted()
STARTING_S = 30.0
"""How long a run without an orchestrator counts as waiting: its process may still be starting."""


class Shelf:
    """All runs of a database, read only."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.locks = locks_for(engine)
        self.viewer: str | None = None

    def seen_by(self, viewer: str | None) -> Self:
        """The same runs as one person may see them: their own, those shared and nobody's; all of them for None."""
        seen = copy(self)
        seen.viewer = viewer
        return seen

    @again
    def runs(
        self, limit: int = 100, kind: RunKind | None = None, workload: str | None = None, text: str | None = None,
        wanted: Wanted | None = None, sort: Sort = "newest", offset: int = 0,
    ) -> list[Run]:
        """The runs that are wanted, by default all, the newest first; from the one at `offset` on, at most `limit`."""
        wanted = wanted or Wanted(kind=kind, workload=workload, text=text)
        query = self._apply(wanted, select(tables.runs)).order_by(*SORTS[sort])
        with self.engine.connect() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).all()
        return self._runs_from(rows)

    @again
    def count_runs(self, wanted: Wanted) -> int:
        """How many runs are wanted."""
        query = self._apply(wanted, select(func.count()).select_from(tables.runs))
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    @again
    def active(self, wanted: Wanted = ALL_RUNS) -> list[Run]:
        """The runs that wait or run now, the oldest first."""
        query = self._apply(wanted, select(tables.runs)).where(tables.runs.c.state.in_(UNDER_WAY))
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(tables.runs.c.id)).all()
        return [run for run in self._runs_from(rows) if run.state in UNDER_WAY]

    @again
    def totals(self) -> list[tuple[str, str, str, int, int, int]]:
        """For each kind, workload and stored state: how many runs, and their tasks that are ok and failed."""
        column = tables.runs.c
        which = (column.kind, column.workload, column.state)
        sums = (func.count(), func.coalesce(func.sum(column.ok), 0), func.coalesce(func.sum(column.failed), 0))
        with self.engine.connect() as connection:
            rows = connection.execute(self._apply(ALL_RUNS, select(*which, *sums)).group_by(*which)).all()
        return [(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5])) for row in rows]

    @again
    def distinct(self, column: Facet) -> list[str]:
        """The values that runs have there, in order."""
        query = self._apply(ALL_RUNS, select(tables.runs.c[column]).distinct())
        with self.engine.connect() as connection:
            return sorted(value for value in connection.execute(query).scalars() if value)

    def _apply(self, wanted: Wanted, query: Select[Any]) -> Select[Any]:
        seen = visible_to(self.viewer)
        query = wanted.apply(query, self._dead_if_asked(wanted))
        return query if seen is None else query.where(seen)

    def _dead_if_asked(self, wanted: Wanted) -> list[int]:
        """The runs that are stored as waiting or running and are not, when the state is asked for."""
        if wanted.state not in (*UNDER_WAY, "interrupted"):
            return []
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.runs).where(tables.runs.c.state.in_(UNDER_WAY))).all()
        return [run.id for run in self._runs_from(rows) if run.state == "interrupted"]

    def folder(self, run: Run | str) -> RunFolder:
        """The run's folder, by run or token; that of the home which made the run, where only that one has it."""
        if isinstance(run, str):
            return RunFolder(self.settings.runs / Path(run).name)
        return self._folder(run.token, run.home)

    def _folder(self, token: str, home: str | None) -> RunFolder:
        own = self.settings.runs / Path(token).name
        there = Path(home) / "runs" / own.name if home else own
        # os.path: a folder that this user may not look into is none, and no error
        return RunFolder(there if not os.path.isdir(own) and os.path.isdir(there) else own)

    def _runs_from(self, rows: Sequence[Any]) -> list[Run]:
        """The runs of rows. Those that look dead are read again: they may have ended since, and left."""
        states = self._states(rows)
        again = [row.id for row in rows if states[row.id] == "interrupted" and row.state != "interrupted"]
        if again:
            with self.engine.connect() as connection:
                found = connection.execute(select(tables.runs).where(tables.runs.c.id.in_(again))).all()
            newer = {row.id: row for row in found}
            rows = [newer.get(row.id, row) for row in rows]
            states |= self._states(list(newer.values()))
        return [run_from(row, states[row.id]) for row in rows]

    def _states(self, rows: Sequence[Any]) -> dict[int, State]:
        """The stored states, corrected by whether an orchestrator is alive."""
        open_ = [(row, self._folder(row.token, row.home)) for row in rows if row.state in UNDER_WAY]
        living = self.locks.living(open_) if open_ else set()
        return {row.id: row.state if row.state not in UNDER_WAY or row.id in living else _unheld(row) for row in rows}


def _unheld(row: Any) -> State:
    """The state of a run that waits or runs, and has no orchestrator: it may still be starting."""
    return "waiting" if row.state == "waiting" and age_s(row.launched_at) < STARTING_S else "interrupted"
