"""Why a comparison came out as it did: where the time went beside the causes, a row each, and how to try them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.model import Run, Trial
from engine.report.comparing import explained
from engine.report.standings import CauseRow, cause_rows
from engine.text import percent
from pages.parts.compare.view.figure import figure
from pages.parts.compare.view.proving import proof_buttons
from pages.parts.shared.server import is_dark, store
from pages.parts.shared.words import literal

NAMED = 4
"""More configurations than this are counted behind a cause."""


def reasons(run: Run, finished: Sequence[Trial]) -> None:
    """The figure and the causes beside each other; what was measured of each configuration on demand."""
    from engine.report import figures

    found = run.verdict or {}
    work = figures.work_of(store().records.columns(finished, *figures.WORK_COLUMNS))
    with st.grid(2, min_column_width=380, key="why"):
        with st.container():
            figure(figures.where_time_went(finished, work, is_dark()), "where", "Where each configuration's time went")
        with st.container():
            rows = cause_rows(found)
            for row in rows:
                st.markdown(_cause(row))
            if not rows and found.get("explanations"):
                st.markdown("No cause cost the workers a tenth of their time.")
            proof_buttons(run)
    if lines := [f"- **{literal(label)}**: {literal(text)}" for label, text in explained(found)]:
        with st.expander(f"What was measured of each configuration ({len(lines)})", key="each"):
            st.markdown("\n".join(lines))


def _cause(row: CauseRow) -> str:
    named = [f"{label} {percent(share)}" for label, share in row.configurations[:NAMED]]
    more = len(row.configurations) - NAMED
    where = ", ".join(named) + (f" and {more} more" if more > 0 else "")
    return f"**{literal(row.name)}**: {literal(row.sentence)}  \n:gray[{literal('Time lost: ' + where)}]"
