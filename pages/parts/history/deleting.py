"""The question before runs are deleted, and the deleting itself."""

from __future__ import annotations

import streamlit as st

from engine.errors import InputRefused
from engine.model import ENDED, Run
from pages.parts.shared.guard import guard
from pages.parts.shared.person import must_be_own
from pages.parts.shared.server import store
from pages.parts.shared.words import literal, moment

NAMED = 8
"""So many of the runs that are to be deleted are named one by one."""


@st.dialog("Delete for good?", icon=":material/delete:")
def ask_to_delete(runs: list[Run]) -> None:
    """Ask before runs and their files go; each is named by number, time and title."""
    for run in runs[:NAMED]:
        st.markdown(f"**Run {run.id}** · {when(run)} · {literal(run.title)}")
    if len(runs) > NAMED:
        st.markdown(f"and {len(runs) - NAMED:,} more.")
    whose = "Its records, its uploads" if len(runs) == 1 else "Their records, their uploads"
    st.write(f"{whose} and what was made of them go, too.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep", key="keep"):
            st.rerun()
        if st.button("Delete", type="primary", icon=":material/delete:", key="delete_now"):
            with guard():
                for run in runs:
                    delete(run)
            st.rerun()


def delete(run: Run) -> None:
    """Delete a run, unless it is gone or goes on again since it was selected. Raises InputRefused."""
    if not store().exists(run.token):
        return
    now = store().run(run.token)
    if now.state not in ENDED:
        raise InputRefused(f"Run {run.id} goes on again: cancel it first, or wait for its end.")
    must_be_own(now)
    store().delete(now)


def when(run: Run) -> str:
    """When a run was started, in the reader's time zone."""
    at = moment(run.created_at, st.context.timezone)
    return f"{at:%d %B %Y, %H:%M}" if at else "an unknown time"
