"""The head of a run's view: its title, what it is at, what can be done with it, and the headline figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from engine.model import ENDED, Run, Trial, new_token
from engine.report.figures.colours import FAILED, executor_colour
from engine.text import counted, data_size
from engine.text import share as share_of
from pages.parts.components.bar import bar, bar_html
from pages.parts.components.lanes import lanes
from pages.parts.components.sparkline import sparkline
from pages.parts.run.again import run_again
from pages.parts.run.pictures import is_imported
from pages.parts.run.summary import Pace, pace, saved_bytes
from pages.parts.run.tried_again import tried_again
from pages.parts.shared import words
from pages.parts.shared.clicks import acting_button, cancel, open_next, resume
from pages.parts.shared.polling import BEGINS
from pages.parts.shared.server import store

TITLES = {
    "scrape": ("Scrape prices", "pages", ":material/sell:"),
    "resize": ("Resize images", "images", ":material/photo_size_select_large:"),
}
"""Workload: the view's title, what one task is called in a throughput, its icon."""


def title_of(run: Run) -> tuple[str, str, str]:
    """Title, unit and icon of a run's workload; an unknown one goes by its own name."""
    return TITLES.get(run.workload, (run.workload.capitalize(), "tasks", ":material/play_circle:"))


def head(run: Run, trials: Sequence[Trial]) -> None:
    """Title, state and buttons on one line, then why the run ended, or how a retry went."""
    name, _, icon = title_of(run)
    word, state_icon, colour = words.state_of(run)
    line = st.container(horizontal=True, vertical_alignment="center", key="head")
    how = run.configurations[0].label if run.kind == "job" else run.kind
    line.title(f"{words.literal(name)} · run {run.id} · {words.literal(how)}", anchor=False, icon=icon)
    with line:
        st.badge(word, icon=state_icon, color=colour)  # type: ignore[arg-type]
        _buttons(run)
    st.caption(words.literal(run.title))
    _written(run)
    # Always there, also empty: what stands below must not change its place while the run goes on.
    with st.container(key="notice"):
        _notice(run, trials)


def _written(run: Run) -> None:
    """What people wrote on the run: its label and its note."""
    if run.label:
        st.badge(words.literal(run.label), icon=":material/label:", color="blue")
    if run.note:
        st.caption(words.literal(run.note))


def _notice(run: Run, trials: Sequence[Trial]) -> None:
    stopped = f"with {run.so_far}; what was finished is kept. Resume runs the rest."
    if not notice(run, "run", stopped) and run.message and run.state in ENDED:
        show = st.error if run.state == "failed" else st.info
        show(words.literal(run.message))
    if run.state in ENDED and (told := tried_again(run.tasks, trials)):
        st.info(told, icon=":material/refresh:")


def notice(run: Run, what: str, stopped: str) -> bool:
    """That a run of any kind was read from a file or interrupted; whether it was either.

    `what` is what it is called, `stopped` how the sentence about an interruption goes on.
    """
    if is_imported(run):
        st.info("Read from a file that was exported elsewhere: its figures are here, its files are not.")
    elif run.state == "interrupted":
        st.warning(f"The {what} was interrupted {stopped}", icon=":material/power_off:")
    else:
        return False
    return True


def _buttons(run: Run) -> None:
    if run.state not in ENDED:
        acting_button("Cancel", cancel, run, "cancel", icon=":material/stop_circle:")
        return
    if is_imported(run):
        return
    if run.kind == "job" and run.done < run.tasks and run.state in ("interrupted", "cancelled", "failed"):
        left = counted(run.tasks - run.done, "task")
        acting_button(
            "Resume", resume, run, "resume", icon=":material/resume:", type="primary", help=f"Run the {left} left"
        )
    note = "Start a new run of the same tasks"
    acting_button("Run again", partial(_again, new_token()), run, "again", icon=":material/replay:", help=note)


def _again(token: str, run: Run) -> None:
    open_next(run_again(run, token))


def figures(run: Run, trials: Sequence[Trial], picture: Mapping[str, Any]) -> None:
    """The headline figures, the bar that says how far it is, and the lanes: the same while it runs and afterwards."""
    measured = pace(run, trials)
    found, how = [*tiles(run, measured), *_saved(run)], run.configurations[0].executor
    with st.grid(len(found), min_column_width=130, key="figures"):
        for label, value, note in found:
            line = sparkline(_rates(picture), executor_colour(how)) if label == "Throughput" else ""
            st.metric(label + line, value, border=True, height="stretch", help=note)
    with st.container(key="progress"):
        bar(shown := bar_of(run, measured))
    drawn = {"tiles": texts_of(found), "bar": shown}
    lanes(run, trials, dict(picture), title_of(run)[1], stage(run), drawn)


def stage(run: Run) -> str:
    """What the whole page depends on: while it stays the same, only figures, bar and lanes change from look to look.

    A run that begins is drawn anew with its first result, and not a moment before that, too.
    """
    if run.state in ENDED or run.waiting_for:
        return f"{run.state} {run.waiting_for or ''}"
    return "has results" if run.done else BEGINS


def _rates(picture: Mapping[str, Any]) -> list[float]:
    """Tasks that ended a second, done and failed ones together, over the time that the lanes show."""
    rate = picture.get("rate") or {"done": [], "failed": []}
    return [done + failed for done, failed in zip(rate["done"], rate["failed"], strict=True)]


def tiles(run: Run, measured: Pace) -> list[tuple[str, str, str | None]]:
    """Label, value and note of the headline figures that every job has."""
    unit = title_of(run)[1]
    return [
        ("Done", f"{run.ok:,} of {run.tasks:,}", None),
        ("Elapsed", words.duration(measured.elapsed_s), None),
        ("Throughput", _rate(measured.per_s, unit) if measured.per_s else "–", None),
        ("Failed", f":red[{run.failed:,}]" if run.failed else "0", None),
    ]


def texts_of(found: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """What tiles say by their labels, without the colour: between two looks the lanes' script writes it into them."""
    return {label: _COLOURED.sub(r"\1", value) for label, value, _ in found}


_COLOURED = re.compile(r"^:\w+\[(.*)\]$")


def _saved(run: Run) -> list[tuple[str, str, str | None]]:
    """What a resize saved; the tile is there from the first, or all below it would move when it came."""
    if run.workload != "resize":
        return []
    saved = saved_bytes(store(), run)
    if not saved or not saved[0]:
        return [("Saved", "–", None)]
    before, after = saved
    size, share = data_size(abs(before - after)), share_of(abs(before - after), before)
    note = f"{data_size(before)} of originals became {data_size(after)}."
    return [("Saved" if after <= before else "Grown by", f"{size}, {share}", note)]


def _rate(per_s: float, unit: str) -> str:
    told = f"{per_s:,.0f}" if per_s >= 10 else f"{per_s:.2g}"
    return f"{told} {unit.removesuffix('s') if told == '1' else unit}/s"


def bar_of(run: Run, measured: Pace) -> str:
    """The bar as HTML."""
    return bar_html(run, _bar_text(run, measured), executor_colour(run.configurations[0].executor), FAILED)


def waiting_text(run: Run, what: str) -> str:
    """What a run that has not begun waits for, for its bar: a box of its own would move the page when it goes."""
    return f"This {what} {run.waiting_for}." if run.waiting_for else "Starting"


def _bar_text(run: Run, measured: Pace) -> str:
    if run.state == "waiting":
        return waiting_text(run, "run")
    if run.state in ENDED or measured.left_s is None:
        return run.so_far
    return f"{run.so_far}, about {words.duration(measured.left_s)} left"
