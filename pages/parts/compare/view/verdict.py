"""What stands under the chart: the verdict's further sentences, and what to be careful of as one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.model import ENDED, Run
from engine.report.comparing import left_out, warning_lines
from engine.text import counted
from pages.parts.shared.words import literal


def told(run: Run, measured: int) -> None:
    """The sentences, the warnings and what is left out. `measured` counts finished trials.

    Before the first block has ended there is nothing to say; the sentence says what is missing.
    """
    found = run.verdict
    if not found or not found.get("sentences"):
        _nothing(run, measured)
        return
    if run.state in ENDED:  # while it goes on, "too few repeats" would be the most frequent of the warnings
        _further([str(sentence) for sentence in found["sentences"][1:]])
        _warnings(found)
    if apart := left_out(found):
        st.caption(literal(apart))


def _further(sentences: Sequence[str]) -> None:
    """What is short stands there; what explains figures at length is a paragraph on demand, where there is much."""
    at_once, long = split(sentences)
    if at_once:
        st.markdown(literal(" ".join(at_once)))
    if long:
        with st.expander("More about these figures", icon=":material/notes:", key="further"):
            st.markdown(literal(" ".join(long)))


def split(sentences: Sequence[str]) -> tuple[list[str], list[str]]:
    """The sentences that are read at a glance, and those that are folded away."""
    much = sum(map(len, sentences)) > 2 * SHORT
    long = [one for one in sentences if much and len(one) > SHORT]
    return [one for one in sentences if one not in long], long


SHORT = 160
"""Letters of a sentence that is read at a glance: a line and a half of the page."""


def _nothing(run: Run, measured: int) -> None:
    if run.state not in ENDED:  # the strip says it
        return
    if measured:
        st.info(
            "Nothing can be compared: no block holds finished trials of the baseline and of another configuration. "
            "What did finish is in the table below.",
            icon=":material/info:",
        )
    else:
        st.info("No trial finished, so there is nothing to compare.", icon=":material/info:")


def _warnings(found: Mapping[str, Any]) -> None:
    """How many there are, and the gravest with what to do about it; the others on demand."""
    careful = warning_lines(found)
    if not careful:
        return
    gravest, *others = careful
    if not others:
        st.caption(f":material/warning: {literal(gravest)}")
        return
    line = f"**{counted(len(careful), 'warning')}**, the gravest: {literal(gravest)}"
    with st.expander(line, icon=":material/warning:", key="warnings"):
        st.markdown("\n".join(f"- {literal(one)}" for one in others))
