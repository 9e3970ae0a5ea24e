"""Buttons whose clicks are acted on before any of the page is drawn.

A page that polls is drawn anew whenever `st.rerun` says so, and a click that the script has not come to by then is
gone. Streamlit calls a button's callback before it runs the script, so what a callback does cannot be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypedDict, Unpack

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import OverlapError
from engine.model import ENDED, Run
from engine.runs import jobs
from pages.parts.shared import launching
from pages.parts.shared.guard import sentence_of
from pages.parts.shared.person import must_be_own
from pages.parts.shared.server import run_of, store
from pages.parts.shared.starting import OPEN
from pages.parts.shared.words import literal

_REFUSED = "refused"


class Look(TypedDict, total=False):
    """How a button looks, as `st.button` takes it."""

    type: Literal["primary", "secondary", "tertiary"]
    icon: str
    help: str | None
    disabled: bool


def acting_button(label: str, act: Callable[[Run], str | None], run: Run, key: str, **look: Unpack[Look]) -> None:
    """A button that calls `act` with the run, as it then is, when it is clicked.

    `act` may give a sentence that is shown in passing; what stops it is kept for `show_refusal`.
    """
    st.button(label, key=key, on_click=_handle, args=(act, run.token), **look)


def show_refusal(run: Run) -> None:
    """Draw why the last click could not be done, if it was about this run; it stays until the next click."""
    about, sentence = st.session_state.get(_REFUSED, ("", ""))
    if about == run.token:
        st.error(literal(sentence), icon=":material/error:")


def cancel(run: Run) -> str:
    """Ask for a run's end."""
    must_be_own(run)
    jobs.cancel(store(), run)
    return "" if run.state in ENDED else "Cancelling: what is finished is kept."


def resume(run: Run) -> None:
    """Run what is left of a run."""
    if run.state in ENDED:  # a second click: the first one has started it
        launching.resume(run)


def open_next(run: Run) -> None:
    """Show this run, once the script comes to it."""
    st.session_state[OPEN] = run.token


def _handle(act: Callable[[Run], str | None], token: str) -> None:
    """Act on the run as it is now: what was drawn may be over, and a second click finds what the first one did."""
    st.session_state.pop(_REFUSED, None)
    try:
        said = act(run_of(token))
    except (OverlapError, SQLAlchemyError, OSError) as error:
        st.session_state[_REFUSED] = (token, sentence_of(error))
        return
    if said:
        st.toast(said)
