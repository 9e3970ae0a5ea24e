"""The view of a run, the same while it runs and afterwards: one flat fragment that polls the store."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.model import ENDED, Run, Trial
from pages.parts.collector import freeze_modules
from pages.parts.comparison import comparison
from pages.parts.downloads import downloads
from pages.parts.failures import failures
from pages.parts.guard import guard
from pages.parts.headline import figures, head
from pages.parts.how_it_ran import how_it_ran
from pages.parts.lab_run import lab_run
from pages.parts.polling import interval_s, take_note
from pages.parts.results import results
from pages.parts.server import run_of, store
from pages.parts.starting import show


def run_view(run: Run) -> None:
    """Draw a run, and keep it up to date until it is over."""
    if opened := st.session_state.pop("open", None):
        show(run_of(opened))
    live = run.state not in ENDED
    st.fragment(run_every=interval_s(run.kind, run.token) if live else None)(_view)(run.token, live)


def _view(token: str, live: bool) -> None:
    with guard():
        run = run_of(token)
        if live and (run.state in ENDED or take_note(run.kind, run.token)):
            st.rerun()
        VIEWS.get(run.kind, _job)(run, store().trials(run), live)
    freeze_modules()


def _job(run: Run, trials: list[Trial], live: bool) -> None:
    head(run)
    figures(run, trials)
    _sections(run, trials, live)


def _sections(run: Run, trials: list[Trial], live: bool) -> None:
    """The four tabs; only the open one is drawn. Their labels are constant while the run is live, so one stays open."""
    count = f" ({run.failed:,})" if run.failed and not live else ""
    labels = ["Results", f"Failures{count}", "How it ran", "Downloads"]
    tabs = st.tabs(labels, key=f"tabs:{live}:{run.token}", on_change="rerun")
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
