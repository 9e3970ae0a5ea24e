"""What a run gave, by workload: a price table, a gallery, or the plain outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import Run
from engine.text import counted, seconds
from pages.parts.job.prices import prices
from pages.parts.run.gallery import gallery
from pages.parts.shared.server import store
from pages.parts.shared.words import outcome

ROWS = 5_000
"""Rows that are sent to the browser at a time."""
LIVE_ROWS = 20
"""Rows that are drawn again at every look while the run goes on."""


def results(run: Run, live: bool) -> None:
    """The results so far; all of them once the run is over."""
    if not run.done:
        st.caption("The first results appear here as soon as they are there.")
        return
    DRAWN.get(run.workload, _plain)(run, live)


def _plain(run: Run, live: bool) -> None:
    if live:
        _latest(run)
        return
    names, first = ("label", "status", "started_s", "finished_s", "worker", "output"), _first(run)
    rows = [
        _row(None if text is None else json.loads(text), *values)
        for *values, text in store().records.latest_columns(run, *names, tasks=range(first, first + ROWS))
    ]
    table, unit = in_unit(pd.DataFrame(rows, columns=COLUMNS))
    st.dataframe(
        table,
        hide_index=True,
        column_config={"Time": st.column_config.NumberColumn(format=unit)},
        placeholder="",
        alt="The tasks and what they gave",
        key="plain",
    )


def in_unit(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The table with its times in milliseconds where the longest is below a second, and how they are written."""
    if table["Time"].isna().all() or table["Time"].max() >= 1:
        return table, "%.3f s"
    return table.assign(Time=table["Time"].astype(float) * 1000), "%.3g ms"


COLUMNS = ["Task", "Status", "Time", "Worker", "Output"]


def _latest(run: Run) -> None:
    """The last results, the newest on top, as plain HTML: drawing `st.dataframe` anew took more than all the rest."""
    records = store().records.latest(run, limit=LIVE_ROWS, offset=max(0, run.done - LIVE_ROWS))
    rows = [
        _row(one.output, one.label, one.status, one.started_s, one.finished_s, one.worker) for one in reversed(records)
    ]
    st.html(latest_html(rows))
    if run.done > LIVE_ROWS:
        st.caption(f"The last {LIVE_ROWS} of {counted(run.done, 'task')}; all of them when the run is over.")


def latest_html(rows: Sequence[tuple[Any, ...]]) -> str:
    """Rows as `_row` gives them, as a table without a script; what a task said is shown literally, on one line."""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    body = "".join(f"<tr>{''.join(f'<td>{escape(_told(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f'{_STYLE}<table class="latest"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _told(cell: Any) -> str:
    """A cell in words: a time with its unit, what is long cut."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return seconds(cell)
    text = str(cell)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


LONGEST = 120
_STYLE = """<style>
.latest { width: 100%; border-collapse: collapse; font-size: 0.875rem; table-layout: fixed; }
.latest :is(th, td) { padding: 0.25rem 0.5rem; text-align: left; border-bottom: 1px solid rgba(128, 140, 155, 0.25);
  overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.latest th { font-weight: 600; }
.latest :is(th, td):nth-child(n + 2):nth-child(-n + 4) { width: 5.5rem; }
@media (max-width: 640px) { .latest :is(th, td):nth-child(n + 4) { display: none; } }
</style>"""


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
    return label, outcome(status), None if start is None or end is None else end - start, worker, text


DRAWN: dict[str, Callable[[Run, bool], None]] = {"scrape": prices, "resize": gallery}
"""Workload: how its results are drawn; any other is drawn as a table of its outputs."""
