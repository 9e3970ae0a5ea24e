"""Reading what strangers sent: in a process of its own, while the page says what it waits for and stays usable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Semaphore
from typing import Any

import streamlit as st

from engine.errors import InputRefused
from engine.machine import apart
from pages.parts.shared.server import settings

SHOWN_AFTER_S = 0.5
_AT_ONCE = Semaphore(2)
"""Readers that work at a time, for all users together: each may take what the settings allow of memory and a CPU."""


def read(
    doing: str, function: str, *arguments: Any, times: float = 1.0, secrets: Mapping[str, str] | None = None
) -> Any:
    """The result of `module:function` from a child process (`engine.machine.apart`).

    `doing` says what the page waits for.

    A click or an input meanwhile ends the child and counts. Raises InputRefused, also for what takes too long.
    """
    limits = apart.Limits.of(settings(), times)
    place, shown = st.empty(), [-1]

    def look(spent_s: float) -> None:
        if spent_s > SHOWN_AFTER_S and int(spent_s) != shown[0]:
            shown[0] = int(spent_s)
            place.caption(f":material/hourglass: {doing}: {spent_s:.0f} s so far, {limits.seconds:,.0f} s at most.")

    try:
        with _turn(doing, place):
            return apart.run(function, *arguments, limits=limits, look=look, secrets=secrets)
    finally:
        place.empty()


@contextmanager
def _turn(doing: str, place: Any = None) -> Iterator[None]:
    """One of the turns at reading; `place` is where the page says that it waits for one."""
    while not _AT_ONCE.acquire(timeout=SHOWN_AFTER_S):
        if place is not None:
            place.caption(f":material/hourglass: {doing}: waits until something else has been read.")
    try:
        yield
    finally:
        _AT_ONCE.release()


def finish(function: str, *arguments: Any, times: float = 1.0) -> Any:
    """The same for what a click has begun: another click waits until it is done, and does not undo the first."""
    with _turn(function):
        return apart.run(function, *arguments, limits=apart.Limits.of(settings(), times))


def forget(slot: str) -> None:
    """Have what is read for this slot read again."""
    st.session_state.pop(f"read:{slot}", None)


def read_once(slot: str, doing: str, function: str, *arguments: Any) -> Any:
    """The same, kept for the session: until the arguments for this slot change, nothing is read again.

    A refusal is kept too: what took too long would else take as long at every click.
    """
    key, asked = f"read:{slot}", (function, arguments)
    if st.session_state.get(key, (None,))[0] != asked:
        st.session_state.pop(key, None)  # what was read before need not stay beside it
        try:
            st.session_state[key] = (asked, read(doing, function, *arguments), None)
        except InputRefused as refused:
            st.session_state[key] = (asked, None, str(refused))
    _, found, refusal = st.session_state[key]
    if refusal is not None:
        raise InputRefused(refusal)
    return found
