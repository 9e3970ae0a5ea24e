"""Links to what a run gives, streamed from disk by the routes."""

from __future__ import annotations

import streamlit as st

from engine.model import Run
from engine.text import counted, storable
from pages.parts.run.pictures import has_files
from pages.parts.run.summary import files_made
from pages.parts.shared.address import file_url
from pages.parts.shared.server import store

FORMATS = {
    "csv": ("CSV", ":material/table:", "One line a task, safe to open in a spreadsheet."),
    "json": ("JSON", ":material/data_object:", "Everything that is known of the run, with the machine it ran on."),
    "parquet": ("Parquet", ":material/view_column:", "The same table for pandas, DuckDB and the like."),
    "html": ("Report (HTML)", ":material/description:", "One page with the figures, to keep or to send."),
}


def downloads(run: Run, live: bool) -> None:
    """A line for each format, what it holds and its link; the pictures first."""
    if live:
        st.caption("The run goes on: what you download now holds what has finished so far.")
    if address := run.options.get("address"):
        st.caption("The results are at this address:")
        st.code(storable(str(address)), language=None, wrap_lines=True)
    if run.workload == "resize" and run.ok and has_files(run):
        folder = run.options.get("target")
        if folder:
            st.caption("The results are also in this folder of the server:")
            st.code(storable(str(folder)), language=None, wrap_lines=True)
        _line("ZIP of the pictures", ":material/folder_zip:", _what(run), file_url(run, "results.zip"))
    for name, (label, icon, what) in FORMATS.items():
        _line(label, icon, what, file_url(run, "export", name))


def _what(run: Run) -> str:
    """How many files the ZIP holds: each picture has one for every size."""
    files = files_made(store(), run)
    if files is None:
        return "All that is made by then."
    of = f", of {counted(run.ok, 'original')}" if files != run.ok else ""
    return f"{counted(files, 'picture')}{of}."


def _line(label: str, icon: str, what: str, url: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(label, url, icon=icon, width=220)
        st.caption(what, width="content")
