"""Runs as a table whose rows open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from engine.model import Run
from pages.parts.headline import title_of
from pages.parts.server import store
from pages.parts.starting import show
from pages.parts.words import STATES, moment


def recent(limit: int = 5) -> None:
    """The last runs of this server; clicking one opens it."""
    runs = store().runs(limit=limit)
    if not runs:
        st.caption("Nothing has run here yet.")
        return
    chosen = runs_table(runs, "recent", "single-row")
    if chosen:
        show(chosen[0])


def runs_table(runs: Sequence[Run], key: str, mode: Literal["single-row", "multi-row"]) -> list[Run]:
    """Draw the runs and give those that are selected."""
    timezone = st.context.timezone
    rows = [
        (
            run.id, title_of(run)[0], run.title, _how(run), STATES[run.state][0],
            _share(run), run.tasks, run.failed, moment(run.created_at, timezone),
        )
        for run in runs
    ]  # fmt: skip
    columns = ["Run", "What", "Title", "How", "State", "Done", "Tasks", "Failed", "Started"]
    event = st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        on_select="rerun",
        selection_mode=mode,
        column_config={
            "Run": st.column_config.NumberColumn(width=60, format="%d"),
            "Title": st.column_config.TextColumn(width="medium"),
            "Done": st.column_config.ProgressColumn(format="percent", width="small"),
            "Failed": st.column_config.NumberColumn(width="small"),
            "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
        alt="Runs, the newest first",
        key=key,
    )
    return [runs[row] for row in event.selection.rows if row < len(runs)]


def _share(run: Run) -> float | None:
    """How much is done, 0 to 1; None for a comparison that did not finish, because it runs its tasks many times."""
    if run.kind == "comparison":
        return 1.0 if run.state == "finished" else None
    return run.done / run.tasks if run.tasks else 0.0


def _how(run: Run) -> str:
    if run.kind == "experiment":
        return "measured"
    return run.configurations[0].label if len(run.configurations) == 1 else f"{len(run.configurations)} configurations"
