"""What the experiments say together: the article's table with this machine's figures, and what that means."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.lab import Lab
from engine.lab.together.advice import advice
from engine.lab.together.table import NOT_MEASURED, ArticleRow, article_table
from engine.text import counted
from pages.parts.lab.state import figures_of, is_open, parts_of, runs_of
from pages.parts.shared.words import literal

PAGES: dict[Lab, str] = {"machine": "machine", "sharing": "sharing"}
"""The address of each lab's page."""


def conclusions(which: Lab, large: bool) -> None:
    """The table and the advice, from the newest figures of both labs."""
    documents = [figures_of(lab, runs_of(lab)) for lab in PAGES]
    if not any(documents):
        return
    machine, sharing = (_guessed(document) for document in documents)
    closed = {name for document in documents for name in parts_of(document) if not is_open(name)}
    with st.container(border=True, key="article"):
        st.subheader("The article's table, measured here", anchor="table")
        lines = ["| | Threads | Processes |", "|---|---|---|"]
        lines += [_line(row, which, row.experiment in closed) for row in article_table(machine, sharing)]
        st.markdown("\n".join(lines))
        told = advice(machine, sharing)
        if told:
            st.markdown("**What this means for you**")
            st.markdown("\n".join(f"- {literal(sentence)}" for sentence in told))
        if closed:
            st.caption(
                f":material/visibility_off: {counted(len(closed), 'result')} kept back, here too, until you have said "
                "what you expect."
            )
        if not large:
            st.caption("Every cell and sentence is computed from the figures above; measure again and they may change.")


def _guessed(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """The document with those experiments alone whose results the reader may see."""
    if document is None:
        return None
    return {**document, "experiments": [part for part in document["experiments"] if is_open(part["name"])]}


def _line(row: ArticleRow, which: Lab, closed: bool) -> str:
    address = f"#{row.experiment}" if row.lab == which else f"/{PAGES[row.lab]}#{row.experiment}"
    missing = "what do you expect?" if closed else NOT_MEASURED
    cells = (literal(cell) if cell != NOT_MEASURED else f"*{missing}*" for cell in (row.threads, row.processes))
    return f"| [{row.dimension}]({address}) | {' | '.join(cells)} |"
