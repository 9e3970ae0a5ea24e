"""What each worker of a cluster did: a row a worker, those of one host beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from engine.model import Trial
from engine.store.spans import Share
from engine.text import counted
from pages.parts.components.seats import host_and_address, in_order
from pages.parts.shared.server import store


class Worker(NamedTuple):
    """A worker of a cluster: where it sat last, and what it did; `busy` is a share of the trial's wall time."""

    host: str
    address: str
    number: int
    tasks: int
    failed: int
    busy: float | None


def workers_of(names: Sequence[str], shares: Iterable[Share], wall_s: float | None) -> list[Worker]:
    """The workers by host and address; `names` has each one's host and address by its number, empty where unknown."""
    did = {share.worker: share for share in shares}
    found = []
    for number, name in enumerate(names):
        host, address = host_and_address(name)
        share = did.get(number, Share(number, 0, 0, 0.0))
        busy = min(share.busy_s / wall_s, 1.0) if wall_s else None
        found.append(Worker(host, address, number, share.tasks, share.failed, busy))
    return sorted(found, key=in_order)


def cluster_workers(trial: Trial) -> None:
    """The table, for a trial that ran on a cluster."""
    names = trial.measurement.worker_names
    if not any(names):
        return
    rows = workers_of(names, store().spans.by_worker(trial), trial.measurement.wall_s)
    hosts = len({row.host for row in rows})
    st.markdown(f"**{counted(len(rows), 'worker')} on {counted(hosts, 'host')}**")
    st.dataframe(
        pd.DataFrame(rows, columns=["Host", "Address", "Worker", "Tasks", "Failed", "Busy"]),
        hide_index=True,
        height=min(420, 38 + 35 * len(rows)),
        column_config={
            "Worker": st.column_config.NumberColumn(width=70, help="Its number on the lanes above."),
            "Tasks": st.column_config.NumberColumn(width=90, format="localized"),
            "Failed": st.column_config.NumberColumn(width=70, format="localized"),
            "Busy": st.column_config.ProgressColumn(
                format="percent", min_value=0.0, max_value=1.0, help="From the first task to the last result."
            ),
        },
        alt="The cluster's workers by host, what each did and how busy it was",
        key="cluster_workers",
    )
