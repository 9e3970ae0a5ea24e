"""The tabs of a comparison that is over: why, scaling, timelines, memory, trials, and what can be taken home.

Only the open one is drawn: a tab that nobody looks at costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from engine.model import Configuration, Run, Trial, configuration_from
from engine.report.comparing import laws
from pages.parts.compare.view.exports import exports
from pages.parts.compare.view.figure import figure
from pages.parts.compare.view.reasons import reasons
from pages.parts.compare.view.tables import trials_table
from pages.parts.shared.server import is_dark, store
from pages.parts.shared.words import literal

NAMES = ("Why", "Scaling", "Timelines", "Memory", "Trials", "Take home")
SHOWN = 2
"""So many timelines stand there at first: the baseline's and the best one's."""


def sections(run: Run, trials: Sequence[Trial], finished: Sequence[Trial]) -> None:
    """Draw the tabs; `finished` are the timed trials, the fastest configuration first."""
    drawn: tuple[Callable[[], None], ...] = (
        lambda: reasons(run, finished),
        lambda: _scaling(run, finished),
        lambda: _timelines(run, finished),
        lambda: _memory(finished),
        lambda: _trials(trials, finished),
        lambda: exports(run),
    )
    tabs = st.tabs(NAMES, key=f"sections:{run.token}", on_change="rerun")
    for tab, draw in zip(tabs, drawn, strict=True):
        if tab.open:
            with tab:
                draw()


def _scaling(run: Run, finished: Sequence[Trial]) -> None:
    from engine.report import figures

    found = run.verdict or {}
    fits = figures.fits_of(finished, configuration_from(found["baseline"])) if found.get("rows") else None
    figure(
        figures.speedups(found, fits, is_dark()), "speedups", "Speedup against workers, measured, ideal and fitted"
    )
    fitted, unfitted = laws(found)
    for name, text in fitted:
        st.markdown(f"- **{literal(name)}**, with more workers: {literal(text)}")
    if unfitted:
        st.caption(literal(unfitted))


def _timelines(run: Run, finished: Sequence[Trial]) -> None:
    from engine.report import figures

    # Code that is measured beside the engine keeps no records: of it there is nothing to draw.
    ours = [trial for trial in finished if trial.configuration.reference is None]
    middle = {trial.configuration.label: trial for trial in figures.middle_trials(ours)}
    if not middle:
        st.caption("No trial of the engine's own has finished.")
        return
    told = configuration_from((run.verdict or {}).get("baseline") or run.terms["baseline"])
    baseline = replace(told, reference=None).label
    first = [label for label in middle if label != baseline][: SHOWN - 1]
    preset = [*([baseline] if baseline in middle else []), *first]
    chosen = st.pills(
        "Configurations", list(middle), default=preset, selection_mode="multi", key=f"lanes:{run.token}", wrap=True,
        format_func=literal,
    )  # fmt: skip
    shown = [middle[label] for label in dict.fromkeys([*preset, *middle]) if label in chosen]
    rows: list[tuple[Configuration, Any]] = [
        (trial.configuration, store().records.columns([trial], *figures.TASK_COLUMNS)) for trial in shown
    ]
    figure(
        figures.timelines(rows, is_dark()), "timelines",
        "Each worker's tasks over time, one configuration above the other on one time axis",
    )  # fmt: skip


def _memory(finished: Sequence[Trial]) -> None:
    from engine.report import figures

    figure(figures.memory_by_configuration(finished, is_dark()), "memory", "Peak memory of each configuration")


def _trials(trials: Sequence[Trial], finished: Sequence[Trial]) -> None:
    from engine.report import figures

    figure(
        figures.wall_times(finished, is_dark()), "walls", "Wall time of each configuration, every repeat a dot"
    )
    trials_table(trials)
