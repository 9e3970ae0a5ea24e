"""What can be taken home from a comparison: report, table, document, and the script."""

from __future__ import annotations

import streamlit as st

from engine.model import Run
from engine.report import MEDIA_TYPES
from pages.parts.address import file_url

EXPORTS = {
    "html": ("Report (HTML)", ":material/description:", "One page with all of this, to keep or to send; it asks for "
             "nothing from the network."),
    "csv": ("CSV", ":material/table:", "One line a task and trial."),
    "json": ("JSON", ":material/data_object:", "Everything measured; History opens it again, here or elsewhere."),
    "script": ("Script to take home", ":material/code:", "One Python file that runs these tasks the recommended way, "
               "without Overlap."),
}  # fmt: skip


def exports(run: Run) -> None:
    """A link for each format, with what it holds."""
    st.subheader("Take it home", anchor=False)
    with st.container(horizontal=True, key="exports"):
        for name, (label, icon, what) in EXPORTS.items():
            if name in MEDIA_TYPES and (name != "script" or (run.verdict or {}).get("recommended")):
                st.link_button(label, file_url(run, "export", name), icon=icon, help=what)
