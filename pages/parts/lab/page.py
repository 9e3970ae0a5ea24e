"""The page of a lab: head, measurements under way, a card for each experiment, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from engine.lab import Lab, Mode, experiments_of
from engine.lab.model import Experiment
from engine.lab.running.runner import lab_plan
from engine.model import Plan
from pages.parts.lab.card import card
from pages.parts.lab.progress import progress
from pages.parts.lab.saved import saved
from pages.parts.lab.state import ALL_OPEN, LARGE, figures_of, parts_of, runs_of, under_way
from pages.parts.lab.table import conclusions
from pages.parts.shared.guard import guard
from pages.parts.shared.starting import form_token, start

ALL = "All experiments"


def lab_page(which: Lab, title: str, icon: str, about: str) -> None:
    """Draw a lab's page."""
    st.title(title, anchor=False, icon=icon)
    st.caption(about)
    runs = runs_of(which)
    live = under_way(runs)
    document = figures_of(which, runs)
    large = _head(which, bool(live), document)
    if live:
        progress([run.token for run in live])
    chosen = _chosen(which, large)
    with st.container(key="lab_large" if large else "lab"):
        if large:
            st.html(_LARGE_TYPE)
        _cards(which, chosen, parts_of(document), bool(live), large)
        if len(chosen) > 1:
            conclusions(which, large)
    if not large:
        saved(which, document)


def _head(which: Lab, busy: bool, document: dict[str, Any] | None) -> bool:
    """The buttons for all experiments, and how the page is shown; gives whether type is large."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _start_button(which, "quick", "Measure everything, quick", "Under 90 seconds on an idle machine.", busy)
        _start_button(which, "careful", "Careful", "Goes on until the intervals are narrow: some minutes.", busy)
        st.space("stretch")
        st.toggle("Show results without a guess", key=ALL_OPEN)
        large = st.toggle("Large type", key=LARGE, help="For a projector: large type, one experiment at a time.")
    if document is None and not busy:
        st.info("Nothing has been measured yet: measure everything, or one after the other.", icon=":material/science:")
    return large


def _start_button(which: Lab, mode: Mode, label: str, note: str, busy: bool) -> None:
    pressed = st.button(
        label,
        type="primary" if mode == "quick" else "secondary",
        icon=":material/play_arrow:",
        help=note,
        disabled=busy,
        key=f"all_{mode}",
    )
    measure(f"lab:{which}:{mode}", pressed, partial(_plan, which, mode, None))


def _plan(which: Lab, mode: Mode, only: Sequence[str] | None, _token: str) -> Plan:
    return lab_plan(which, mode, only)


def measure(form: str, pressed: bool, make: Any) -> None:
    """Start a measurement when its button was pressed; a double click starts one."""
    token = form_token(form, pressed)
    if pressed:
        with guard():
            start(form, token, make)
        st.rerun()


def _chosen(which: Lab, large: bool) -> list[Experiment]:
    """The experiments to show: all, or in large type the one that is chosen."""
    known = {one.name: one for one in experiments_of(which)}
    if not large:
        return list(known.values())
    name = st.pills(
        "Experiment",
        [ALL, *known],
        default=next(iter(known)),
        required=True,
        format_func=lambda name: ALL if name == ALL else known[name].title,
        key=f"lab:{which}:one",
        wrap=True,
    )
    return list(known.values()) if name == ALL else [known[str(name)]]


def _cards(
    which: Lab, chosen: Sequence[Experiment], parts: dict[str, dict[str, Any]], busy: bool, large: bool
) -> None:
    # Two columns that are filled from both sides: cards differ in height, and rows of them would leave holes.
    columns = [st.container()] if len(chosen) == 1 else st.columns(2, gap="medium")
    for number, one in enumerate(chosen):
        with columns[number % len(columns)]:
            pressed = card(one, parts.get(one.name), busy, large)
        measure(f"lab:{which}:{one.name}", pressed, partial(_plan, which, "quick", [one.name]))


_LARGE_TYPE = """<style>
.st-key-lab_large p, .st-key-lab_large li, .st-key-lab_large label, .st-key-lab_large td, .st-key-lab_large th,
.st-key-lab_large button p { font-size: 1.55rem !important; line-height: 1.4 !important; }
.st-key-lab_large h3 { font-size: 2.4rem !important; }
.st-key-lab_large [data-testid="stCaptionContainer"] p { font-size: 1.3rem !important; }
</style>"""
