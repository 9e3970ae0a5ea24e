"""About this server: the machine, its limits and where they are set, who runs and who waits, disk and versions."""

from __future__ import annotations

import os
import shutil
from dataclasses import fields
from typing import Any

import pandas as pd
import psutil
import streamlit as st

import engine
from engine.config import PREFIX, SECRETS, Settings, usable_cpus
from engine.machine.environment import power
from engine.runs.room import Use, use
from engine.text import data_size
from pages.parts.history.runs_table import open_selected
from pages.parts.shared.server import settings, store
from pages.parts.shared.words import literal
from pages.parts.start.machine_strip import BUSY, busy_now, where

st.title("About this server", anchor=False, icon=":material/dns:")
st.caption("What the runs here run on, what limits them, and who is at it now.")

found = where()
own = settings()
active = store().active()
busy = busy_now()
if busy >= BUSY and not active:
    st.warning(
        f"This machine is {busy:.0%} busy with other work: what is measured now will be slower and less certain.",
        icon=":material/speed:",
    )


def told(value: Any) -> str:
    """A value in words."""
    if value is None or value == "" or value == ():
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:,g}" if isinstance(value, (int, float)) else str(value)


def table(rows: list[tuple[str, str]], columns: list[str], alt: str) -> None:
    """Rows of plain text."""
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, alt=alt)


@st.cache_data(ttl=60, show_spinner=False, max_entries=4)
def history_use(_home: str) -> Use:
    """What the history takes, counted once a minute."""
    return use(store())


with st.grid(5, min_column_width=150):
    st.metric("Usable CPUs", f"{usable_cpus()} of {found['cpus']}", border=True, height="stretch")
    free = f"{psutil.virtual_memory().available / 1e9:.1f} of {found['memory_mb'] / 1000:.1f} GB"
    st.metric("Memory free", free, border=True, height="stretch")
    st.metric("Busy now", f"{busy:.0%}", border=True, height="stretch", help="All CPUs, right now.")
    disk = shutil.disk_usage(own.home)
    st.metric("Disk free", data_size(disk.free), border=True, height="stretch", help=str(own.home))
    taken = history_use(str(own.home))
    parts = f"Database {data_size(taken.database)}, files of runs {data_size(taken.files)}."
    st.metric("History takes", data_size(taken.history), border=True, height="stretch", help=parts)
if disk.free < own.free_min_mb * 1e6:
    st.error(
        f"The disk of {literal(str(own.home))} is nearly full: no run starts before {own.free_min_mb:,.0f} MB are free "
        "(OVERLAP_FREE_MIN_MB). Delete runs in the History, or use the command overlap tidy.",
        icon=":material/hard_disk:",
    )
if own.keep_days or own.keep_gb:
    after = f"{own.keep_days:g} days after their end" if own.keep_days else ""
    above = f"the oldest first, above {own.keep_gb:g} GB" if own.keep_gb else ""
    st.caption(f"Runs that are not pinned are removed {' and '.join(filter(None, (after, above)))}.")

st.subheader("The queue", anchor=False)
if active:
    for run in active:
        if run.waiting_for:
            st.caption(f"Run {run.id} {literal(run.waiting_for)}.")
    open_selected(active, "queue")
else:
    st.caption(f"Nothing runs or waits. Up to {own.jobs_at_once} jobs run at a time; what measures runs alone.")

machine, limits = st.columns(2)
with machine:
    st.subheader("The machine", anchor=False)
    libraries = {f"Package {name}": version for name, version in found["libraries"].items()}
    facts = {
        "Host": found["host"],
        "System": found["system"],
        "Processor": found["processor"],
        "Architecture": found["machine"],
        "Load in the last minute": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "Power": power(),
        "Python": f"{found['implementation']} {found['python']}",
        "Global interpreter lock": "on" if found["gil"] else "off",
        "Overlap": engine.__version__,
        "Streamlit": st.__version__,
        **libraries,
        "Runs are kept in": str(own.home),
    }
    table([(name, told(value)) for name, value in facts.items()], ["What", "Is"], "The machine and its software")
with limits:
    st.subheader("Settings and limits", anchor=False)
    st.caption(f"Set by environment variables or in {literal(str(own.home / 'overlap.toml'))}; read at every start.")
    rows = []
    for item in fields(Settings):
        value = getattr(own, item.name)
        shown = "set" if item.name in SECRETS and value else told(value)
        rows.append((f"{PREFIX}{item.name.upper()}", shown))
    table(rows, ["Setting", "Value"], "Settings and limits of this server")
