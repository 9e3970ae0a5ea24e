"""The view of one run of a lab: as on the lab's own page, what was measured is shown after a guess."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.lab import EXPERIMENTS, Lab, experiment
from engine.lab.running.runner import chosen_names
from engine.lab.together.latest import latest
from engine.model import ENDED, Run, Trial
from pages.menu import PAGES
from pages.parts.lab.card import asked, move_by_move
from pages.parts.lab.progress import bar
from pages.parts.lab.state import parts_of
from pages.parts.run.pictures import is_imported
from pages.parts.shared.words import STATES, literal


def lab_run(run: Run, _trials: list[Trial], live: bool) -> None:
    """Draw a run of a lab."""
    page = next(entry for entry in PAGES if entry.file == f"{run.workload}.py")
    word, icon, colour = STATES[run.state]
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(f"{page.title} · run {run.id}", anchor=False, icon=page.icon)
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        st.page_link(page.file, label="All questions and buttons", icon=":material/arrow_forward:")
    st.caption(literal(run.title))
    if run.message:
        (st.error if run.state == "failed" else st.info)(literal(run.message))
    with st.container(key="measuring"):  # always there: what is below keeps its place in the page when the run ends
        if run.state not in ENDED:
            bar(run)
    document = run.verdict or {}
    if is_imported(run):
        for part in document.get("experiments", []):
            _told(part)
    else:
        _experiments(run, document, live)
    if document and run.state in ENDED:
        name = f"overlap-{run.workload}-{run.id}.json"
        text = json.dumps(document, indent=1)
        st.download_button(
            "Save the figures (JSON)", text, name, "application/json", icon=":material/download:", key="save"
        )


def _experiments(run: Run, document: Mapping[str, Any], live: bool) -> None:
    """Each experiment of the run with its question, also while it is measured: that is the time to guess."""
    lab: Lab = "sharing" if run.workload == "sharing" else "machine"
    only = run.terms.get("only")
    # Figures are drawn when the run is over: watching must not change what is watched.
    parts = {} if live else parts_of(latest(lab, [document] if document else []))
    missing = "You see what was measured when the run is over." if live else "Not measured in this run."
    for name in chosen_names(lab, [one for one in only if one in EXPERIMENTS[lab]] if only else None):
        with st.container(border=True, key=f"card_{name}"):
            st.subheader(experiment(name).title, anchor=False)
            asked(experiment(name), parts.get(name), False, missing)
            if not live:  # it takes the CPUs from what is measured
                move_by_move(experiment(name))


def _told(part: Mapping[str, Any]) -> None:
    """What somebody else's machine has found: nothing that a reader could guess."""
    with st.container(border=True):
        st.markdown(f"**{literal(part['title'])}**")
        st.markdown(literal(part["sentence"]))
        for remark in (part["warning"], part["problem"]):
            if remark:
                st.caption(f":material/warning: {literal(remark)}")
