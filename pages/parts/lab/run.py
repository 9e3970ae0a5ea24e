"""The view of one run of a lab: what each of its experiments found; figures and questions are on the lab's own page."""

from __future__ import annotations

import json

import streamlit as st

from engine.model import ENDED, Run, Trial
from pages.menu import PAGES
from pages.parts.lab.progress import bar
from pages.parts.shared.words import STATES, literal


def lab_run(run: Run, _trials: list[Trial], _live: bool) -> None:
    """Draw a run of a lab."""
    page = next(entry for entry in PAGES if entry.file == f"{run.workload}.py")
    word, icon, colour = STATES[run.state]
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(f"{page.title} · run {run.id}", anchor=False, icon=page.icon)
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        st.page_link(page.file, label="Figures, questions and buttons", icon=":material/arrow_forward:")
    st.caption(literal(run.title))
    if run.message:
        (st.error if run.state == "failed" else st.info)(literal(run.message))
    if run.state not in ENDED:
        bar(run)
    document = run.verdict or {}
    for part in document.get("experiments", []):
        with st.container(border=True):
            st.markdown(f"**{literal(part['title'])}**")
            st.markdown(literal(part["sentence"]))
            for remark in (part["warning"], part["problem"]):
                if remark:
                    st.caption(f":material/warning: {literal(remark)}")
    if document and run.state in ENDED:
        name = f"overlap-{run.workload}-{run.id}.json"
        text = json.dumps(document, indent=1)
        st.download_button(
            "Save the figures (JSON)", text, name, "application/json", icon=":material/download:", key="save"
        )
