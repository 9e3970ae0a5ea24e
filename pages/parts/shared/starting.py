"""From a form to a run: one token for each form that is drawn, so that a double click starts one run.

The token is used up by a start and replaced when the form is next drawn without a click. Streamlit draws a page anew
for every click, also while an earlier click is still being acted on: so only one at a time puts a run's inputs in
place, and the session remembers what is to be shown until it is.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import NoReturn

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import OverlapError
from engine.model import Plan, Run, Told, new_token
from engine.text import planned
from pages.parts.shared import launching
from pages.parts.shared.guard import sentence_of
from pages.parts.shared.server import RUN, store
from pages.parts.shared.words import literal

OPEN = "open"
"""The session's key of the token of the run that is to be shown next."""
_SHOWN_AFTER_S, _SHOWN_EVERY_S = 0.5, 0.25
GO = "go"
"""The session's key of the page that is to be shown next, with its query."""


def form_token(form: str, clicked: bool) -> str:
    """The token of the run that this form starts. Call it after the form's button, with what that gave."""
    key, used = f"{form}:token", f"{form}:used"
    if key not in st.session_state or (st.session_state.get(used) and not clicked):
        st.session_state[key] = new_token()
        st.session_state[used] = False
    return str(st.session_state[key])


def start_once(token: str, make: Callable[[str], Plan], told: Told | None = None) -> Run:
    """Start the run of a token, or give the one that a first click started or is starting. Raises OverlapError."""
    kept = store()
    with _alone(token):
        if not kept.exists(token):
            folder = kept.folder(token).path
            shutil.rmtree(folder, ignore_errors=True)  # what a first click had half spooled
            try:
                launching.start(make(token), token, told)
            except BaseException:
                if not kept.exists(token):
                    shutil.rmtree(folder, ignore_errors=True)
                raise
    return kept.run(token)


def start(form: str, token: str, make: Callable[[str], Plan]) -> Run:
    """Start the run of a form's token, or give the one that a first click started. Raises OverlapError."""
    run = start_once(token, make, planning())
    st.session_state[f"{form}:used"] = True
    return run


def planning(clock: Callable[[], float] = time.monotonic) -> Told:
    """A line that says how far planning is, once it takes longer than a moment."""
    place, began_s = st.empty(), clock()
    next_s = began_s + _SHOWN_AFTER_S

    def tell(words: str, done: int, of: int | None) -> None:
        nonlocal next_s
        if clock() >= next_s:
            next_s = clock() + _SHOWN_EVERY_S
            place.progress(min(1.0, done / of) if of else 0.0, f"Planning, {planned(words, done, of)}")

    return tell


def start_and_open(form: str, token: str, make: Callable[[str], Plan]) -> NoReturn:
    """Start the run and show it. Raises OverlapError."""
    st.session_state[OPEN] = token
    try:
        run = start(form, token, make)
    except OverlapError:
        del st.session_state[OPEN]
        raise
    show(run)


def begin(form: str, token: str, make: Callable[[str], Plan]) -> None:
    """What a button's callback calls to start the run and show it: before any of the page is drawn once more.

    For plans that take no longer than a moment, because how far they are has no place yet; `refusal` says what stopped
    them.
    """
    st.session_state.pop(f"{form}:refused", None)
    try:
        start_once(token, make)
    except (OverlapError, SQLAlchemyError, OSError) as error:
        st.session_state[f"{form}:refused"] = sentence_of(error)
        return
    st.session_state[f"{form}:used"] = True
    st.session_state[OPEN] = token


def refusal(form: str) -> None:
    """Draw why the last click on this form could not be done; it stays until the next one."""
    if sentence := st.session_state.get(f"{form}:refused"):
        st.error(literal(sentence), icon=":material/error:")


def go_to(page: str, query: Mapping[str, str] | None = None) -> None:
    """Show another page, once the script comes to it: what a button's callback calls."""
    st.session_state[GO] = (page, dict(query or {}))


def leaves() -> bool:
    """Whether another page is to be shown next."""
    return OPEN in st.session_state or GO in st.session_state


def show_next() -> None:
    """Go to the page, or the run once it has been started, that is to be shown next; called before a page is drawn."""
    if GO in st.session_state:
        page, query = st.session_state.pop(GO)
        st.switch_page(page, query_params=query)
    token = st.session_state.get(OPEN)
    if token is None:
        return
    with _alone(token):  # a click that is being acted on now
        started = store().exists(token)
    if not started or st.query_params.get(RUN) == token:
        del st.session_state[OPEN]
    else:
        show(store().run(token))


@contextmanager
def _alone(token: str) -> Iterator[None]:
    """One at a time for each token."""
    with _GUARD:
        lock = _UNDER_WAY.setdefault(token, Lock())
    try:
        with lock:
            yield
    finally:
        with _GUARD:
            _UNDER_WAY.pop(token, None)


_GUARD = Lock()
_UNDER_WAY: dict[str, Lock] = {}


def show(run: Run) -> NoReturn:
    """Go to the Run page of this run."""
    st.switch_page("run.py", query_params={RUN: run.token})
