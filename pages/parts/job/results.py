"""What a run gave, by workload: a price table, a gallery, or the plain outputs."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import Run
from engine.text import counted
from pages.parts.job.prices import prices
from pages.parts.run.gallery import gallery
from pages.parts.shared.server import store

ROWS = 5_000
"""Rows that are sent to the browser at a time."""
LIVE_ROWS = 200
"""Rows that are drawn again at every poll while the run goes on."""


def results(run: Run, live: bool) -> None:
    """The results so far; all of them once the run is over."""
    if not run.done:
        st.caption("The first results appear here as soon as they are there.")
        return
    DRAWN.get(run.workload, _plain)(run, live)


def _plain(run: Run, live: bool) -> None:
    names = ("label", "status", "started_s", "finished_s", "worker", "output")
    if live:
        records = store().records.latest(run, limit=LIVE_ROWS, offset=max(0, run.done - LIVE_ROWS))
        rows = [_row(record.output, *(getattr(record, name) for name in names[:-1])) for record in records]
    else:
        first = _first(run)
        rows = [
            _row(None if text is None else json.loads(text), *values)
            for *values, text in store().records.latest_columns(run, *names, tasks=range(first, first + ROWS))
        ]
    st.dataframe(
        pd.DataFrame(rows, columns=["Task", "Status", "Time", "Worker", "Output"]),
        hide_index=True,
        column_config={"Time": st.column_config.NumberColumn(format="%.3f s")},
        placeholder="",
        alt="The tasks and what they gave",
        key="plain",
    )
    if live and run.done > LIVE_ROWS:
        st.caption(f"The last {LIVE_ROWS} of {counted(run.done, 'task')}; all of them when the run is over.")


def _first(run: Run) -> int:
    """The first task that is shown, of a run with more than one table holds; chosen above it."""
    if run.tasks <= ROWS:
        return 0
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(ceil(run.tasks / ROWS), key=f"tasks:{run.token}")
        st.caption(f"{ROWS:,} of {counted(run.tasks, 'task')} at a time; the downloads hold them all.")
    return ROWS * (page - 1)


def _row(
    output: Any, label: str, status: str, start: float | None, end: float | None, worker: int | None
) -> tuple[Any, ...]:
    text = output if output is None or isinstance(output, str) else json.dumps(output)
    return label, status, None if start is None or end is None else end - start, worker, text


DRAWN: dict[str, Callable[[Run, bool], None]] = {"scrape": prices, "resize": gallery}
"""Workload: how its results are drawn; any other is drawn as a table of its outputs."""
