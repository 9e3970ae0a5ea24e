"""Wall times and memory of a comparison's configurations: every finished trial is a mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
import plotly.graph_objects as go

from engine.model import Configuration, Trial
from engine.report.figures.colours import executor_colour, theme
from engine.report.figures.theme import escape, figure, nothing, seconds

ROW = 44
"""Pixels of one configuration's row."""
NO_TRIAL = "No trial has finished yet."


def finished(trials: Sequence[Trial]) -> dict[Configuration, list[Trial]]:
    """The finished, timed trials of each configuration, in order of first appearance; a warm-up (repeat -1) is none."""
    found: dict[Configuration, list[Trial]] = {}
    for trial in trials:
        if trial.state == "finished" and trial.repeat >= 0 and trial.measurement.wall_s:
            found.setdefault(trial.configuration, []).append(trial)
    return found


def wall_times(trials: Sequence[Trial], dark: bool = False) -> Any:
    """Every repeat a dot, the median a bar across, in seconds."""
    title = "Wall time: repeats and their median"
    return _dots(trials, title, "Wall time (s)", _wall_s, "s", seconds, dark)


def memory_by_configuration(trials: Sequence[Trial], dark: bool = False) -> Any:
    """Peak memory of the whole process tree: every repeat a dot, the median a bar across, in MB of 10^6 bytes."""
    title = "Peak memory: repeats and their median"
    return _dots(trials, title, "Peak memory (MB)", _peak_mb, "MB", lambda value: f"{value:.3g} MB", dark)


def _wall_s(trial: Trial) -> float | None:
    return trial.measurement.wall_s


def _peak_mb(trial: Trial) -> float | None:
    return trial.measurement.peak_pss_mb


def _dots(
    trials: Sequence[Trial],
    title: str,
    axis: str,
    read: Callable[[Trial], float | None],
    unit: str,
    say: Callable[[float], str],
    dark: bool,
) -> Any:
    groups = finished(trials)
    values = {
        one: [(trial, value) for trial in group if (value := read(trial)) is not None] for one, group in groups.items()
    }
    values = {one: pairs for one, pairs in values.items() if pairs}
    if not values:
        return nothing(title, NO_TRIAL, dark)
    drawn = figure(title, axis, None, dark, 130 + ROW * len(values))
    rows = list(enumerate(values.items()))
    drawn.add_traces([_repeats(one, row, pairs, unit, dark) for row, (one, pairs) in rows])
    # All at once: plotly looks at every shape again for each one that is added, seconds for fifty configurations.
    drawn.update_layout(
        shapes=[_median_bar(row, pairs, dark) for row, (_, pairs) in rows],
        annotations=[*drawn.layout.annotations, *(_median_text(row, pairs, say, dark) for row, (_, pairs) in rows)],
    )
    drawn.update_xaxes(rangemode="tozero")
    name_rows(drawn, list(values))
    return drawn


def _median_bar(row: int, pairs: Sequence[tuple[Trial, float]], dark: bool) -> dict[str, Any]:
    middle = median(value for _, value in pairs)
    line = {"color": theme(dark).text, "width": 2}
    return {"type": "line", "x0": middle, "x1": middle, "y0": row - 0.16, "y1": row + 0.36, "line": line}


def _median_text(
    row: int, pairs: Sequence[tuple[Trial, float]], say: Callable[[float], str], dark: bool
) -> dict[str, Any]:
    """The number stands on the line that it names: beside the dots it would read as the last one's."""
    middle = median(value for _, value in pairs)
    return {
        "x": middle, "y": row - 0.16, "text": say(middle), "showarrow": False, "yanchor": "bottom", "borderpad": 0,
        "font": {"size": 12, "color": theme(dark).text},
    }  # fmt: skip


def _repeats(one: Configuration, row: int, pairs: Sequence[tuple[Trial, float]], unit: str, dark: bool) -> Any:
    # Repeats of nearly equal value would cover each other: they stand a little apart, in the order in which they ran.
    apart = np.linspace(-0.1, 0.3, len(pairs)) if len(pairs) > 1 else np.array([0.1])
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


def name_rows(drawn: Any, configurations: Sequence[Configuration]) -> None:
    """A row for each configuration, the first on top."""
    drawn.update_yaxes(
        tickvals=list(range(len(configurations))),
        ticktext=[escape(one.label, 40) for one in configurations],
        range=[len(configurations) - 0.4, -0.7],
        showgrid=False,
    )
