"""Figures of a comparison: wall times, speedups, where the time went, memory, timelines on one axis.

Every mark is a finished trial or an interval of the verdict; the fitted curve is drawn and named as a fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.analysis.samples import sample_from
from engine.analysis.scaling import Scaling, curves_of, scaling
from engine.figures.colours import executor_colour, theme
from engine.figures.look import escape, figure, nothing
from engine.model import Configuration, Trial, configuration_from

_ROW = 34
NO_TRIAL = "No trial has finished yet."


def finished(trials: Sequence[Trial]) -> dict[Configuration, list[Trial]]:
    """The finished, timed trials of each configuration, in order of first appearance."""
    found: dict[Configuration, list[Trial]] = {}
    for trial in trials:
        if trial.state == "finished" and trial.measurement.wall_s:
            found.setdefault(trial.configuration, []).append(trial)
    return found


def wall_times(trials: Sequence[Trial], dark: bool = False) -> Any:
    """Every repeat a dot, the median a bar across, in seconds."""
    return _dots(trials, "Wall time, every repeat a dot", "Wall time (s)", _wall_s, "s", dark)


def memory_by_configuration(trials: Sequence[Trial], dark: bool = False) -> Any:
    """Peak memory of the whole process tree: every repeat a dot, the median a bar across, in MB of 10^6 bytes."""
    return _dots(trials, "Peak memory, every repeat a dot", "Peak memory (MB)", _peak_mb, "MB", dark)


def _wall_s(trial: Trial) -> float | None:
    return trial.measurement.wall_s


def _peak_mb(trial: Trial) -> float | None:
    return trial.measurement.peak_pss_mb


def _dots(
    trials: Sequence[Trial], title: str, axis: str, read: Callable[[Trial], float | None], unit: str, dark: bool
) -> Any:
    groups = finished(trials)
    values = {
        one: [(trial, value) for trial in group if (value := read(trial)) is not None] for one, group in groups.items()
    }
    values = {one: pairs for one, pairs in values.items() if pairs}
    if not values:
        return nothing(title, NO_TRIAL, dark)
    drawn = figure(title, axis, None, dark, 130 + _ROW * len(values))
    for row, (one, pairs) in enumerate(values.items()):
        drawn.add_trace(_repeats(one, row, pairs, unit, dark))
        middle = median(value for _, value in pairs)
        drawn.add_shape(
            type="line", x0=middle, x1=middle, y0=row - 0.34, y1=row + 0.34,
            line={"color": theme(dark).text, "width": 2},
        )  # fmt: skip
        drawn.add_annotation(
            x=middle, y=row - 0.34, text=f"{middle:.3g} {unit}", showarrow=False, yanchor="bottom",
            font={"size": 11, "color": theme(dark).muted},
        )  # fmt: skip
    drawn.update_xaxes(rangemode="tozero")
    _name_rows(drawn, list(values))
    return drawn


def _repeats(one: Configuration, row: int, pairs: Sequence[tuple[Trial, float]], unit: str, dark: bool) -> Any:
    # Repeats of nearly equal value would cover each other: they stand a little apart, in the order in which they ran.
    apart = np.linspace(-0.18, 0.18, len(pairs)) if len(pairs) > 1 else np.zeros(1)
    return go.Scatter(
        x=[value for _, value in pairs],
        y=row + apart,
        mode="markers",
        showlegend=False,
        marker={
            "color": executor_colour(one.executor), "size": 9, "opacity": 0.85,
            "line": {"color": theme(dark).paper, "width": 1},
        },
        hovertext=[f"{escape(one.label)}<br>repeat {trial.repeat + 1}" for trial, _ in pairs],
        hovertemplate="%{hovertext}: %{x:.4g} " + unit + "<extra></extra>",
    )  # fmt: skip


def _name_rows(drawn: Any, configurations: Sequence[Configuration]) -> None:
    drawn.update_yaxes(
        tickvals=list(range(len(configurations))),
        ticktext=[escape(one.label, 40) for one in configurations],
        range=[len(configurations) - 0.4, -0.75],
        showgrid=False,
    )


# -- speedups ------------------------------------------------------------------


def fits_of(trials: Sequence[Trial], baseline: Configuration) -> dict[Configuration, Scaling]:
    """The scaling law of each family of configurations that differ in their workers only, where it could be fitted."""
    samples = [sample for trial in trials if (sample := sample_from(trial, ()))]
    heads = {_family(sample.configuration): sample.configuration for sample in samples}
    fitted = {
        head: scaling(curves_of(samples, baseline, head)) for head in heads.values() if head.executor != "sequential"
    }
    return {head: fit for head, fit in fitted.items() if fit.single is not None}


def _family(one: Configuration) -> Configuration:
    return Configuration(one.executor, 1, one.start_method, one.chunk, one.python)


def speedups(
    verdict: Mapping[str, Any] | None, fits: Mapping[Configuration, Scaling] | None = None, dark: bool = False
) -> Any:
    """Speedup against workers: the verdict's estimates with their intervals, the ideal line, and fits as thin lines.

    `verdict` is the plain one of a run; `fits` come from `fits_of`.
    """
    rows = (verdict or {}).get("rows") or []
    if not verdict or not rows:
        return nothing("Speedup", "A speedup is shown when the verdict is there.", dark)
    baseline = configuration_from(verdict["baseline"])
    families: dict[Configuration, list[Mapping[str, Any]]] = {}
    for row in rows:
        families.setdefault(_family(configuration_from(row["configuration"])), []).append(row)
    drawn = figure(f"Speedup against {escape(baseline.label)}", "Workers", "Speedup (times as fast)", dark, 380)
    _add_ideal(drawn, max(row["configuration"]["workers"] for row in rows), rows, dark)
    for family, members in families.items():
        drawn.add_trace(_measured(family, members))
    for head, fit in (fits or {}).items():
        drawn.add_trace(_fit(head, fit))
    drawn.update_xaxes(rangemode="tozero", dtick=1 if max(_counts(rows)) <= 12 else None)
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_layout(showlegend=True)
    return drawn


def _counts(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(row["configuration"]["workers"]) for row in rows]


def _add_ideal(drawn: Any, most: int, rows: Sequence[Mapping[str, Any]], dark: bool) -> None:
    """The line on which N workers are N times as fast, no further than the figure needs."""
    highest = max(row["ratio"]["high"] or row["ratio"]["estimate"] for row in rows)
    end = min(most, max(2.0, 1.3 * highest))
    drawn.add_scatter(
        x=[1, end], y=[1, end], mode="lines", name="ideal", hoverinfo="skip",
        line={"color": theme(dark).muted, "width": 1, "dash": "dash"},
    )  # fmt: skip


def _measured(family: Configuration, rows: Sequence[Mapping[str, Any]]) -> Any:
    ordered = sorted(rows, key=lambda row: int(row["configuration"]["workers"]))
    ratios = [row["ratio"] for row in ordered]
    known = [ratio["low"] is not None and ratio["high"] is not None for ratio in ratios]
    up = [ratio["high"] - ratio["estimate"] if one else 0 for ratio, one in zip(ratios, known, strict=True)]
    down = [ratio["estimate"] - ratio["low"] if one else 0 for ratio, one in zip(ratios, known, strict=True)]
    return go.Scatter(
        x=_counts(ordered),
        y=[ratio["estimate"] for ratio in ratios],
        error_y={"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1.5, "width": 4},
        mode="markers",
        name=escape(_kind(family)),
        marker={"color": executor_colour(family.executor), "size": 9},
        hovertext=[_ratio_words(row) for row in ordered],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _kind(family: Configuration) -> str:
    """The family's name without a worker count."""
    return family.label.replace(f"{family.executor} × 1", family.executor)


def _ratio_words(row: Mapping[str, Any]) -> str:
    ratio = row["ratio"]
    label = configuration_from(row["configuration"]).label
    interval = "" if ratio["low"] is None else f" ({ratio['low']:.2f}–{ratio['high']:.2f})"
    return f"{escape(label)}: {ratio['estimate']:.2f}×{interval}"


def _fit(head: Configuration, fit: Scaling) -> Any:
    across = np.linspace(fit.counts[0], fit.counts[-1], 80)
    return go.Scatter(
        x=across,
        y=[fit.speedup(float(workers)) for workers in across],
        mode="lines",
        name=escape(f"fit: {_kind(_family(head))}"),
        line={"color": executor_colour(head.executor), "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )


# -- where the time went -------------------------------------------------------


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
    drawn = figure("Where the time went, median of the repeats", "Time (s)", None, dark, 150 + _ROW * len(groups))
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
    _name_rows(drawn, list(groups))
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
