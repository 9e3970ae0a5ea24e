"""How often the page of a live run looks: watching must not change what is watched.

A look costs the browser 0.1 to 0.2 s of CPU time and the server 0.02 (benchmarks/observer.py). While something is
measured, that is once in four seconds. A job is looked at every second, but as seldom once it has kept the machine's
CPUs busy for a while: then each look takes that long from its tasks.
"""

from __future__ import annotations

import streamlit as st

from engine.machine.busy import reading

OFTEN_S = 1.0
SELDOM_S = 4.0
BUSY = 0.8
"""Share of all CPU time; a page that is being drawn takes less than that of two CPUs."""
LOOKS = 5
"""So many looks in a row must find it busy: a short job stays lively, and the first ones see the page being loaded."""


def interval_s(kind: str, token: str) -> float:
    """Seconds from one look to the next."""
    return OFTEN_S if kind == "job" and _busy_looks(token) < LOOKS else SELDOM_S


def take_note(kind: str, token: str) -> bool:
    """Read how busy the machine was since the last look; True when the interval is another one from now on."""
    before = interval_s(kind, token)
    now = reading()
    busy = now.used_since(st.session_state.get(_key(token, "clock"), now)) >= BUSY
    st.session_state[_key(token, "clock")] = now
    if _busy_looks(token) < LOOKS:  # once is for good: going back and forth would itself cost a look each time
        st.session_state[_key(token, "busy")] = _busy_looks(token) + 1 if busy else 0
    return interval_s(kind, token) != before


def _busy_looks(token: str) -> int:
    return int(st.session_state.get(_key(token, "busy"), 0))


def _key(token: str, what: str) -> str:
    return f"poll:{what}:{token}"
