"""The records of a run as columns: what the figures of one job are drawn from.

`tasks_from` takes the rows that `store.records.latest_columns(run, *TASK_COLUMNS)` gives. A run that
was continued (resumed, retried) has several trials, each of which counts its time from its own first
submission: they are laid end to end, and `seams` says where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.report.figures.plots import Floats

TASK_COLUMNS = ("task", "label", "worker", "started_s", "finished_s", "cpu_s", "status", "reason", "trial_id")
"""The columns that the figures need, in their order."""
TIME = "Time since the first task (s)"
"""What the axis of time is called."""

Bools = npt.NDArray[np.bool_]
Wholes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks that ran, one position each. `row` counts the workers from 0, `workers` are their numbers."""

    task: Wholes
    labels: Sequence[str]
    reasons: Sequence[str | None]
    row: Wholes
    workers: Wholes
    started_s: Floats
    finished_s: Floats
    cpu_s: Floats
    """NaN where it is unknown."""
    failed: Bools
    seams: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.task)

    @property
    def duration_s(self) -> Floats:
        """The time that each task took."""
        return self.finished_s - self.started_s

    @property
    def end_s(self) -> float:
        """When the last task ended; 0 with none."""
        return float(self.finished_s.max()) if len(self) else 0.0


Rows = Sequence[tuple[Any, ...]]


def tasks_from(rows: Rows | Tasks) -> Tasks:
    """The tasks among `rows` (in TASK_COLUMNS's order) that reached a worker; cancelled ones did not."""
    if isinstance(rows, Tasks):
        return rows
    columns = list(zip(*rows, strict=True)) or [()] * len(TASK_COLUMNS)
    task, labels, worker, started, finished, cpu, status, reasons, trial = columns
    started_s, finished_s, at = _floats(started), _floats(finished), _floats(worker)
    ran = np.flatnonzero(np.isfinite(started_s) & np.isfinite(finished_s) & np.isfinite(at))
    started_s, finished_s = started_s[ran], np.maximum(finished_s[ran], started_s[ran])
    shift_s, seams = _end_to_end(np.array(trial, dtype=np.int64)[ran], finished_s)
    workers, row = np.unique(at[ran].astype(np.int64), return_inverse=True)
    return Tasks(
        task=np.array(task, dtype=np.int64)[ran],
        labels=[labels[position] for position in ran],
        reasons=[reasons[position] for position in ran],
        row=row.astype(np.int64),
        workers=workers,
        started_s=started_s + shift_s,
        finished_s=finished_s + shift_s,
        cpu_s=_floats(cpu)[ran],
        failed=np.array([one == "failed" for one in status], dtype=np.bool_)[ran],
        seams=seams,
    )


def _floats(values: Sequence[Any]) -> Floats:
    return np.array(values, dtype=np.float64)  # None becomes NaN


def _end_to_end(trial: Wholes, finished_s: Floats) -> tuple[Floats, tuple[float, ...]]:
    """How far each task moves so that a trial begins where the one before it ended, and where that is."""
    shift_s = np.zeros(len(trial))
    edge_s, seams = 0.0, []
    for one in np.unique(trial):
        chosen = trial == one
        shift_s[chosen] = edge_s
        edge_s += float(finished_s[chosen].max())
        seams.append(edge_s)
    return shift_s, tuple(seams[:-1])
