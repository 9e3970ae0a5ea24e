"""Where a comparison's time went: what a stopwatch around each trial's process sees, in parts that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from engine.figures.comparing import NO_TRIAL, ROW, finished, name_rows
from engine.figures.look import escape, figure, nothing
from engine.model import Trial


@dataclass(frozen=True, slots=True)
class Work:
    """Of one trial: the summed time inside its tasks, and their summed CPU time (None where one is unknown)."""

    inside_s: float
    cpu_s: float | None


def work_of(rows: Sequence[tuple[int, float | None, float | None, float | None]]) -> dict[int, Work]:
    """Trial id -> Work, from `store.records.columns(trials, "trial_id", "started_s", "finished_s", "cpu_s")`."""
    if not rows:
        return {}
    trial = np.array([row[0] for row in rows])
    inside = np.array([np.nan if row[1] is None or row[2] is None else row[2] - row[1] for row in rows])
    cpu = np.array([row[3] for row in rows], dtype=np.float64)
    found = {}
    for one in np.unique(trial):
        ran = (trial == one) & np.isfinite(inside)
        known = bool(ran.any() and np.isfinite(cpu[ran]).all())
        found[int(one)] = Work(float(inside[ran].sum()), float(cpu[ran].sum()) if known else None)
    return found


_PARTS = (
    ("start of Python", "interpreter_s", "#B9C2CB"),
    ("start of workers", "startup_s", "#7F8B97"),
    ("in tasks, on a CPU", "on_cpu_s", "#009E73"),
    ("in tasks, waiting", "waiting_s", "#56B4E9"),
    ("in tasks", "inside_s", "#009E73"),
    ("between tasks", "between_s", "#F0E442"),
    ("running", "wall_s", "#009E73"),
    ("closing", "teardown_s", "#CC79A7"),
)
"""Name, key and colour of the parts, in the order in which they are stacked."""


def where_time_went(trials: Sequence[Trial], work: Mapping[int, Work] | None = None, dark: bool = False) -> Any:
    """What a stopwatch around the trial's process sees, in parts: medians over the repeats, in seconds.

    With `work` (from `work_of`) the running time is divided as the mean worker spent it: in tasks on a CPU,
    in tasks waiting, and between tasks.
    """
    groups = finished(trials)
    if not groups:
        return nothing("Where the time went", NO_TRIAL, dark)
    drawn = figure("Where the time went, median of the repeats", "Time (s)", None, dark, 150 + ROW * len(groups))
    parts = [_middle([_parts(trial, (work or {}).get(trial.id)) for trial in group]) for group in groups.values()]
    labels = [escape(one.label) for one in groups]
    for name, key, colour in _PARTS:
        values = [part.get(key) for part in parts]
        if any(values):
            drawn.add_bar(
                orientation="h", name=name, x=values, y=list(range(len(parts))), marker={"color": colour},
                hovertext=labels, hovertemplate="%{hovertext}<br>" + name + ": %{x:.3g} s<extra></extra>",
            )  # fmt: skip
    drawn.update_layout(barmode="stack", showlegend=True, legend_traceorder="normal")
    name_rows(drawn, list(groups))
    return drawn


def _parts(trial: Trial, work: Work | None) -> dict[str, float]:
    measured = trial.measurement
    wall_s, workers = measured.wall_s or 0.0, trial.configuration.workers
    parts = {
        "interpreter_s": measured.interpreter_s,
        "startup_s": measured.startup_s,
        "teardown_s": measured.teardown_s,
    }
    if work is None:
        parts["wall_s"] = wall_s
    else:
        inside_s = min(wall_s, work.inside_s / workers)
        parts["between_s"] = wall_s - inside_s
        if work.cpu_s is None:
            parts["inside_s"] = inside_s
        else:
            parts["on_cpu_s"] = min(inside_s, work.cpu_s / workers)
            parts["waiting_s"] = inside_s - min(inside_s, work.cpu_s / workers)
    return {key: value for key, value in parts.items() if value is not None}


def _middle(repeats: Sequence[Mapping[str, float]]) -> dict[str, float]:
    keys = dict.fromkeys(key for parts in repeats for key in parts)
    return {key: median(parts[key] for parts in repeats if key in parts) for key in keys}
