"""Failures grouped by reason, and "retry failed"."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine import jobs
from engine.model import ENDED, Run
from pages.parts.containment import containment
from pages.parts.guard import guard
from pages.parts.pictures import is_imported
from pages.parts.server import store
from pages.parts.words import counted, in_words

SHOWN = 1_000
"""Failed tasks that are listed one by one; the export has them all."""


def failures(run: Run) -> None:
    """One line a reason with its count and an example, the button that tries them again, then every failed task."""
    grouped = store().records.failures(run)
    if not grouped:
        st.caption("Nothing has failed.")
        return
    containment(run, {reason for reason, _, _ in grouped})
    if run.state in ENDED and run.kind == "job" and not is_imported(run):
        _retry(run, [(reason, count) for reason, _, count in grouped])
    st.dataframe(
        pd.DataFrame(
            [(in_words(reason), count, example) for reason, example, count in grouped],
            columns=["Reason", "Tasks", "For example"],
        ),
        hide_index=True,
        column_config={
            "Reason": st.column_config.TextColumn(width="medium"),
            "Tasks": st.column_config.NumberColumn(width="small"),
            "For example": st.column_config.TextColumn(width="large"),
        },
        alt="Failed tasks by reason",
        key="reasons",
    )
    with st.expander("Every failed task", key="every_failure", on_change="rerun") as opened:
        if opened.open:
            _each(run)


def _retry(run: Run, grouped: list[tuple[str, int]]) -> None:
    every = sum(count for _, count in grouped)
    counts: dict[str | None, int] = {None: every, **dict(grouped)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = None
        if len(grouped) > 1:
            chosen = st.selectbox(
                "Try again",
                list(counts),
                format_func=lambda reason: f"{in_words(reason) if reason else 'All'} ({counts[reason]:,})",
                key="retry_reason",
                width=320,
            )
        label = "Retry failed" if chosen is None else "Retry these"
        pressed = st.button(label, icon=":material/refresh:", key="retry", type="primary")
    if pressed:
        with guard():
            jobs.retry(store(), run, None if chosen is None else _tasks(run, chosen))
        st.rerun()


def _tasks(run: Run, reason: str) -> list[int]:
    rows = store().records.latest_columns(run, "task", "status", "reason")
    return [task for task, status, said in rows if status == "failed" and said == reason]


def _each(run: Run) -> None:
    records = store().records.latest(run, status="failed", limit=SHOWN)
    rows = [(record.label, in_words(record.reason), record.error, record.attempts) for record in records]
    st.dataframe(
        pd.DataFrame(rows, columns=["Task", "Reason", "What happened", "Tries"]),
        hide_index=True,
        placeholder="",
        alt="Every failed task with its reason",
        key="each_failure",
    )
    if run.failed > SHOWN:
        st.caption(f"The first {SHOWN:,} of {counted(run.failed, 'failed task')}; the CSV has them all.")
