"""What people write on runs: a label, a note, and the pin that keeps them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.model import Run
from engine.runs.marks import LONGEST_LABEL, LONGEST_NOTE, label_of, note_of
from engine.text import counted
from pages.parts.shared.guard import guard
from pages.parts.shared.person import must_be_own
from pages.parts.shared.server import store


@st.dialog("Label and note", icon=":material/label:")
def ask_for_words(runs: Sequence[Run]) -> None:
    """Ask for a label, by which the list can be filtered, and a note; both may be empty."""
    one = runs[0] if len(runs) == 1 else None
    if one is None:
        st.caption(f"The label of all {counted(len(runs), 'run')}.")
    label = st.text_input("Label", (one.label if one else None) or "", max_chars=LONGEST_LABEL, key="new_label")
    note = None
    if one is not None:
        note = st.text_area("Note", one.note or "", max_chars=LONGEST_NOTE, key="new_note")
    if st.button("Save", type="primary", icon=":material/check:", key="save_words"):
        with guard():
            written = {"label": label_of(label), **({} if note is None else {"note": note_of(note)})}
            for run in runs:
                must_be_own(run)
                store().update_run(run, **written)
        st.rerun()


def pin(runs: Sequence[Run]) -> None:
    """Pin these runs, so that retention never removes them; those that all are pinned lose their pin."""
    pinned = not all(run.pinned for run in runs)
    for run in runs:
        must_be_own(run)
        store().update_run(run, pinned=pinned)


def share(runs: Sequence[Run]) -> None:
    """Let everybody who signs in look at these runs; those that all are shared are shared no longer."""
    shared = not all(run.shared for run in runs)
    for run in runs:
        must_be_own(run)
        store().update_run(run, shared=shared)
