"""Records: written in batches, read whole or in columns.

A run's trials may continue each other; the last record of a task counts, which `latest` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, and_, delete, func, literal, select, true, update

from engine.analysis.tally import Tally, tally_from
from engine.errors import ValueRefused
from engine.model import Record, Run, Trial
from engine.protocol.record import FIELDS, ROW
from engine.store import tables
from engine.store.database import again
from engine.store.inserting import CopyBroken, Insert, inserts_for
from engine.store.rows import record_from, without_result
from engine.text import storable_json

_SETTLED = ("ok", "failed")
_STATUS, _TASK = ROW.index("status"), ROW.index("task")
_DELETED_AT_ONCE = 50_000
_ROW_BYTES, _LOOKED_AT = 80, 200
"""Of a record's row besides its texts; how many are looked at to tell how long all are."""
AT_ONCE = 10_000
"""Records that are read together where all are read one after the other."""
_FIELDS = tuple(tables.records.c[name] for name in FIELDS)


class Counts(NamedTuple):
    """Tasks of a run by the status of their last record."""

    ok: int
    failed: int
    cancelled: int


def _within(tasks: range | None) -> list[Any]:
    """The conditions on a record's task; none for all."""
    # The last task of all is as large as the database's Integer: it is compared to no number beyond that.
    column = tables.records.c.task
    return [] if tasks is None else [column >= tasks.start, column <= tasks.stop - 1]


class Records:
    """The records of all runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        *self._quick, self._sure = inserts_for(engine)

    def add(self, trial: Trial, run: Run, rows: Sequence[tuple[Any, ...]], ok: int, failed: int) -> None:
        """Store rows (in the order of `record.ROW`) and count them on the trial and the run, as one step."""
        for insert in self._quick:
            try:
                return self._add(insert, trial, run, rows, ok, failed)
            except CopyBroken:  # nothing of it is stored
                continue
        return self._add(self._sure, trial, run, rows, ok, failed)

    def _add(
        self, insert: Insert, trial: Trial, run: Run, rows: Sequence[tuple[Any, ...]], ok: int, failed: int
    ) -> None:
        with self.engine.begin() as connection:
            if rows:
                insert(connection, rows)
            if ok or failed:
                self._count(connection, tables.trials, trial.id, ok, failed)
                self._count(connection, tables.runs, run.id, ok, failed)

    def add_singly(self, trial: Trial, run: Run, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Store rows one after the other; one that the database does not take becomes a failed record that says so.

        Gives the rows as they are stored.
        """
        stored = []
        for row in rows:
            failed = row[_STATUS] == "failed"
            try:
                self.add(trial, run, [row], int(row[_STATUS] == "ok"), int(failed))
            except ValueRefused as error:
                row = without_result(row, str(error))
                self.add(trial, run, [row], 0, 1)
            stored.append(row)
        return stored

    @again
    def has(self, trial: Trial, row: tuple[Any, ...]) -> bool:
        """Whether the trial has a record of this row's task."""
        column = tables.records.c
        query = select(column.task).where(column.trial_id == trial.id, column.task == row[_TASK])
        with self.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def _count(self, connection: Connection, table: Any, key: int, ok: int, failed: int) -> None:
        counted = {"ok": table.c.ok + ok, "failed": table.c.failed + failed}
        connection.execute(update(table).where(table.c.id == key).values(**counted))

    @again
    def of_trial(self, trial: Trial, tasks: range | None = None) -> list[Record]:
        """The trial's records in the order of their tasks."""
        column = tables.records.c
        query = select(*_FIELDS).where(column.trial_id == trial.id, *_within(tasks)).order_by(column.task)
        with self.engine.connect() as connection:
            return [record_from(tuple(row)) for row in connection.execute(query)]

    @again
    def columns(
        self, trials: Iterable[Trial], *names: str, tasks: range | None = None
    ) -> list[tuple[Any, ...]]:
        """Chosen columns of several trials' records, ordered by trial and task; `output` stays JSON text.

        Much cheaper than Record objects where there are many.
        """
        query = (
            select(*(tables.records.c[name] for name in names))
            .where(tables.records.c.trial_id.in_([trial.id for trial in trials]), *_within(tasks))
            .order_by(tables.records.c.trial_id, tables.records.c.task)
        )
        return self._read(query, names)

    def stream(self, trial: Trial, at_once: int = AT_ONCE) -> Iterator[list[Record]]:
        """The trial's records in the order of their tasks, so many at a time: however many it has, few are in memory.

        Nothing is held in the database between two of the lists.
        """
        for tasks in self._ranges([trial.id], at_once):
            yield self.of_trial(trial, tasks)

    def stream_columns(
        self, trials: Iterable[Trial], *names: str, at_once: int = AT_ONCE
    ) -> Iterator[tuple[Any, ...]]:
        """What `columns` gives, read as `stream` does."""
        for trial in sorted(trials, key=lambda one: one.id):
            for tasks in self._ranges([trial.id], at_once):
                yield from self.columns([trial], *names, tasks=tasks)

    def stream_latest(self, run: Run, *names: str, at_once: int = AT_ONCE) -> Iterator[tuple[Any, ...]]:
        """What `latest_columns` gives, read as `stream` does."""
        for tasks in self._ranges(self._trials(run), at_once):
            yield from self.latest_columns(run, *names, tasks=tasks)

    def _ranges(self, trials: Sequence[int], at_once: int) -> Iterator[range]:
        """Ranges of tasks that hold all records of these trials, about `at_once` of them each."""
        start = 0
        while True:
            bound = self._task_after(trials, start, at_once)
            stop = tables.LARGEST_NUMBER + 1 if bound is None else max(bound, start + 1)
            yield range(start, stop)
            if bound is None:
                return
            start = stop

    @again
    def _task_after(self, trials: Sequence[int], start: int, count: int) -> int | None:
        """The task of the record that stands so many behind the first from `start` on."""
        column = tables.records.c
        query = select(column.task).where(column.trial_id.in_(trials), column.task >= start).order_by(column.task)
        with self.engine.connect() as connection:
            return connection.execute(query.offset(count).limit(1)).scalar()

    @again
    def latest(self, run: Run, status: str | None = None, limit: int | None = None, offset: int = 0) -> list[Record]:
        """The last record of each task of a run, in the order of the tasks, filtered by status."""
        query = self._latest(run, *_FIELDS).order_by(tables.records.c.task)
        if status:
            query = query.where(tables.records.c.status == status)
        if limit is not None:
            query = query.limit(limit).offset(offset)
        with self.engine.connect() as connection:
            return [record_from(tuple(row)) for row in connection.execute(query)]

    @again
    def one(self, run: Run, task: int) -> Record | None:
        """The last record of one task of a run; None where it has none."""
        if not 0 <= task <= tables.LARGEST_NUMBER:
            return None
        with self.engine.connect() as connection:
            row = connection.execute(self._latest(run, *_FIELDS).where(tables.records.c.task == task)).first()
        return None if row is None else record_from(tuple(row))

    @again
    def latest_columns(
        self, run: Run, *names: str, status: str | None = None, tasks: range | None = None
    ) -> list[tuple[Any, ...]]:
        """Chosen columns of the last record of each task, ordered by task; `output` stays JSON text.

        `tasks` (of step 1) asks for those alone, whatever the run has besides.
        """
        query = self._latest(run, *(tables.records.c[name] for name in names), tasks=tasks)
        if status:
            query = query.where(tables.records.c.status == status)
        return self._read(query.order_by(tables.records.c.task), names)

    def _read(self, query: Select[Any], names: Sequence[str]) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        if "output" not in names:
            return rows
        at = names.index("output")
        return [(*row[:at], row[at] and storable_json(row[at]), *row[at + 1 :]) for row in rows]

    @again
    def failures(self, run: Run) -> list[tuple[str, str, int]]:
        """(reason, one example's sentence, count) of the failed tasks, the most frequent first."""
        if (tally := self._only_tally(run)) is not None:
            found = [(reason, examples[0].error, count) for reason, (count, examples) in tally.failures.items()]
            return sorted(found, key=lambda one: -one[2])
        column = tables.records.c
        query = (
            self._latest(run, column.reason, func.min(column.error), func.count())
            .where(column.status == "failed")
            .group_by(column.reason)
            .order_by(func.count().desc())
        )
        with self.engine.connect() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def _only_tally(self, run: Run) -> Tally | None:
        """The tally of a run of one trial, which has them all; those of several would count a task again and again."""
        column = tables.trials.c
        with self.engine.connect() as connection:
            found = connection.execute(select(column.tally).where(column.run_id == run.id).limit(2)).scalars().all()
        return tally_from(found[0]) if len(found) == 1 and found[0] else None

    @again
    def count(self, run: Run) -> Counts:
        """How many tasks of the run have a last record of each kind."""
        column = tables.records.c
        query = self._latest(run, column.status, func.count()).group_by(column.status)
        with self.engine.connect() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return Counts(found.get("ok", 0), found.get("failed", 0), found.get("cancelled", 0))

    @again
    def count_of(self, trial: Trial) -> int:
        """How many records the trial has."""
        query = select(func.count()).where(tables.records.c.trial_id == trial.id)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    @again
    def settled(self, run: Run) -> dict[int, str]:
        """Task index to status (ok or failed) of the tasks that have ended."""
        column = tables.records.c
        query = self._latest(run, column.task, column.status).where(column.status.in_(_SETTLED))
        with self.engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def bytes_of(self, run: Run) -> int:
        """About what the run's records take in the database, from how long the first of each trial are."""
        column = tables.records.c
        texts = (column.label, column.error, column.output)
        length = sum((func.coalesce(func.length(one), 0) for one in texts), literal(_ROW_BYTES))
        with self.engine.connect() as connection:
            ids = list(connection.execute(select(tables.trials.c.id).where(tables.trials.c.run_id == run.id)).scalars())
            total = 0.0
            for trial in ids:
                first = select(length.label("bytes")).where(column.trial_id == trial).limit(_LOOKED_AT).subquery()
                mean = connection.execute(select(func.avg(first.c.bytes))).scalar() or 0
                count = select(func.count()).where(column.trial_id == trial)
                total += float(mean) * int(connection.execute(count).scalar_one())
        return round(total)

    def delete(self, trial: Trial) -> None:
        """Remove a trial's records, some thousands in a transaction."""
        column = tables.records.c
        mine = column.trial_id == trial.id
        while True:
            with self.engine.begin() as connection:
                bound = connection.execute(
                    select(column.task).where(mine).order_by(column.task).offset(_DELETED_AT_ONCE).limit(1)
                ).scalar()
                connection.execute(delete(tables.records).where(mine, true() if bound is None else column.task < bound))
            if bound is None:
                return

    @again
    def _trials(self, run: Run) -> list[int]:
        query = select(tables.trials.c.id).where(tables.trials.c.run_id == run.id)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def _latest(self, run: Run, *columns: Any, tasks: range | None = None) -> Select[Any]:
        """A query over the last record of each task; only a run whose trials repeat tasks needs the grouping."""
        trials, column = self._trials(run), tables.records.c
        among = _within(tasks)
        if len(trials) == 1:
            return select(*columns).where(column.trial_id == trials[0], *among)
        last = (
            select(column.task.label("task"), func.max(column.trial_id).label("trial_id"))
            .where(column.trial_id.in_(trials), *among)
            .group_by(column.task)
            .subquery()
        )
        joined = and_(column.task == last.c.task, column.trial_id == last.c.trial_id)
        return select(*columns).select_from(tables.records.join(last, joined))
