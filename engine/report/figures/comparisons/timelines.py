"""The timelines of several configurations, one above the other on one time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plotly.subplots import make_subplots

from engine.model import Configuration, Trial
from engine.report.figures.comparisons.configurations import NO_TRIAL, finished
from engine.report.figures.jobs.tasks import TIME, Rows, Tasks, tasks_from
from engine.report.figures.jobs.timeline import traces, worker_axis
from engine.report.figures.theme import escape, figure, nothing, template

MOST = 12


def middle_trials(trials: Sequence[Trial]) -> list[Trial]:
    """Of each configuration the trial of median wall time (the lower one of an even number), at most MOST of them."""
    groups = finished(trials).values()
    ordered = (sorted(group, key=lambda trial: trial.measurement.wall_s or 0.0) for group in groups)
    return [group[(len(group) - 1) // 2] for group in ordered][:MOST]


def timelines(pairs: Sequence[tuple[Configuration, Rows | Tasks]], dark: bool = False) -> Any:
    """One timeline for each (configuration, rows), on a common time axis.

    Rows are in TASK_COLUMNS's order, each of one trial: take those of `middle_trials`.
    """
    drawn_pairs = [(one, tasks) for one, rows in pairs if len(tasks := tasks_from(rows))]
    if not drawn_pairs:
        return nothing("Timelines", NO_TRIAL, dark)
    heights = [max(2, min(16, len(tasks.workers))) for _, tasks in drawn_pairs]
    gap_px, row_px = 34, 12
    total_px = sum(heights) * row_px + gap_px * len(heights) + 90
    drawn = make_subplots(
        rows=len(heights),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=min(gap_px / total_px, 0.9 / max(1, len(heights) - 1)) if len(heights) > 1 else 0,
        subplot_titles=[escape(one.label) for one, _ in drawn_pairs],
    )
    meta: Mapping[str, Any] = figure("", dark=dark).layout.meta
    title = "Timelines, the repeat of median wall time"
    # One call for all rows: each costs plotly another look at all that is there.
    marks = [
        (trace, row)
        for row, (one, tasks) in enumerate(drawn_pairs, 1)
        for trace in traces(tasks, one, dark, legend=False)
    ]
    drawn.add_traces([trace for trace, _ in marks], rows=[row for _, row in marks], cols=[1] * len(marks))
    axes = {
        f"yaxis{row if row > 1 else ''}": {**worker_axis(tasks.workers), "showticklabels": False}
        for row, (_, tasks) in enumerate(drawn_pairs, 1)
    }
    drawn.update_layout(
        template=template(dark), height=total_px, meta=meta, title_text=title, barmode="overlay", bargap=0.1, **axes
    )
    drawn.update_xaxes(range=[0, max(tasks.end_s for _, tasks in drawn_pairs) * 1.01])
    drawn.update_xaxes(title_text=TIME, row=len(heights))
    drawn.update_annotations(x=0, xanchor="left", font_size=12)
    return drawn
