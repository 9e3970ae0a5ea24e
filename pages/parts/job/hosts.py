"""How long each host of a scrape took to answer: the median and the worst, so that a slow shop shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

import pandas as pd
import streamlit as st

from engine.model import Run
from engine.protocol.results import shop_of
from engine.store import Store
from engine.text import counted
from pages.parts.shared.server import store

READ_LIVE = 2_000
"""While the run goes on, the last so many pages count."""
_NAMES = ("label", "status", "started_s", "finished_s")


class HostTimes(NamedTuple):
    """A host's pages that were asked for, failed ones among them, and how long a page took in seconds."""

    host: str
    pages: int
    failed: int
    median_s: float
    worst_s: float


def host_times(rows: Iterable[tuple[str, str, float | None, float | None]]) -> list[HostTimes]:
    """(label, status, start, end) of tasks by host, the one with the worst page first."""
    times: dict[str, list[float]] = defaultdict(list)
    failed: dict[str, int] = defaultdict(int)
    for label, status, start_s, end_s in rows:
        if start_s is not None and end_s is not None:
            times[shop_of(label)].append(end_s - start_s)
            failed[shop_of(label)] += status == "failed"
    found = [HostTimes(host, len(took), failed[host], median(took), max(took)) for host, took in times.items()]
    return sorted(found, key=lambda one: (-one.worst_s, one.host))


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs={Store: lambda _: 0})
def _whole(store: Store, token: str, known: tuple[object, ...], _run: Run) -> list[HostTimes]:
    """Of a run that is over, read once for each state of it."""
    return host_times(store.records.latest_columns(_run, *_NAMES))


def hosts(run: Run, live: bool) -> None:
    """The table of hosts, live and afterwards; nothing while no page has been answered."""
    if live:
        records = store().records.latest(run, limit=READ_LIVE, offset=max(0, run.done - READ_LIVE))
        found = host_times((one.label, one.status, one.started_s, one.finished_s) for one in records)
    else:
        found = _whole(store(), run.token, (run.ended_at, run.done, run.failed), run)
    if not found:
        return
    worst_s = max(one.worst_s for one in found)
    bar = st.column_config.ProgressColumn(format="%.2f s", min_value=0.0, max_value=worst_s or 1.0)
    with st.container(border=True, key="hosts_card"):
        of = f", of the last {counted(READ_LIVE, 'page')}" if live and run.done > READ_LIVE else ""
        st.markdown(f"**Time per page by host**{of}")
        st.dataframe(
            pd.DataFrame(found, columns=["Host", "Pages", "Failed", "Median", "Worst"]),
            hide_index=True,
            height=min(320, 38 + 35 * len(found)),
            column_config={
                "Pages": st.column_config.NumberColumn(width=70),
                "Failed": st.column_config.NumberColumn(width=70),
                "Median": bar,
                "Worst": bar,
            },
            alt="Time per page by host, the median and the worst",
            key="host_times",
        )
