"""What comes next after a job, always in one place: take the results, try again, change something, compare."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from engine.model import ENDED, Run
from pages.menu import has_page
from pages.parts.next.form import fill_form, has_form
from pages.parts.run.pictures import has_files, is_imported
from pages.parts.run.retrying import HOPELESS, may_succeed
from pages.parts.shared import launching
from pages.parts.shared.address import file_url
from pages.parts.shared.clicks import acting_button
from pages.parts.shared.server import store
from pages.parts.shared.starting import go_to

COMPARE = "compare.py"


def next_steps(run: Run) -> None:
    """The row of buttons; while the run goes on it has the same ones, so that none moves under the pointer."""
    over = run.state in ENDED
    with st.container(horizontal=True, vertical_alignment="center", key="next"):
        st.markdown("**Next**", width="content")
        _take(run, over)
        if run.kind == "job" and not is_imported(run):
            _try_again(run, over)
            if has_form(run):
                acting_button("Change settings", _change, run, "change", icon=":material/edit:", help=CHANGE)
            if has_page(COMPARE):
                ready = over and run.ok > 0
                acting_button(
                    "Compare on these tasks", _compare, run, "compare_these", icon=":material/balance:",
                    disabled=not ready, help="Was this the best way? Measures executors on a sample of these tasks.",
                )  # fmt: skip


CHANGE = "Opens the form, filled as it was for this run."


def _take(run: Run, over: bool) -> None:
    """The link to what the run gave: pictures as a ZIP, anything else as a table."""
    pictures = run.workload == "resize" and has_files(run)
    label, icon, parts = (
        ("Download ZIP", ":material/folder_zip:", ("results.zip",)) if pictures
        else ("Download CSV", ":material/table:", ("export", "csv"))
    )  # fmt: skip
    kind: Literal["primary", "secondary"] = "primary" if over and run.ok else "secondary"
    st.link_button(label, file_url(run, *parts), icon=icon, type=kind, disabled=not (run.ok if pictures else run.done))


def _try_again(run: Run, over: bool) -> None:
    label = f"Try {run.failed:,} failed again" if run.failed else "Try failed again"
    can = over and run.failed > 0
    hopeless = can and not may_succeed(reason for reason, _, _ in store().records.failures(run))
    note = HOPELESS if hopeless else None
    acting_button(label, _retry, run, "retry_all", icon=":material/refresh:", disabled=not can, help=note)


def _retry(run: Run) -> None:
    if run.state in ENDED:  # a second click: the first one has started it
        launching.retry(run)


def _change(run: Run) -> None:
    go_to(fill_form(run))


def _compare(run: Run) -> None:
    go_to(COMPARE, {"from": run.token})
