"""Rows of the database as values of `engine.model`, and back."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Row

from engine.model import Measurement, Record, Run, State, Trial, configuration_from
from engine.protocol.record import FIELDS, ROW
from engine.store import tables
from engine.text import read_json, storable

_SHORT = 200
"""Characters of a label that every database takes."""


def now() -> str:
    """The time in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def storable_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns and their values, each text such as every database takes."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}


def age_s(moment: str | None) -> float:
    """Seconds from or to a moment that `now` gave; infinite where there is none."""
    if not moment:
        return math.inf
    return abs(time.time() - datetime.fromisoformat(moment).astimezone(UTC).timestamp())


def run_from(row: Row[Any], state: State) -> Run:
    """A row of `runs`; `state` is what the run's lock made of the stored one."""
    return Run(
        id=row.id,
        token=row.token,
        kind=row.kind,
        workload=row.workload,
        title=row.title,
        state=state,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        tasks=row.tasks,
        ok=row.ok,
        failed=row.failed,
        options=row.options,
        configurations=tuple(configuration_from(values) for values in row.configurations),
        terms=row.terms,
        time_limit_s=row.time_limit_s,
        environment=row.environment,
        verdict=row.verdict,
        waiting_for=row.waiting_for,
        message=row.message,
        launched_at=row.launched_at,
        home=row.home,
        machine=row.machine,
        person=row.person,
        shared=row.shared,
        label=row.label,
        note=row.note,
        pinned=row.pinned,
    )


def trial_from(row: Row[Any]) -> Trial:
    """A row of `trials`."""
    return Trial(
        id=row.id,
        run_id=row.run_id,
        order=row.order,
        repeat=row.repeat,
        configuration=configuration_from(row.configuration),
        state=cast("State", row.state),
        continues=row.continues,
        tasks=row.tasks,
        ok=row.ok,
        failed=row.failed,
        measurement=Measurement(**row.measurement),
        message=row.message,
    )


def record_from(row: Sequence[Any]) -> Record:
    """A record from its values in the order of `record.FIELDS`; `output` is decoded."""
    values = dict(zip(FIELDS, row, strict=True))
    if values["output"] is not None:
        values["output"] = read_json(values["output"])
    return Record(**values)


def without_result(row: tuple[Any, ...], why: str) -> tuple[Any, ...]:
    """The record of a task whose result cannot be stored: what can be in no database's way stays."""
    values = dict(zip(ROW, row, strict=True))
    error = f"The task ended, but its result cannot be stored: {why}"
    values |= {"label": values["label"][:_SHORT], "status": "failed", "reason": "not_storable", "error": error}
    values |= {"output": None, "fingerprint": None, "attempts": min(values["attempts"], tables.LARGEST_NUMBER)}
    return tuple(values[name] for name in ROW)
