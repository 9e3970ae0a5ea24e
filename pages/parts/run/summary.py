"""The few figures that a run's view opens with, computed from its rows and trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from engine.model import ENDED, Run, Trial
from engine.protocol.results import resized_picture, total_sizes
from engine.store import Store

LEAST_S = 3.0
"""A pace tells how much time is left from so many seconds on: the first tasks have the start on their account."""
LIVE_LIMIT = 3_000
"""Above this many finished tasks their outputs are not read again at every poll."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a run is and how fast it goes; None where nothing can be said yet. Seconds, tasks a second."""

    elapsed_s: float | None
    left_s: float | None
    per_s: float | None


def pace(run: Run, trials: Sequence[Trial]) -> Pace:
    """Measured times once the run has ended, the clock's while it runs."""
    if run.state in ENDED:
        walls = [trial.measurement.wall_s for trial in trials if trial.measurement.wall_s is not None]
        elapsed = sum(walls) if walls else _between(run.started_at, run.ended_at)
        return Pace(elapsed, None, run.done / elapsed if elapsed and run.done else None)
    current = trials[-1] if trials and trials[-1].state == "running" else None
    elapsed = _between(run.started_at, None)
    if current is None or not elapsed or not current.done:
        return Pace(elapsed, None, None)
    per_s = current.done / elapsed
    return Pace(elapsed, (current.tasks - current.done) / per_s if elapsed >= LEAST_S else None, per_s)


def _between(start: str | None, end: str | None) -> float | None:
    if start is None:
        return None
    return max(0.0, (_time(end) - _time(start)).total_seconds())


def _time(iso: str | None) -> datetime:
    if iso is None:
        return datetime.now(UTC)
    read = datetime.fromisoformat(iso)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def saved_bytes(store: Store, run: Run) -> tuple[int, int] | None:
    """Bytes of the sources and of everything made from them; None while that would cost too much to ask."""
    summed = _resized(store, run)
    return summed[:2] if summed else None


def files_made(store: Store, run: Run) -> int | None:
    """How many files were made, in whatever size; None while that would cost too much to ask."""
    summed = _resized(store, run)
    return summed[2] if summed else None


def _resized(store: Store, run: Run) -> tuple[int, int, int] | None:
    if run.workload != "resize" or not run.ok or (run.state not in ENDED and run.done > LIVE_LIMIT):
        return None
    return _summed(store, run, run.done, run.ended_at)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Store: lambda _: 0, Run: lambda run: run.token})
def _summed(store: Store, run: Run, done: int, ended_at: str | None) -> tuple[int, int, int]:
    """Bytes before and after, and files; summed once for each number of finished tasks."""
    pictures = [resized_picture(text) for (text,) in store.records.latest_columns(run, "output")]
    files = sum(file.path is not None for picture in pictures if picture for file in picture.files)
    return *total_sizes(pictures), files
