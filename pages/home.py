"""Start: the question and the picture of an answer, one-click runs on demo data, the machine, and the last runs."""

from __future__ import annotations

import streamlit as st

from pages.parts.start.cards import cards
from pages.parts.start.last_comparison import last_comparison
from pages.parts.start.last_runs import last_runs
from pages.parts.start.machine_strip import machine_strip

left, right = st.columns([5, 6], gap="large", vertical_alignment="center")
with left:
    st.title("Which is faster for your work here: threads, processes or asyncio? Measure it.", anchor=False)
    st.caption("Scrape prices or resize photos, many at a time, and watch it; then compare the ways on your own work.")
with right:
    last_comparison()
machine_strip()
cards()
st.subheader("Last runs", anchor=False)
last_runs()
