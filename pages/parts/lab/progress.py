"""Measurements that are under way: what is measured now, how many are to come, and Cancel."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.model import ENDED, Run
from pages.parts.shared.clicks import acting_button, cancel, show_refusal
from pages.parts.shared.guard import guard
from pages.parts.shared.polling import LOOK_S
from pages.parts.shared.server import run_of
from pages.parts.shared.words import literal


def progress(tokens: Sequence[str]) -> None:
    """A bar and a Cancel for each of these runs; once one has ended, the page is drawn anew, with its figures."""
    st.fragment(run_every=LOOK_S)(_bars)(list(tokens))


def _bars(tokens: list[str]) -> None:
    with guard():
        runs = [run_of(token) for token in tokens]
        if any(run.state in ENDED for run in runs):
            st.rerun()
        for run in runs:
            show_refusal(run)
            bar(run)


def bar(run: Run) -> None:
    """What a measurement is at, and its Cancel."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"measuring_{run.id}"):
        st.progress(_share(run), text=literal(_text(run)))
        note = "What is finished is kept."
        acting_button("Cancel", cancel, run, f"cancel_{run.id}", icon=":material/stop:", help=note)


def _share(run: Run) -> float:
    current = (run.verdict or {}).get("current")
    return current["position"] / current["of"] if current else 0.0


def _text(run: Run) -> str:
    if run.waiting_for:
        return f"{run.title}: {run.waiting_for}"
    current = (run.verdict or {}).get("current")
    if not current:
        return f"{run.title}: starting"
    return f"Measuring “{current['title']}”, {current['position'] + 1} of {current['of']}. Leave the machine alone."
