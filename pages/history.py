"""History: every run of this server; open, run again, export or delete it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from engine.model import ENDED
from engine.workloads import WORKLOADS
from pages.parts.history.deleting import ask_to_delete
from pages.parts.history.importing import opened
from pages.parts.history.runs_table import runs_table
from pages.parts.history.two_runs import two_runs
from pages.parts.run.again import placed_again
from pages.parts.run.downloads import FORMATS
from pages.parts.run.headline import TITLES
from pages.parts.run.pictures import is_imported
from pages.parts.shared.address import file_url
from pages.parts.shared.guard import guard
from pages.parts.shared.server import settings, store
from pages.parts.shared.starting import form_token, show, start_and_open

MOST = 500
KINDS = {"job": "Jobs", "comparison": "Comparisons", "experiment": "Experiments"}

st.title("History", anchor=False, icon=":material/history:")
st.caption("Every run of this server, whoever started it. Select one to open it, run it again, export or delete it; "
           "select two to see what changed between them.")


with st.container(horizontal=True, vertical_alignment="bottom"):
    text = st.text_input("Title", key="text", placeholder="Part of a title", icon=":material/search:", width=280)
    kind = st.selectbox("Kind", ["", *KINDS], format_func=lambda name: KINDS.get(name, "All"), key="kind", width=180)
    workload = st.selectbox(
        "What",
        ["", *WORKLOADS],
        format_func=lambda name: TITLES[name][0] if name in TITLES else (name or "All").capitalize(),
        key="workload",
        width=200,
    )
with st.expander("Open an exported run", icon=":material/upload_file:", key="import"):
    most_mb = max(1, int(settings().import_max_mb))
    exported = st.file_uploader("JSON of a run", ["json"], key="upload:run", max_upload_size=most_mb)
    if exported is not None and st.button("Open it", key="import_now", type="primary"):
        with guard():
            show(opened(exported, most_mb))
runs = store().runs(limit=MOST, kind=kind or None, workload=workload or None, text=text or None)  # type: ignore[arg-type]
if not runs:
    st.info("No run matches." if text or kind or workload else "Nothing has run here yet.", icon=":material/info:")
    st.stop()
chosen = runs_table(runs, "runs", "multi-row")
if len(runs) == MOST:
    st.caption(f"The newest {MOST}. Filter to find older ones.")

one = chosen[0] if len(chosen) == 1 else None
ended = [run for run in chosen if run.state in ENDED]
with st.container(horizontal=True, key="actions"):
    if st.button("Open", icon=":material/open_in_new:", type="primary", disabled=one is None, key="open_run") and one:
        show(one)
    repeatable = one is not None and not is_imported(one)
    pressed = st.button("Run again", icon=":material/replay:", disabled=not repeatable, key="again")
    token = form_token("history:again", pressed)
    if pressed and one:
        with guard():
            start_and_open("history:again", token, partial(placed_again, one))
    if one is not None:
        for name, (label, icon, _) in FORMATS.items():
            st.link_button(label, file_url(one, "export", name), icon=icon)
    if st.button(
        "Delete",
        icon=":material/delete:",
        disabled=not chosen or len(ended) < len(chosen),
        key="delete",
        help="A run that is not over must be cancelled first." if len(ended) < len(chosen) else None,
    ):
        ask_to_delete(chosen)
if len(chosen) == 2:
    with guard(stop=False):
        two_runs(chosen)
