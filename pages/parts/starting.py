"""From a form to a run: one token for each form that is drawn, so that a double click starts one run.

The token is used up by a start and replaced when the form is next drawn without a click.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from engine import jobs
from engine.model import Plan, Run
from pages.parts import launching
from pages.parts.server import RUN, store


def form_token(form: str, clicked: bool) -> str:
    """The token of the run that this form starts. Call it after the form's button, with what that gave."""
    key, used = f"{form}:token", f"{form}:used"
    if key not in st.session_state or (st.session_state.get(used) and not clicked):
        st.session_state[key] = jobs.new_token()
        st.session_state[used] = False
    return str(st.session_state[key])


def start(form: str, token: str, make: Callable[[str], Plan]) -> Run:
    """Start the run of a form's token, or give the one that a first click started. Raises OverlapError."""
    kept = store()
    if not kept.exists(token):
        folder = kept.folder(token).path
        shutil.rmtree(folder, ignore_errors=True)  # what a first click had half spooled
        try:
            launching.start(make(token), token)
        except BaseException:
            if not kept.exists(token):
                shutil.rmtree(folder, ignore_errors=True)
            raise
    st.session_state[f"{form}:used"] = True
    return kept.run(token)


def start_and_open(form: str, token: str, make: Callable[[str], Plan]) -> NoReturn:
    """Start the run and show it. Raises OverlapError."""
    show(start(form, token, make))


def show(run: Run) -> NoReturn:
    """Go to the Run page of this run."""
    st.switch_page("run.py", query_params={RUN: run.token})
