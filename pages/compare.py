"""Compare executors: choose tasks, measure them on several executors, and see which is best and how sure that is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.parts.compare.form.configurations import choose_grid
from pages.parts.compare.form.inputs import choose_material, from_address
from pages.parts.compare.form.submit import comparison_plan
from pages.parts.compare.form.terms import choose_subset, choose_terms, more, show_preview
from pages.parts.shared.guard import guard
from pages.parts.shared.starting import form_token, start_and_open
from pages.parts.start.machine_strip import EVERY_S, busy_note

WORKLOADS = {
    "resize": "Resize images",
    "scrape": "Scrape prices",
    "compute": "Compute",
    "wait": "Wait",
    "function": "Your own function",
}

st.title("Compare executors", anchor=False, icon=":material/balance:")
st.caption(
    "Runs the same tasks one after the other, on threads, on processes and so on, in random order and several times, "
    "and says which is faster here, by how much, how sure that is, and why."
)
with guard(stop=False):
    from_address()

ready = False
left, right = st.columns([3, 2], gap="medium")
with left:
    workload = st.segmented_control(
        "What each task does",
        list(WORKLOADS),
        default="resize",
        required=True,
        format_func=WORKLOADS.__getitem__,
        key="compare:workload",
        persist_state="session",
        wrap=True,
    )
    material = choose_material(str(workload or "resize"))
    if material is not None:
        sample = choose_subset(material)
        configurations, race = more(choose_grid(material))
        terms = choose_terms(material, configurations, race)
        ready = len(configurations) > 1
        if not ready:
            st.caption(":material/info: Choose at least one executor beside sequential.")
with right, st.container(border=True):
    if material is not None and ready:
        show_preview(material, sample, configurations, terms)
    else:
        st.caption("What will happen is told here once there are tasks and an executor.")
    st.fragment(run_every=EVERY_S)(busy_note)()
    started = st.button(
        "Compare", type="primary", icon=":material/play_arrow:", disabled=not ready, key="start", width="stretch"
    )
    st.caption("A comparison has the machine to itself: it waits for running jobs, and jobs wait for it.")

token = form_token("compare", started)
if started and material is not None and ready:
    with guard():
        start_and_open(
            "compare", token, partial(comparison_plan, material, sample, configurations, terms)
        )
