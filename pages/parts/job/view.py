"""The view of a run, the same while it runs and afterwards: one flat fragment that polls the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.model import ENDED, Run, Trial
from engine.store import Store
from pages.parts.compare.view.page import comparison
from pages.parts.components.lane_data import lane_data
from pages.parts.job.how_it_ran import how_it_ran
from pages.parts.job.results import results
from pages.parts.lab.run import lab_run
from pages.parts.next.steps import next_steps
from pages.parts.run.downloads import downloads
from pages.parts.run.failures import failures
from pages.parts.run.headline import figures, head
from pages.parts.shared.clicks import show_refusal
from pages.parts.shared.guard import guard
from pages.parts.shared.polling import interval_s
from pages.parts.shared.server import run_of, store
from pages.parts.shared.starting import leaves


def run_view(run: Run) -> None:
    """Draw a run, and keep it up to date until it is over."""
    live = run.state not in ENDED
    st.fragment(run_every=interval_s(run.kind) if live else None)(_view)(run.token, live)


def _view(token: str, live: bool) -> None:
    with guard():
        run = run_of(token)
        # Every button of a run acts by its callback (`clicks`), so no click is lost by drawing the page anew.
        if leaves() or live == (run.state in ENDED):
            st.rerun()
        show_refusal(run)
        VIEWS.get(run.kind, _job)(run, store().trials(run), live)


def _job(run: Run, trials: list[Trial], live: bool) -> None:
    head(run, trials)
    figures(run, trials, _picture(run, trials))
    next_steps(run)
    _sections(run, trials, live)


def _picture(run: Run, trials: list[Trial]) -> dict[str, Any]:
    """What the lanes show; of a run that is over read once for each state of it."""
    if run.state not in ENDED:
        return lane_data(store(), run, trials)
    return _whole_picture(store(), run, trials, (run.ended_at, run.done, len(trials)))


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Store: lambda _: 0, Run: lambda run: run.token})
def _whole_picture(store: Store, run: Run, _trials: list[Trial], state: tuple[object, ...]) -> dict[str, Any]:
    return lane_data(store, run, _trials)


SECTIONS = ("Results", "Failures", "How it ran", "Downloads")
"""A tab's label is a part of its identity: with a count in it, another tab would open when the count changes."""


def _sections(run: Run, trials: list[Trial], live: bool) -> None:
    """The four tabs; only the open one is drawn, and it stays open when the run ends or is continued."""
    tabs = st.tabs(SECTIONS, key=f"tabs:{run.token}", on_change="rerun")
    drawn: tuple[Callable[[], None], ...] = (
        lambda: results(run, live),
        lambda: failures(run),
        lambda: how_it_ran(run, trials, live),
        lambda: downloads(run, live),
    )
    for tab, draw in zip(tabs, drawn, strict=True):
        if tab.open:
            with tab:
                draw()


VIEWS: dict[str, Callable[[Run, list[Trial], bool], None]] = {"comparison": comparison, "experiment": lab_run}
"""Kind of run: what draws it; any other is drawn as a job."""
