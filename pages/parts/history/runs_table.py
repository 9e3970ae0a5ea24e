"""Runs as a table whose rows can be selected.

What is selected are runs, not rows: when the list changes, a run that is still in it stays selected wherever it stands
now, and one that has left it is selected no more. Streamlit itself keeps the numbers of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from typing import Literal

import pandas as pd
import streamlit as st

from engine.model import Run
from pages.parts.run.headline import title_of
from pages.parts.shared.server import store
from pages.parts.shared.starting import show
from pages.parts.shared.words import STATES, moment


def recent(limit: int = 5) -> None:
    """The last runs of this server; clicking one opens it."""
    runs = store().runs(limit=limit)
    if not runs:
        st.caption("Nothing has run here yet.")
        return
    open_selected(runs, "recent")


def open_selected(runs: Sequence[Run], key: str) -> None:
    """Draw the runs; clicking one opens it."""
    chosen = runs_table(runs, key, "single-row")
    if chosen:
        del st.session_state[_selected(key)]  # who comes back finds none selected, or it would open again
        show(chosen[0])


def runs_table(runs: Sequence[Run], key: str, mode: Literal["single-row", "multi-row"]) -> list[Run]:
    """Draw the runs and give those that are selected."""
    timezone = st.context.timezone
    rows = [
        (
            run.id, title_of(run)[0], run.title, _how(run), STATES[run.state][0],
            _share(run), run.tasks, run.failed, moment(run.created_at, timezone), run.label, _marks(run),
        )
        for run in runs
    ]  # fmt: skip
    columns = ["Run", "What", "Title", "How", "State", "Done", "Tasks", "Failed", "Started", "Label", "Marks"]
    shown = columns if mode == "multi-row" and any(run.label or _marks(run) for run in runs) else columns[:-2]
    tokens = [run.token for run in runs]
    selected = [token for token in st.session_state.get(_selected(key), []) if token in tokens]
    st.session_state[_selected(key)] = selected
    # Another list is another table, so that no number of a row outlives the list that it was about.
    table = f"{key}:{blake2b(' '.join(tokens).encode(), digest_size=8).hexdigest()}"
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        column_order=shown,
        on_select=partial(_select, key, table, tokens),
        selection_mode=mode,
        selection_default={"selection": {"rows": [tokens.index(token) for token in selected]}},
        column_config={
            "Run": st.column_config.NumberColumn(width=60, format="%d"),
            "Title": st.column_config.TextColumn(width="medium"),
            "Done": st.column_config.ProgressColumn(format="percent", width="small"),
            "Tasks": st.column_config.NumberColumn(width=90, format="localized"),
            "Failed": st.column_config.NumberColumn(width="small", format="localized"),
            "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
        placeholder="",
        alt="Runs",
        key=table,
    )
    return [run for run in runs if run.token in selected]


def _select(key: str, table: str, tokens: Sequence[str]) -> None:
    """Remember which runs are selected; called before the page is drawn, with the list that the reader saw."""
    rows = st.session_state[table]["selection"]["rows"]
    st.session_state[_selected(key)] = [tokens[row] for row in rows if row < len(tokens)]


def _selected(key: str) -> str:
    return f"selected:{key}"


def _share(run: Run) -> float | None:
    """How much is done, 0 to 1; None for a comparison that did not finish, because it runs its tasks many times."""
    if run.kind == "comparison":
        return 1.0 if run.state == "finished" else None
    return run.done / run.tasks if run.tasks else 0.0


def _marks(run: Run) -> str | None:
    """What else its reader has to know of a run."""
    marks = ["pinned"] if run.pinned else []
    marks += ["note"] if run.note else []
    marks += ["shared"] if run.shared else []
    return ", ".join(marks) or None


def _how(run: Run) -> str:
    if run.kind == "experiment":
        return "measured"
    return run.configurations[0].label if len(run.configurations) == 1 else f"{len(run.configurations)} configurations"
