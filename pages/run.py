"""Run: any run at its own address, live and afterwards."""

from __future__ import annotations

import streamlit as st

from pages.parts.run_view import run_view
from pages.parts.runs_table import recent
from pages.parts.server import run_of, token_in_address

token = token_in_address()
if token is None:
    st.title("Run", anchor=False)
    st.caption("Shows one run, live and afterwards. Its address names it: start one, or open one of these.")
    recent()
else:
    run_view(run_of(token))
