"""What the experiments say together: the article's table with this machine's figures, and what that means."""

from __future__ import annotations

import streamlit as st

from engine.lab import Lab
from engine.lab.advice import advice
from engine.lab.table import NOT_MEASURED, Row, article_table
from pages.parts.lab_state import figures_of, runs_of
from pages.parts.words import literal

PAGES: dict[Lab, str] = {"machine": "machine", "sharing": "sharing"}
"""The address of each lab's page."""


def conclusions(which: Lab, large: bool) -> None:
    """The table and the advice, from the newest figures of both labs."""
    machine, sharing = (figures_of(lab, runs_of(lab)) for lab in PAGES)
    if machine is None and sharing is None:
        return
    with st.container(border=True, key="article"):
        st.subheader("The article's table, measured here", anchor="table")
        lines = ["| | Threads | Processes |", "|---|---|---|"]
        lines += [_line(row, which) for row in article_table(machine, sharing)]
        st.markdown("\n".join(lines))
        told = advice(machine, sharing)
        if told:
            st.markdown("**What this means for you**")
            st.markdown("\n".join(f"- {literal(sentence)}" for sentence in told))
        if not large:
            st.caption("Every cell and sentence is computed from the figures above; measure again and they may change.")


def _line(row: Row, which: Lab) -> str:
    address = f"#{row.experiment}" if row.lab == which else f"/{PAGES[row.lab]}#{row.experiment}"
    cells = (literal(cell) if cell != NOT_MEASURED else f"*{cell}*" for cell in (row.threads, row.processes))
    return f"| [{row.dimension}]({address}) | {' | '.join(cells)} |"
