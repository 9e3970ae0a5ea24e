"""What can be taken home from a comparison: report, table, document, and the script."""

from __future__ import annotations

import streamlit as st

from engine.model import Run
from engine.report.script.texts import POOLS
from pages.parts.run.pictures import is_imported
from pages.parts.shared.address import file_url

EXPORTS = {
    "html": ("Report (HTML)", ":material/description:", "One page with all of this, to keep or to send; it asks for "
             "nothing from the network."),
    "csv": ("CSV", ":material/table:", "One line a task and trial."),
    "json": ("JSON", ":material/data_object:", "Everything measured; History opens it again, here or elsewhere."),
    "markdown": ("Markdown", ":material/markdown:", "Verdict, table, reasons and advice, for an issue or a wiki."),
    "trace": ("Trace", ":material/view_timeline:", "Every worker's tasks and waiting, for ui.perfetto.dev or "
              "chrome://tracing."),
    "script": ("Script to take home", ":material/code:", "One plain Python file that runs these tasks the recommended "
               "way, without Overlap; it says what Overlap does beyond it."),
    "folder": ("Folder to take home", ":material/folder_zip:", "A ZIP with the script and the engine's own readable "
               "modules: the same results to the byte."),
}  # fmt: skip


def exports(run: Run) -> None:
    """A link for each format, with what it holds."""
    ours = {"script": _has_script(run), "folder": _has_script(run) and run.workload in ("resize", "scrape")}
    names = [name for name in EXPORTS if ours.get(name, True)]
    st.subheader("Take it home", anchor=False)
    with st.container(horizontal=True, key="exports"):
        for name in names:
            label, icon, what = EXPORTS[name]
            st.link_button(label, file_url(run, "export", name), icon=icon, help=what)


def _has_script(run: Run) -> bool:
    """A script is made of the run's tasks, which an imported run has not, and of what the verdict recommends."""
    chosen = (run.verdict or {}).get("recommended")
    return chosen is not None and not is_imported(run) and chosen["executor"] in POOLS
