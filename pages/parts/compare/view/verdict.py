"""The verdict in words: who is faster, by how much and how sure, why, what to be careful about, what to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import ENDED, Run, Trial
from engine.report.comparing import COLUMNS, configuration_rows, explained, laws, left_out
from pages.parts.compare.view.proving import proof_buttons
from pages.parts.shared.words import literal

OUTCOMES = {
    "faster": (":material/trophy:", "A clear winner", "green"),
    "same": (":material/drag_handle:", "The same within the margin", "blue"),
    "undecided": (":material/help:", "Not decided", "orange"),
    "failed": (":material/error:", "Every task failed", "red"),
}
"""Outcome: its icon, its words, its colour."""

WHY = 6
"""So many configurations are explained at once, the best ones; the others are folded."""


def verdict(run: Run, measured: int) -> None:
    """The verdict's box, then the explanations and the warnings. `measured` counts finished trials.

    Before the first block has ended there is nothing to say; the sentence says what is missing.
    """
    found = run.verdict
    if not found or not found.get("sentences"):
        _nothing(run, measured)
        return
    sentences = [str(sentence) for sentence in found["sentences"]]
    with st.container(border=True, key="verdict"):
        icon, words, colour = OUTCOMES.get(str(found.get("outcome")), OUTCOMES["undecided"])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(words, icon=icon, color=colour)  # type: ignore[arg-type]
            if run.state not in ENDED:
                st.caption("So far: every block that ends is added.")
        st.markdown(f"##### {literal(sentences[0])}")
        if run.state in ENDED and sentences[1:]:
            st.markdown("\n\n".join(map(literal, sentences[1:])))
        _why(found)
        proof_buttons(run)
    if run.state in ENDED:  # while it goes on, "too few repeats" would be the most frequent of them
        _warnings(found.get("warnings") or [])
    _left_out(found)


def _nothing(run: Run, measured: int) -> None:
    if run.state not in ENDED:
        st.caption("The verdict appears here after the first block, and sharpens with every further one.")
    elif measured:
        st.info(
            "Nothing can be compared: no block holds finished trials of the baseline and of another configuration. "
            "What did finish is in the table below.",
            icon=":material/info:",
        )
    else:
        st.info("No trial finished, so there is nothing to compare.", icon=":material/info:")


def _why(found: Mapping[str, Any]) -> None:
    """One line for each configuration with several workers, in the words of what was measured; the best ones first."""
    lines = [f"- **{literal(label)}**: {literal(text)}" for label, text in explained(found)]
    # A single line is not worth a fold of its own.
    shown = lines if len(lines) <= WHY + 1 else lines[:WHY]
    if shown:
        st.markdown("**Why**")
        st.markdown("\n".join(shown))
    if folded := lines[len(shown):]:
        with st.expander(f"Why, for {len(folded)} more configurations", key="why"):
            st.markdown("\n".join(folded))
    fitted, unfitted = laws(found)
    for name, text in fitted:
        st.markdown(f"- **{literal(name)}**, with more workers: {literal(text)}")
    if unfitted:
        st.caption(literal(unfitted))


def _warnings(warnings: Sequence[Mapping[str, Any]]) -> None:
    """Each warning with what to do about it; more than two are folded, so that the charts stay in sight."""
    shown, folded = warnings[:2], warnings[2:]
    for one in shown:
        _warning(one)
    if folded:
        with st.expander(f"{len(folded)} more warnings" if len(folded) > 1 else "1 more warning", key="warnings"):
            for one in folded:
                _warning(one)


def _warning(one: Mapping[str, Any]) -> None:
    st.warning(
        f"{literal(str(one.get('sentence', '')))} {literal(str(one.get('advice') or ''))}",
        icon=":material/warning:",
    )


def _left_out(found: Mapping[str, Any]) -> None:
    if apart := left_out(found):
        st.caption(literal(apart))


def speedup_table(found: Mapping[str, Any], trials: Sequence[Trial]) -> pd.DataFrame:
    """A row for each configuration, the fastest first."""
    rows = [
        (
            row.label, row.speedup, row.wall, row.startup, row.peak_mb,
            row.cores_busy, row.tasks_at_once, row.trials, row.failed, row.own_part,
        )
        for row in configuration_rows(found, trials)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
