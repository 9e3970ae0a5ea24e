"""The view of a comparison: the verdict first, then what it rests on; while it runs, how far it is.

While trials run, nothing is drawn but words, a bar and one small table: watching must not change what is watched.
"""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.model import ENDED, Configuration, Run, Trial, configuration_from
from engine.store import RunFolder
from pages.parts import words
from pages.parts.again import run_again
from pages.parts.compare_start import WHOLE, run_all, whole_folder
from pages.parts.comparison_charts import charts
from pages.parts.comparison_exports import exports
from pages.parts.comparison_progress import far, progress
from pages.parts.comparison_tables import configurations_table, trials_table
from pages.parts.guard import guard
from pages.parts.headline import title_of
from pages.parts.pictures import is_imported
from pages.parts.server import store
from pages.parts.verdict import verdict

# The engine's own numbering; importing it from there would load the orchestrator into the app.
WARM_UP = -1


def comparison(run: Run, trials: list[Trial], live: bool) -> None:
    """Draw a comparison."""
    # In the order in which they were asked for: that in which chance let them run tells nothing.
    place = {one: number for number, one in enumerate(run.configurations)}
    counted = [trial for trial in trials if trial.repeat != WARM_UP]
    counted.sort(key=lambda trial: (place.get(trial.configuration, len(place)), trial.order))
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
        if st.button("Cancel", icon=":material/stop_circle:", key="cancel", help="Finished trials keep their say."):
            with guard():
                jobs.cancel(store(), run)
                st.toast("Cancelling: what is finished is kept.", icon=":material/stop_circle:")
        return
    if is_imported(run):
        return
    if st.button("Run again", icon=":material/replay:", key="again", help="The same comparison once more"):
        with guard():
            again = run_again(run)
            _carry_whole(run, again)
            st.session_state["open"] = again.token
        st.rerun()


def _carry_whole(run: Run, again: Run) -> None:
    """The list of all tasks goes with a comparison of a sample."""
    if run.terms.get("all_tasks"):
        RunFolder(store().folder(again).path / WHOLE).write_tasks(whole_folder(run).tasks())


def _notice(run: Run, finished: list[Trial]) -> None:
    if run.state == "waiting" and run.waiting_for:
        st.info(f"This comparison {words.literal(run.waiting_for)}.", icon=":material/hourglass_top:")
    if is_imported(run):
        st.info("Read from a file that was exported elsewhere: its figures are here, its files are not.")
    elif run.state == "interrupted":
        st.warning(
            f"The comparison was interrupted after {words.counted(len(finished), 'finished trial')}; what follows "
            "speaks of those. Run it again for the rest.",
            icon=":material/power_off:",
        )
    elif run.state == "cancelled":
        planned = far(run, []).planned
        of = f" of {planned:,}" if planned else ""
        st.info(
            f"Ended early, after {len(finished):,}{of} measured trials: what follows is what they allow to be said.",
            icon=":material/cancel:",
        )
    elif run.state == "failed" and run.message:
        st.error(words.literal(run.message), icon=":material/error:")


def _take(run: Run) -> None:
    """Run everything the way that won."""
    chosen = (run.verdict or {}).get("recommended")
    if not chosen or is_imported(run):
        return
    configuration: Configuration = configuration_from(chosen)
    count = int(run.terms.get("all_tasks") or run.tasks)
    label = f"Run all {count:,} this way: {configuration.label}"
    if st.button(label, icon=":material/play_arrow:", key="run_all", type="primary"):
        with guard():
            st.session_state["open"] = run_all(run, configuration).token
        st.rerun()
