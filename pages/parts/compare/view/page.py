"""The view of a comparison: the verdict first, then what it rests on; while it runs, how far it is.

While trials run, nothing is drawn but words, a bar, the chart of speedups and one small table, none of which needs a
charting library: watching must not change what is watched.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from engine.model import ENDED, Run, Trial, new_token
from engine.report.comparing import fastest_first
from engine.text import counted
from pages.parts.compare.view.glance import glance, running_lane
from pages.parts.compare.view.progress import progress_of, show_progress
from pages.parts.compare.view.sections import sections
from pages.parts.compare.view.tables import configurations_table
from pages.parts.compare.view.verdict import told
from pages.parts.run.again import run_again
from pages.parts.run.headline import notice, title_of
from pages.parts.run.pictures import is_imported
from pages.parts.shared import words
from pages.parts.shared.clicks import acting_button, cancel, open_next, resume

# The engine's own numbering; importing it from there would load the orchestrator into the app.
WARM_UP = -1


def comparison(run: Run, trials: list[Trial], live: bool) -> None:
    """Draw a comparison."""
    # The fastest first, in tables and charts: the order in which chance let them run tells nothing.
    counted = fastest_first(run, [trial for trial in trials if trial.repeat != WARM_UP])
    finished = [trial for trial in counted if trial.state == "finished"]
    _head(run, finished)
    glance(run, finished)
    if run.state not in ENDED:  # below the chart: at the end it goes, and nothing above changes its place
        show_progress(run, trials)
        running_lane(run, trials)
    told(run, len(finished))
    if finished and run.state in ENDED:  # before that the chart says it, and a table that grows moves what is below
        configurations_table(run, counted)
    if not live and run.state in ENDED and trials:
        sections(run, trials, finished)


def _head(run: Run, finished: list[Trial]) -> None:
    name, _, _ = title_of(run)
    word, icon, colour = words.STATES[run.state]
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(f"Compare · {words.literal(name)} · run {run.id}", anchor=False, icon=":material/balance:")
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        _buttons(run)
    blocks = run.terms.get("repeats")
    until = f" × {counted(int(blocks), 'repeat')}" if blocks else ""
    with st.container(key="head_about"):
        st.caption(words.literal(f"{run.title}{until}"))
    with st.container(key="notice"):
        _notice(run, finished)


def _buttons(run: Run) -> None:
    if run.state not in ENDED:
        note = "Finished trials keep their say."
        acting_button("Cancel", cancel, run, "cancel", icon=":material/stop_circle:", help=note)
        return
    if is_imported(run):
        return
    if run.state != "finished":
        note = "Run the blocks that are missing; what is measured is kept."
        acting_button("Resume", resume, run, "resume", icon=":material/resume:", type="primary", help=note)
    note = "The same comparison once more"
    acting_button("Run again", partial(_again, new_token()), run, "again", icon=":material/replay:", help=note)


def _again(token: str, run: Run) -> None:
    open_next(run_again(run, token))


def _notice(run: Run, finished: list[Trial]) -> None:
    ended = f"after {counted(len(finished), 'finished trial')}; what follows speaks of those"
    stopped = f"{ended if finished else 'before a trial that counts was finished'}. Resume runs the missing blocks."
    if notice(run, "comparison", stopped):
        return
    if run.state == "cancelled":
        planned = progress_of(run, finished).planned
        of = f" of {planned:,}" if planned else ""
        st.info(
            f"Ended early, after {len(finished):,}{of} measured trials: what follows is what they allow to be said. "
            "Resume runs the missing blocks.",
            icon=":material/cancel:",
        )
    elif run.state == "failed" and run.message:
        st.error(words.literal(run.message), icon=":material/error:")
