"""A comparison's two tables: one row a configuration, and one row a trial in the order in which they ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import Configuration, Run, Trial
from engine.report.comparing import COLUMNS as COLUMNS_OF_ALL
from engine.report.comparing import configuration_rows, label_of
from engine.text import seconds
from pages.parts.shared.words import STATES, literal

HEAD_PX, ROW_PX = 38, 35
"""Of Streamlit's tables: the header with the borders, and a row."""
SECONDS = st.column_config.NumberColumn(format="%.3f s")


def configurations_table(run: Run, trials: Sequence[Trial]) -> None:
    """The verdict's figures; before there is a verdict, how long each configuration took so far."""
    table = _rows(run.verdict, trials) if run.verdict and run.verdict.get("figures") else _so_far(trials)
    st.dataframe(
        table,
        hide_index=True,
        height=HEAD_PX + ROW_PX * len(table),  # told, so that what is below has its place before the table is drawn
        column_config={
            "Take": st.column_config.TextColumn(width=50, help="What is recommended.", alignment="center"),
            "Configuration": st.column_config.TextColumn(pinned=True),
            "Times": st.column_config.ProgressColumn(
                format=" ", min_value=0, max_value=_highest(table), width="small",
                help="Times as fast as the baseline, as a bar; the number stands beside it.",
            ),
            "Speedup": st.column_config.TextColumn(help="Against the baseline, with its interval."),
            "Wall time": st.column_config.TextColumn(
                help="From the first task handed over to the last result; the median of the repeats, as in the chart."
            ),
            "Our own part": st.column_config.NumberColumn(
                format="percent", help="What the engine's loop and its records added to the time; other code has none."
            ),
            "Peak memory": st.column_config.NumberColumn(format="%.0f MB", help="Of the whole process tree, median."),
            "Cores busy": st.column_config.NumberColumn(format="%.1f", help="CPU time ÷ wall time."),
            "Tasks at once": st.column_config.NumberColumn(format="%.1f", help="Summed task time ÷ wall time."),
        },
        placeholder="–",
        alt="Each configuration's speedup, time, memory and cores busy",
        key="configurations",
    )


def _rows(found: Mapping[str, Any], trials: Sequence[Trial]) -> pd.DataFrame:
    """A row for each configuration, the fastest first, the recommended one ticked."""
    baseline = label_of(found["baseline"]) if found.get("baseline") else None
    rows = [
        (
            "✓" if row.recommended else "", row.label,
            1.0 if row.label == baseline else (row.ratio or {}).get("estimate"),
            row.speedup, row.wall, row.startup, row.peak_mb, row.cores_busy, row.tasks_at_once, row.trials, row.failed,
            row.own_part,
        )
        for row in configuration_rows(found, trials)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Take", COLUMNS_OF_ALL[0], "Times", *COLUMNS_OF_ALL[1:]])


def _highest(table: pd.DataFrame) -> float:
    """Where the bars of the column of speedups end."""
    return float(table["Times"].max()) if "Times" in table and table["Times"].notna().any() else 1.0


def _so_far(trials: Sequence[Trial]) -> pd.DataFrame:
    walls: dict[Configuration, list[float]] = {}
    for trial in trials:
        if trial.state == "finished" and trial.measurement.wall_s is not None:
            walls.setdefault(trial.configuration, []).append(trial.measurement.wall_s)
    rows = [(one.label, seconds(median(values)), len(values)) for one, values in walls.items()]
    return pd.DataFrame(rows, columns=["Configuration", "Wall time", "Trials"])


def trials_table(trials: Sequence[Trial]) -> None:
    """Every trial as it ran; the warm-up is there and said to be thrown away."""
    with st.container(key="trials_open"):
        st.caption(f"All {len(trials)} trials, in the order in which they ran.")
        st.dataframe(
            pd.DataFrame([_row(trial) for trial in trials], columns=COLUMNS),
            hide_index=True,
            column_config={
                **dict.fromkeys(("Python", "Start-up", "Wall time", "Tear-down", "CPU time"), SECONDS),
                "Peak memory": st.column_config.NumberColumn(format="%.1f MB"),
                "Others": st.column_config.NumberColumn(
                    format="percent", help="The share of the machine that other programs used meanwhile."
                ),
            },
            placeholder="–",
            alt="Every trial with its times, its memory and its failures",
            key="trials",
        )
        failed = [trial for trial in trials if trial.message]
        for trial in failed[:5]:
            st.caption(f"Trial {trial.order + 1}, {literal(trial.configuration.label)}: {literal(trial.message or '')}")


COLUMNS = [
    "Order", "Block", "Configuration", "State", "Succeeded", "Failed", "Python", "Start-up", "Wall time", "Tear-down",
    "CPU time", "Peak memory", "Others",
]  # fmt: skip


def _row(trial: Trial) -> tuple[object, ...]:
    measured = trial.measurement
    block = "warm-up, discarded" if trial.repeat < 0 else str(trial.repeat + 1)
    return (
        trial.order + 1, block, trial.configuration.label, STATES[trial.state][0], trial.ok, trial.failed,
        measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s, measured.cpu_s,
        measured.peak_pss_mb, measured.other_busy,
    )  # fmt: skip
