"""What this machine is and how busy it is right now, and what to do about that before a comparison."""

from __future__ import annotations

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
_READING = "machine:reading"


def machine_strip() -> None:
    """CPUs, memory, Python and its GIL, and how busy all CPUs are, read anew while the page is open."""
    st.fragment(run_every=EVERY_S)(_strip)()


def busy_now() -> float:
    """The share of all CPU time that is used now: since this session's last look, or over a moment at the first."""
    before: busy.CpuReading | None = st.session_state.get(_READING)
    used = busy.share(before)
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
def _where() -> dict[str, Any]:
    """What stays as it is while the server runs: reading it takes longer than all the rest."""
    return environment()


def _strip() -> None:
    where = _where()
    used = busy_now()
    free = psutil.virtual_memory().available / 1e9
    parts = (
        (":material/memory:", counted(usable_cpus(), "usable CPU")),
        (":material/database:", f"{where['memory_mb'] / 1000:.0f} GB of memory, {free:.0f} GB free"),
        (":material/code:", f"Python {where['python']} {'with' if where['gil'] else 'without'} GIL"),
    )
    told = [f"{icon} {literal(text)}" for icon, text in parts]
    now = f":material/speed: {used:.0%} busy right now"
    told.append(now if used < BUSY else f":orange[{now}: close other programs before you compare]")
    with st.container(horizontal=True, key="machine_strip"):
        for one in told:
            st.markdown(f":small[{one}]", width="content")
