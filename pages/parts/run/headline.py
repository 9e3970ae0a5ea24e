"""The head of a run's view: its title, what it is at, what can be done with it, and the headline figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from engine.model import ENDED, Run, Trial, new_token
from pages.parts.run.again import run_again
from pages.parts.run.pictures import is_imported
from pages.parts.run.summary import Pace, pace, saved_bytes
from pages.parts.run.tried_again import tried_again
from pages.parts.shared import words
from pages.parts.shared.clicks import acting_button, cancel, open_next, resume
from pages.parts.shared.server import store

TITLES = {
    "scrape": ("Scrape prices", "pages", ":material/sell:"),
    "resize": ("Resize images", "img", ":material/photo_size_select_large:"),
}
"""Workload: the view's title, what one task is called in a throughput, its icon."""


def title_of(run: Run) -> tuple[str, str, str]:
    """Title, unit and icon of a run's workload; an unknown one goes by its own name."""
    return TITLES.get(run.workload, (run.workload.capitalize(), "tasks", ":material/play_circle:"))


def head(run: Run, trials: Sequence[Trial]) -> None:
    """Title, state and buttons on one line, then what the run waits for, why it ended, or how a retry went."""
    name, _, icon = title_of(run)
    word, state_icon, colour = words.state_of(run)
    line = st.container(horizontal=True, vertical_alignment="center", key="head")
    how = run.configurations[0].label if run.kind == "job" else run.kind
    line.title(f"{words.literal(name)} · run {run.id} · {words.literal(how)}", anchor=False, icon=icon)
    with line:
        st.badge(word, icon=state_icon, color=colour)  # type: ignore[arg-type]
        _buttons(run)
    st.caption(words.literal(run.title))
    # Always there, also empty: what stands below must not change its place while the run goes on.
    with st.container(key="notice"):
        _notice(run, trials)


def _notice(run: Run, trials: Sequence[Trial]) -> None:
    if run.state == "waiting" and run.waiting_for:
        st.info(f"This run {words.literal(run.waiting_for)}.", icon=":material/hourglass_top:")
    if is_imported(run):
        st.info("Read from a file that was exported elsewhere: its figures are here, its files are not.")
    elif run.state == "interrupted":
        st.warning(
            f"The run was interrupted with {run.done:,} of {words.counted(run.tasks, 'task')} done; "
            "what was finished is kept. Resume runs the rest.",
            icon=":material/power_off:",
        )
    elif run.message and run.state in ENDED:
        show = st.error if run.state == "failed" else st.info
        show(words.literal(run.message))
    if run.state in ENDED and (told := tried_again(run.tasks, trials)):
        st.info(told, icon=":material/refresh:")


def _buttons(run: Run) -> None:
    if run.state not in ENDED:
        acting_button("Cancel", cancel, run, "cancel", icon=":material/stop_circle:")
        return
    if is_imported(run):
        return
    if run.kind == "job" and run.done < run.tasks and run.state in ("interrupted", "cancelled", "failed"):
        left = words.counted(run.tasks - run.done, "task")
        acting_button(
            "Resume", resume, run, "resume", icon=":material/resume:", type="primary", help=f"Run the {left} left"
        )
    note = "Start a new run of the same tasks"
    acting_button("Run again", partial(_again, new_token()), run, "again", icon=":material/replay:", help=note)


def _again(token: str, run: Run) -> None:
    open_next(run_again(run, token))


def figures(run: Run, trials: Sequence[Trial]) -> None:
    """The headline figures and, while the run is not over, the progress bar."""
    measured = pace(run, trials)
    found = _figures(run, measured)
    with st.grid(len(found), min_column_width=130, key="figures"):
        for label, value, note in found:
            st.metric(label, value, border=True, height="stretch", help=note)
    with st.container(key="progress"):
        _progress(run, measured)


def _progress(run: Run, measured: Pace) -> None:
    if run.state not in ENDED:
        st.progress(run.done / run.tasks if run.tasks else 0.0, text=_progress_text(run, measured))


def _figures(run: Run, measured: Pace) -> list[tuple[str, str, str | None]]:
    unit = title_of(run)[1]
    found: list[tuple[str, str, str | None]] = [("Done", f"{run.done:,} of {run.tasks:,}", None)]
    if run.state not in ENDED:
        left = f"~{words.duration(measured.left_s)}" if measured.left_s is not None else "–"
        found.append(("Time left", left, "At the pace so far."))
    found.append(("Elapsed", words.duration(measured.elapsed_s), None))
    found.append(("Throughput", f"{_short(measured.per_s)} {unit}/s" if measured.per_s else "–", None))
    found.append(("Failed", f"{run.failed:,}", None))
    saved = saved_bytes(store(), run)
    if saved and saved[0]:
        before, after = saved
        size, share = words.data_size(abs(before - after)), words.share(abs(before - after), before)
        label = "Saved" if after <= before else "Grown by"
        note = f"{words.data_size(before)} of originals became {words.data_size(after)}."
        found.append((label, f"{size}, {share}", note))
    return found


def _short(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _progress_text(run: Run, measured: Pace) -> str:
    if run.state == "waiting":
        return "Waiting for its turn" if run.waiting_for else "Starting"
    left = f", about {words.duration(measured.left_s)} left" if measured.left_s is not None else ""
    return f"{run.done:,} of {run.tasks:,} done{left}"
