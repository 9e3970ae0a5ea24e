"""The last runs as rows that are links: what ran, how it stands, how long it took, what came of it, and when."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from engine.model import ENDED, Run
from engine.report.standings import headline
from engine.text import counted, duration
from pages.parts.run.headline import title_of
from pages.parts.shared.server import RUN, store
from pages.parts.shared.words import literal, moment, state_of

ICONS = {"comparison": ":material/balance:", "experiment": ":material/science:"}
LIMIT = 6
STATE_PX, TOOK_PX, CAME_PX, WHEN_PX = 150, 84, 170, 96
"""So wide is what stands behind a title; on a telephone it stands below."""


def last_runs() -> None:
    """A row for each of the last runs of this server; its title opens it."""
    runs = store().runs(limit=LIMIT)
    if not runs:
        st.caption("Nothing has run here yet.")
        return
    with st.container(border=True, key="last_runs", gap="xsmall"):
        for run in runs:
            _row(run)


def _row(run: Run) -> None:
    icon = ICONS.get(run.kind) or title_of(run)[2]
    word, state_icon, colour = state_of(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = f"{run.id} · {literal(run.title)}"
        st.page_link("run.py", label=label, icon=icon, query_params={RUN: run.token}, width="stretch")
        st.badge(word, icon=state_icon, color=colour, width=STATE_PX)  # type: ignore[arg-type]
        st.caption(literal(_took(run)), width=TOOK_PX)
        st.markdown(f":small[{literal(outcome(run)) or '–'}]", width=CAME_PX)
        st.caption(literal(_when(run)), width=WHEN_PX)


def outcome(run: Run) -> str:
    """What came of a run, in some three words: ``threads × 2 1.7×``, ``2 of 97 failed``; empty while nothing did."""
    if run.kind == "comparison":
        found = headline(run.verdict)
        return f"{found.who.split(',')[0].split(' and ')[0]} {found.number}" if found and found.number else ""
    if run.kind == "experiment":
        parts = (run.verdict or {}).get("experiments") or []
        return counted(len(parts), "experiment") if parts else ""
    if run.failed:
        return f"{run.failed:,} of {run.tasks:,} failed"
    return f"all {run.tasks:,} done" if run.state == "finished" else run.so_far


def _took(run: Run) -> str:
    if run.state not in ENDED or not run.started_at or not run.ended_at:
        return ""
    took_s = (datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)).total_seconds()
    return duration(took_s) if took_s >= 0 else ""  # the clock was set back meanwhile


def _when(run: Run) -> str:
    timezone = st.context.timezone
    at, now = moment(run.created_at, timezone), moment(datetime.now().astimezone().isoformat(), timezone)
    if at is None or now is None:
        return ""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%b, %H:%M}"
