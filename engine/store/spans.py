"""When workers were at which task, summed by the database: what a live picture needs, however many tasks there are.

Reading a hundred thousand records at every look would cost more than the look; grouped by stretch of time they are a
few hundred rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, Integer, case, cast, func, literal, select

from engine.model import Trial
from engine.store import tables

_RECORDS = tables.records.c
_TOOK_S = _RECORDS.finished_s - _RECORDS.started_s


class Span(NamedTuple):
    """One task on one worker; seconds from the trial's first submission. `waited_s` it had been put back before."""

    worker: int
    started_s: float
    finished_s: float
    status: str
    waited_s: float
    label: str


class Bin(NamedTuple):
    """What ended on one worker in one stretch of time: tasks, failed ones among them, and the seconds they took.

    `busy_s` leaves out tasks that took longer than a stretch, which `Spans.long` gives one by one.
    """

    stretch: int
    worker: int
    tasks: int
    failed: int
    busy_s: float


class Share(NamedTuple):
    """What one worker did of a trial: tasks that ended there, failed ones among them, and the seconds they took."""

    worker: int
    tasks: int
    failed: int
    busy_s: float


class Spans:
    """The spans of all trials' tasks; those that never reached a worker have none."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def since(self, trial: Trial, from_s: float, most: int) -> list[Span]:
        """The tasks that ended after `from_s`, in the order of their starts, at most so many."""
        return self._spans(trial, [_RECORDS.finished_s >= from_s], most)

    def long(self, trial: Trial, from_s: float, width_s: float, most: int) -> list[Span]:
        """Of those that ended after `from_s`, the tasks that took longer than `width_s`, without their labels."""
        return self._spans(trial, [_RECORDS.finished_s >= from_s, width_s < _TOOK_S], most, labelled=False)

    def bins(self, trial: Trial, from_s: float, width_s: float) -> list[Bin]:
        """The tasks that ended after `from_s` by stretch of `width_s` (the first is 0) and worker."""
        stretch = self._whole((_RECORDS.finished_s - from_s) / width_s)
        failed = func.sum(case((_RECORDS.status == "failed", 1), else_=0))
        busy_s = func.sum(case((width_s >= _TOOK_S, _TOOK_S), else_=0.0))
        query = (
            select(stretch, _RECORDS.worker, func.count(), failed, busy_s)
            .where(*_on_a_worker(trial), _RECORDS.finished_s >= from_s)
            .group_by(stretch, _RECORDS.worker)
        )
        with self.engine.connect() as connection:
            return [Bin(*row) for row in connection.execute(query)]

    def by_worker(self, trial: Trial) -> list[Share]:
        """What each worker did, those that did nothing left out."""
        failed = func.sum(case((_RECORDS.status == "failed", 1), else_=0))
        query = (
            select(_RECORDS.worker, func.count(), failed, func.sum(_TOOK_S))
            .where(*_on_a_worker(trial)).group_by(_RECORDS.worker).order_by(_RECORDS.worker)
        )  # fmt: skip
        with self.engine.connect() as connection:
            return [Share(*row) for row in connection.execute(query)]

    def end_s(self, trial: Trial) -> float:
        """When the trial's last task so far ended; 0 with none."""
        query = select(func.max(_RECORDS.finished_s)).where(*_on_a_worker(trial))
        with self.engine.connect() as connection:
            return float(connection.execute(query).scalar_one() or 0.0)

    def _spans(
        self, trial: Trial, conditions: list[ColumnElement[bool]], most: int, labelled: bool = True
    ) -> list[Span]:
        columns: list[Any] = [_RECORDS[name] for name in Span._fields]
        if not labelled:
            columns[-1] = literal("")
        query = select(*columns).where(*_on_a_worker(trial), *conditions).order_by(_RECORDS.started_s).limit(most)
        with self.engine.connect() as connection:
            return [Span(*row) for row in connection.execute(query)]

    def _whole(self, value: ColumnElement[Any]) -> ColumnElement[int]:
        # SQLite cuts what is behind the point and may lack floor(); others round.
        return cast(value if self.engine.dialect.name == "sqlite" else func.floor(value), Integer)


def _on_a_worker(trial: Trial) -> list[ColumnElement[bool]]:
    return [_RECORDS.trial_id == trial.id, _RECORDS.worker.is_not(None), _RECORDS.finished_s.is_not(None)]
