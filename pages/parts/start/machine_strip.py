"""What this machine is and how busy it is right now, and what to do about that before a comparison."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import psutil
import streamlit as st

from engine.config import usable_cpus
from engine.machine import busy
from engine.machine.environment import environment
from engine.text import counted
from pages.parts.shared.words import literal

EVERY_S = 5.0
BUSY = 0.25
"""From this share on other programs are seen in a comparison's intervals (it warns from 5% on, over all its trials)."""
FRESH_S = 3 * EVERY_S
"""An older look than this says nothing about now."""
_READING = "machine:reading"


def machine_strip() -> None:
    """CPUs, memory, Python and its GIL, and how busy all CPUs are, read anew while the page is open."""
    st.fragment(run_every=EVERY_S)(_strip)()


def busy_now() -> float:
    """The share of all CPU time that is used now: since this session's last look, or over a moment where it is old."""
    before: busy.CpuReading | None = st.session_state.get(_READING)
    used = busy.share(before if before and time.monotonic() - before.at_s < FRESH_S else None)
    st.session_state[_READING] = busy.reading()
    return used


def busy_note() -> None:
    """A line that says so while the machine is too busy to compare on."""
    used = busy_now()
    if used >= BUSY:
        st.warning(
            f"Other work keeps this machine {used:.0%} busy right now: a comparison would have wide intervals. "
            "Close what is running, or wait, and compare then.",
            icon=":material/speed:",
        )


@cache
def where() -> dict[str, Any]:
    """The machine as it was at the server's first look: of what changes ask anew. Reading it takes longer than that."""
    return environment()


def _strip() -> None:
    found = where()
    used = busy_now()
    free = psutil.virtual_memory().available / 1e9
    parts = (
        (":material/memory:", counted(usable_cpus(), "usable CPU")),
        (":material/database:", f"{found['memory_mb'] / 1000:.0f} GB of memory, {free:.0f} GB free"),
        (":material/code:", f"Python {found['python']} {'with' if found['gil'] else 'without'} GIL"),
    )
    told = [f"{icon} {literal(text)}" for icon, text in parts]
    now = f":material/speed: {used:.0%} busy right now"
    told.append(now if used < BUSY else f":orange[{now}: close other programs before you compare]")
    with st.container(horizontal=True, key="machine_strip"):
        for one in told:
            st.markdown(f":small[{one}]", width="content")
