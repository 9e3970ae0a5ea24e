"""Run: any run at its own address, live and afterwards."""

from __future__ import annotations

import streamlit as st

from engine.errors import RunNotFound
from pages.parts.history.runs_table import recent
from pages.parts.job.view import run_view
from pages.parts.run.headline import title_of
from pages.parts.shared.server import run_of, token_in_address
from pages.parts.shared.words import literal

token = token_in_address()
run, unknown = None, ""
try:
    run = run_of(token) if token is not None else None
except RunNotFound as error:
    unknown = str(error)
if run is None:
    st.title("Run", anchor=False)
    if unknown:
        st.error(literal(unknown), icon=":material/error:")
    st.caption("Shows one run, live and afterwards. Its address names it: start one, or open one of these.")
    recent()
else:
    st.set_page_config(page_title=f"{title_of(run)[0]} · run {run.id} · Overlap")
    run_view(run)
