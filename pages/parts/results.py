"""What a run gave, by workload: a price table, a gallery, or the plain outputs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import streamlit as st

from engine.model import Run
from pages.parts.gallery import gallery
from pages.parts.prices import prices
from pages.parts.server import store
from pages.parts.words import counted

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
    rows = store().records.latest_columns(run, *names)
    rows = rows[-LIVE_ROWS:] if live else rows
    drawn = [
        (label, status, None if end is None else end - start, worker, _output(text))
        for label, status, start, end, worker, text in rows
    ]
    st.dataframe(
        pd.DataFrame(drawn, columns=["Task", "Status", "Time", "Worker", "Output"]),
        hide_index=True,
        column_config={"Time": st.column_config.NumberColumn(format="%.3f s")},
        placeholder="",
        alt="The tasks and what they gave",
        key="plain",
    )
    if live and run.done > LIVE_ROWS:
        st.caption(f"The last {LIVE_ROWS} of {counted(run.done, 'task')}; all of them when the run is over.")


def _output(text: str | None) -> str | None:
    output = None if text is None else json.loads(text)
    return output if output is None or isinstance(output, str) else json.dumps(output)


DRAWN: dict[str, Callable[[Run, bool], None]] = {"scrape": prices, "resize": gallery}
"""Workload: how its results are drawn; any other is drawn as a table of its outputs."""
