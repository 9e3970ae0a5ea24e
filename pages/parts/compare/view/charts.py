"""A comparison's charts: wall time, speedup, where the time went, memory, and the timelines on one axis."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.model import Run, Trial, configuration_from
from pages.parts.shared.server import is_dark, store


def charts(run: Run, trials: Sequence[Trial]) -> None:
    """Draw them from finished trials, without the warm-up."""
    from engine.report import figures

    kept, dark = store(), is_dark()
    found = run.verdict or {}
    fits = figures.fits_of(trials, configuration_from(found["baseline"])) if found.get("rows") else None
    work = figures.work_of(kept.records.columns(trials, *figures.WORK_COLUMNS))
    drawn = (
        ("walls", figures.wall_times(trials, dark), "Wall time of each configuration, every repeat a dot"),
        ("speedups", figures.speedups(found, fits, dark), "Speedup against workers, measured, ideal and fitted"),
        ("where", figures.where_time_went(trials, work, dark), "Where each configuration's time went"),
        ("memory", figures.memory_by_configuration(trials, dark), "Peak memory of each configuration"),
    )
    for pair in (drawn[:2], drawn[2:]):
        height = max(figure.layout.height for _, figure, _ in pair)
        for _, figure, _ in pair:
            figure.update_layout(height=height)
    with st.grid(2, min_column_width=420, key="charts"):
        for name, figure, alt in drawn:
            with st.container(border=True, height="stretch"):
                st.plotly_chart(figure, theme=None, config=figures.CONFIG, alt=alt, key=f"figure_{name}")
    middle = figures.middle_trials(trials)
    rows = [(trial.configuration, kept.records.columns([trial], *figures.TASK_COLUMNS)) for trial in middle]
    with st.container(border=True):
        st.plotly_chart(
            figures.timelines(rows, dark), theme=None, config=figures.CONFIG, key="figure_timelines",
            alt="Each worker's tasks over time, one configuration above the other on one time axis",
        )  # fmt: skip
