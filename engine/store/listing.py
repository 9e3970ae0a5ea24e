"""Which runs are asked for, and the query that finds them: filters, a sort, a page of them.

Whether a run that is stored as running lives is known from locks, not from the database: the caller says which of
those are dead (`Store.dead`), and here they count as interrupted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Float, Select, and_, false, not_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.model import RunKind, State
from engine.store.tables import runs
from engine.text import storable

Sort = Literal["newest", "oldest", "longest", "tasks", "failed"]


class SecondsBetween(FunctionElement[float]):
    """Seconds from one stored moment to another; every database counts days in its own way."""

    type = Float()
    inherit_cache = True


@compiles(SecondsBetween)
def _in_sql(element: SecondsBetween, compiler: SQLCompiler, **more: Any) -> str:
    begin, end = (compiler.process(clause, **more) for clause in element.clauses)
    written = {
        "sqlite": "(julianday({end}) - julianday({begin})) * 86400",
        "postgresql": "extract(epoch FROM CAST({end} AS timestamptz) - CAST({begin} AS timestamptz))",
    }
    return written.get(compiler.dialect.name, "TIMESTAMPDIFF(SECOND, {begin}, {end})").format(begin=begin, end=end)


_NEWEST = runs.c.id.desc()
SORTS: dict[Sort, tuple[ColumnElement[Any], ...]] = {
    "newest": (_NEWEST,),
    "oldest": (runs.c.id.asc(),),
    "longest": (SecondsBetween(runs.c.started_at, runs.c.ended_at).desc().nulls_last(), _NEWEST),
    "tasks": (runs.c.tasks.desc(), _NEWEST),
    "failed": (runs.c.failed.desc(), _NEWEST),
}
UNDER_WAY = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What runs are to be like; what is None is not asked for.

    `text` is a part of the title, the label or the note. `since` (included) and `until` (not) are moments in UTC, ISO
    8601, or the beginning of some.
    """

    kind: RunKind | None = None
    workload: str | None = None
    executor: str | None = None
    state: State | None = None
    machine: str | None = None
    label: str | None = None
    text: str | None = None
    since: str | None = None
    until: str | None = None
    pinned: bool | None = None
    person: str | None = None

    def apply(self, query: Select[Any], dead: Collection[int]) -> Select[Any]:
        """The query narrowed to these runs; `dead` are stored as waiting or running, and are not."""
        return query.where(*(condition for condition in self._conditions(dead) if condition is not None))

    def _conditions(self, dead: Collection[int]) -> tuple[ColumnElement[bool] | None, ...]:
        column = runs.c
        equal = {"kind": self.kind, "workload": self.workload, "machine": self.machine, "label": self.label,
                 "pinned": self.pinned, "person": self.person}  # fmt: skip
        return (
            *(column[name] == value for name, value in equal.items() if value is not None),
            None if not self.executor else column.executors.contains(f",{self.executor},", autoescape=True),
            None if not self.state else _in_state(self.state, dead),
            None if not self.text else _containing(storable(self.text)),
            None if not self.since else column.created_at >= self.since,
            None if not self.until else column.created_at < self.until,
        )


def visible_to(viewer: str | None) -> ColumnElement[bool] | None:
    """The runs that a person may see: their own, those shared, and those of nobody; None where all may see all."""
    if not viewer:
        return None if viewer is None else false()  # somebody who has not signed in sees none
    column = runs.c
    return or_(column.person == viewer, column.shared, column.person.is_(None))


def _in_state(state: State, dead: Collection[int]) -> ColumnElement[bool]:
    stored = runs.c.state == state
    if state == "interrupted":
        return or_(stored, runs.c.id.in_(dead))
    return and_(stored, not_(runs.c.id.in_(dead))) if state in UNDER_WAY else stored


def _containing(text: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(text, autoescape=True) for column in (runs.c.title, runs.c.label, runs.c.note)))
