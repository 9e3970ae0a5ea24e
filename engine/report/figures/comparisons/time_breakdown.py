"""Where a comparison's time went: what a stopwatch around each trial's process sees, in parts that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from engine.model import Trial
from engine.report.figures.comparisons.configurations import NO_TRIAL, finished, name_rows
from engine.report.figures.theme import escape, figure, nothing


@dataclass(frozen=True, slots=True)
class Work:
    """Of one trial, summed over its tasks: the time inside them, on a CPU, and ready to run while others had the CPU.

    None where one of the tasks does not know it: a coroutine's CPU time, a system that does not tell of its queue.
    """

    inside_s: float
    cpu_s: float | None
    run_delay_s: float | None = None


WORK_COLUMNS = ("trial_id", "started_s", "finished_s", "cpu_s", "run_delay_s")


def work_of(rows: Sequence[tuple[Any, ...]]) -> dict[int, Work]:
    """Trial id -> Work, from the records' WORK_COLUMNS."""
    if not rows:
        return {}
    trial = np.array([row[0] for row in rows])
    inside = np.array([np.nan if row[1] is None or row[2] is None else row[2] - row[1] for row in rows])
    cpu, delay = (np.array([row[place] for row in rows], dtype=np.float64) for place in (3, 4))
    found = {}
    for one in np.unique(trial):
        ran = (trial == one) & np.isfinite(inside)
        found[int(one)] = Work(float(inside[ran].sum()), _sum(cpu[ran]), _sum(delay[ran]))
    return found


def _sum(values: Any) -> float | None:
    return float(values.sum()) if len(values) and np.isfinite(values).all() else None


_PARTS = (
    ("start of Python", "interpreter_s", "#B9C2CB"),
    ("start of workers", "startup_s", "#7F8B97"),
    ("in tasks, on a CPU", "on_cpu_s", "#009E73"),
    ("in tasks, waiting for a CPU", "queued_s", "#E69F00"),
    ("in tasks, blocked", "blocked_s", "#56B4E9"),
    ("in tasks, not on a CPU", "off_cpu_s", "#56B4E9"),
    ("in tasks, not divided", "inside_s", "#8E7CC3"),
    ("between tasks", "between_s", "#8D6E63"),
    ("running", "wall_s", "#8E7CC3"),
    ("closing", "teardown_s", "#CC79A7"),
)
"""Name, key and colour of the parts, in the order in which they are stacked.

"Blocked" is what is left of a task's time when it was neither on a CPU nor ready for one: it waited for a network, a
disk, a lock or the GIL. Where nobody knows how long it was ready, that is not told apart; a coroutine's CPU time is
unknown, so its time is not divided, and has a colour of its own.
"""


def where_time_went(trials: Sequence[Trial], work: Mapping[int, Work] | None = None, dark: bool = False) -> Any:
    """What a stopwatch around the trial's process sees, in parts: medians over the repeats, in seconds.

    With `work` (from `work_of`) the running time is divided as the mean worker spent it: in tasks on a CPU,
    waiting for one, or blocked, and between tasks.
    """
    groups = finished(trials)
    if not groups:
        return nothing("Where the time went", NO_TRIAL, dark)
    drawn = figure("Where the time went, median of the repeats", "Time (s)", None, dark, 150 + 34 * len(groups))
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
    # Below the bars, two names in a line of a narrow page: above them it would cover the title.
    below = 26 * -(-len(drawn.data) // 2)
    drawn.update_layout(height=drawn.layout.height + below, margin_b=70 + below)
    drawn.update_layout(legend={"yref": "container", "y": 0.01, "yanchor": "bottom"})
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
            parts["on_cpu_s"] = on_cpu_s = min(inside_s, work.cpu_s / workers)
            if work.run_delay_s is None:
                parts["off_cpu_s"] = inside_s - on_cpu_s
            else:
                parts["queued_s"] = queued_s = min(inside_s - on_cpu_s, work.run_delay_s / workers)
                parts["blocked_s"] = inside_s - on_cpu_s - queued_s
    return {key: value for key, value in parts.items() if value is not None}


def _middle(repeats: Sequence[Mapping[str, float]]) -> dict[str, float]:
    keys = dict.fromkeys(key for parts in repeats for key in parts)
    return {key: median(parts[key] for parts in repeats if key in parts) for key in keys}
