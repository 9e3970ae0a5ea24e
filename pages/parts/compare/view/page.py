"""The view of a comparison: the verdict first, then what it rests on; while it runs, how far it is.

While trials run, nothing is drawn but words, a bar and one small table: watching must not change what is watched.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from engine.model import ENDED, Configuration, Run, Trial, configuration_from, new_token
from engine.report.comparing import fastest_first
from pages.parts.compare.form.submit import run_all
from pages.parts.compare.view.charts import charts
from pages.parts.compare.view.exports import exports
from pages.parts.compare.view.progress import far, progress
from pages.parts.compare.view.tables import configurations_table, trials_table
from pages.parts.compare.view.verdict import verdict
from pages.parts.run.again import run_again
from pages.parts.run.headline import title_of
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
    if run.state not in ENDED:
        progress(run, trials)
    verdict(run, len(finished))
    if run.state in ENDED:
        _take(run)
    if finished:
        configurations_table(run, counted)
    if not live and run.state in ENDED:
        _rest(run, trials, finished)


def _rest(run: Run, trials: list[Trial], finished: list[Trial]) -> None:
    """Charts, the table of trials and the exports of a comparison that is over."""
    if finished:
        charts(run, finished)
    if trials:
        trials_table(trials)
    exports(run)


def _head(run: Run, finished: list[Trial]) -> None:
    name, _, _ = title_of(run)
    word, icon, colour = words.STATES[run.state]
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(f"Compare · {words.literal(name)} · run {run.id}", anchor=False, icon=":material/balance:")
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        _buttons(run)
    blocks = run.terms.get("repeats")
    until = f" × {words.counted(int(blocks), 'repeat')}" if blocks else ""
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
    if run.state == "waiting" and run.waiting_for:
        st.info(f"This comparison {words.literal(run.waiting_for)}.", icon=":material/hourglass_top:")
    if is_imported(run):
        st.info("Read from a file that was exported elsewhere: its figures are here, its files are not.")
    elif run.state == "interrupted":
        st.warning(
            f"The comparison was interrupted after {words.counted(len(finished), 'finished trial')}; what follows "
            "speaks of those. Resume runs the missing blocks.",
            icon=":material/power_off:",
        )
    elif run.state == "cancelled":
        planned = far(run, finished).planned
        of = f" of {planned:,}" if planned else ""
        st.info(
            f"Ended early, after {len(finished):,}{of} measured trials: what follows is what they allow to be said. "
            "Resume runs the missing blocks.",
            icon=":material/cancel:",
        )
    elif run.state == "failed" and run.message:
        st.error(words.literal(run.message), icon=":material/error:")


def _take(run: Run) -> None:
    """Run everything the way that won."""
    chosen = (run.verdict or {}).get("recommended")
    if not chosen or is_imported(run):
        return
    # A reference has no records: a job is run by the engine's own loop, on the executor that won.
    configuration: Configuration = replace(configuration_from(chosen), reference=None)
    count = int(run.terms.get("all_tasks") or run.tasks)
    label = f"Run all {count:,} this way: {configuration.label}"
    act = partial(_run_all, configuration, new_token())
    acting_button(label, act, run, "run_all", icon=":material/play_arrow:", type="primary")


def _run_all(configuration: Configuration, token: str, run: Run) -> None:
    open_next(run_all(run, configuration, token))
