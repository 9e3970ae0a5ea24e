"""A comparison at a glance: the verdict's strip with the button that follows from it, and the chart of speedups."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from statistics import median
from typing import Literal

import streamlit as st

from engine.model import ENDED, Configuration, Plan, Run, Trial, configuration_from, new_token
from engine.protocol.board import Board
from engine.report.standings import between, chart, headline, lane, standings, strip, style, waiting_strip
from pages.parts.compare.form.submit import run_all
from pages.parts.run.again import placed_again
from pages.parts.run.pictures import is_imported
from pages.parts.shared.clicks import acting_button, open_next
from pages.parts.shared.server import store
from pages.parts.shared.starting import start_once

MOST_REPEATS = 30
"""More repeats than this are not offered by a click: noise that large has another cure."""


_ON_A_TELEPHONE = """<style>@media (max-width: 640px) {
.st-key-head h1 { font-size: 1.3rem !important; padding: 0 !important; }
[data-testid="stLayoutWrapper"]:has(> .st-key-head_about) { display: none; }
.st-key-head [data-testid="stIconMaterial"] { font-size: 1.3rem !important; } }</style>"""
"""The chart is to be seen without scrolling there too."""


def glance(run: Run, trials: Sequence[Trial]) -> None:
    """Draw strip and chart from a comparison's timed trials, the fastest configuration first."""
    found = headline(run.verdict)
    live = run.state not in ENDED
    rows = standings(run, trials)
    look = style() + _ON_A_TELEPHONE
    if found is not None or live:
        with st.container(border=True, key="verdict"):
            beside, follows = (st, None) if live else st.columns((0.73, 0.27), vertical_alignment="center")
            beside.html(look + (strip(found, live) if found else waiting_strip()))
            look = ""  # one element's style is the whole page's, and cleaning it takes the browser's time at each look
            if follows is not None:
                with follows:
                    _what_follows(run)
    if rows and (live or any(row.repeats or row.estimate for row in rows)):
        against = found.against if found else next((row.label for row in rows if row.kind == "baseline"), "sequential")
        with st.container(key="speedup_chart"):
            below = f'<p class="ov ov-phone">{escape(found.sentence)}</p>' if found else ""
            st.html(look + chart(rows, against) + below)


def running_lane(run: Run, trials: Sequence[Trial]) -> None:
    """The trial that runs now against the median of those of its configuration that have finished; in `glance`'s style.
    """
    now = trials[-1] if trials and trials[-1].state == "running" else None
    if now is None:  # its place is kept, so that nothing below it moves
        with st.container(key="running_trial"):
            st.html(between(begun=bool(trials)))
        return
    before = [one.measurement for one in trials if one.configuration == now.configuration and one.repeat >= 0]
    walls = [one.wall_s for one in before if one.wall_s]
    starts = [(one.interpreter_s or 0.0) + (one.startup_s or 0.0) for one in before if one.wall_s]
    elapsed_s, begun = _at(run, now, median(starts) if starts else 0.0)
    with st.container(key="running_trial"):
        st.html(lane(now, elapsed_s, median(walls) if walls else None, begun))


def _at(run: Run, now: Trial, start_s: float) -> tuple[float | None, int | None]:
    """For how long a trial's clock has run, and how many of its tasks were begun, as its board says.

    A comparison's records are stored once its clock has stopped, so nothing else can tell. Code that is measured beside
    the engine has no board: of it the age of its folder tells, less `start_s`, what its start usually takes.
    """
    place = store().folder(run).path / "trials" / str(now.order)
    if now.configuration.reference:
        age_s = _age_s(place)
        return None if age_s is None else max(0.0, age_s - start_s), None
    try:
        board = Board(place / "board")
    except (OSError, ValueError):  # the trial is just starting, or over
        return None, None
    try:
        tasks = [post.task for post in board.busy() if post.task is not None]
        return board.open_s() or None, max(tasks) + 1 if tasks else None
    finally:
        board.close()


def _age_s(place: Path) -> float | None:
    try:
        return time.time() - place.stat().st_mtime
    except OSError:  # not made yet
        return None


def _what_follows(run: Run) -> None:
    """What the verdict leads to: everything run the way that won, or the repeats that would decide it."""
    found = run.verdict or {}
    chosen = found.get("recommended")
    if not chosen or is_imported(run):
        return
    with st.container(key="follows"):
        more = found.get("repeats_needed") if found.get("outcome") == "undecided" else None
        decide = bool(more) and int(more or 0) <= MOST_REPEATS and bool(run.terms.get("repeats"))
        if decide:
            note = "The same comparison as a new run, with as many repeats as would decide it by this one's noise."
            act = partial(_decide, int(more or 0), new_token())
            acting_button(f"Decide it: {more} repeats", act, run, "decide", icon=":material/balance:", type="primary",
                          help=note)  # fmt: skip
        _run_all_button(run, configuration_from(chosen), "secondary" if decide else "primary")


def _run_all_button(run: Run, chosen: Configuration, look: Literal["primary", "secondary"]) -> None:
    # A reference has no records: a job is run by the engine's own loop, on the executor that won.
    configuration = replace(chosen, reference=None)
    count = int(run.terms.get("all_tasks") or run.tasks)
    label = f"Run all {count:,} this way: {configuration.label}"
    act = partial(_run_all, configuration, new_token())
    acting_button(label, act, run, "run_all", icon=":material/play_arrow:", type=look)


def _run_all(configuration: Configuration, token: str, run: Run) -> None:
    open_next(run_all(run, configuration, token))


def _decide(repeats: int, token: str, run: Run) -> None:
    open_next(start_once(token, partial(_with_repeats, run, repeats)))


def _with_repeats(run: Run, repeats: int, token: str) -> Plan:
    """The plan of a run with another number of repeats. Raises OverlapError."""
    plan = placed_again(run, token)
    return replace(plan, terms={**plan.terms, "repeats": repeats})
