"""The results of a scrape: what changed, the table of prices, and charts where there is something to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import Run
from engine.store import Store
from engine.text import counted
from pages.parts.job.price_history import has_history, show_changes, show_history
from pages.parts.job.price_table import NAMES, draw, table_of
from pages.parts.shared.charts import chart
from pages.parts.shared.server import is_dark, store

LIVE_ROWS = 200


def prices(run: Run, live: bool) -> None:
    """The last rows while the run goes on; afterwards what changed, then every row or a chart."""
    if live:
        records = store().records.latest(run, limit=LIVE_ROWS, offset=max(0, run.done - LIVE_ROWS))
        rows = [tuple(getattr(one, name) for name in NAMES) for one in records]
        draw(table_of(run, rows, {}, st.context.timezone), "prices:live")
        if run.done > LIVE_ROWS:
            st.caption(f"The last {LIVE_ROWS} of {counted(run.done, 'page')}; all of them when the run is over.")
        return
    show_changes(run)
    _LOOKS[_look(run)](run)


def _look(run: Run) -> str:
    """How the results are looked at; charts only where there is something to compare."""
    looks = [name for name, is_useful in _USEFUL.items() if is_useful(run)]
    if len(looks) == 1:
        return looks[0]
    if st.session_state.get("look") not in (None, *looks):  # chosen for a run that had more to compare
        del st.session_state["look"]
    chosen = st.segmented_control(
        "Show", looks, default=looks[0], required=True, label_visibility="collapsed", key="look", wrap=True
    )
    return str(chosen or looks[0])


def _all_rows(run: Run) -> None:
    draw(_whole_table(store(), run, run.done, run.ended_at, st.context.timezone), "prices:whole")


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Store: lambda _: 0, Run: lambda run: run.token})
def _whole_table(store: Store, run: Run, done: int, ended_at: str | None, zone: str | None) -> pd.DataFrame:
    """Every row; made once for each state of the run."""
    return table_of(run, store.records.latest_columns(run, *NAMES), _best(store, run, done, ended_at)[0], zone)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Store: lambda _: 0, Run: lambda run: run.token})
def _best(store: Store, run: Run, done: int, ended_at: str | None) -> tuple[dict[str, int], bool]:
    """The best offers, and whether any product can be compared at all."""
    from engine.report.figures.jobs.shops import best_offers, compared, offers_from

    offers = offers_from(_read(store, run))
    return best_offers(offers), bool(compared(offers))


def _read(store: Store, run: Run) -> list[tuple[str, Any]]:
    return [(label, output) for label, output in store.records.latest_columns(run, "label", "output") if output]


def _chart(run: Run) -> None:
    """The same product across shops."""
    from engine.report.figures import prices as drawn

    chart(drawn(_read(store(), run), is_dark()), "The price of each product in each shop, by currency", "price_chart")


_LOOKS: dict[str, Callable[[Run], None]] = {"Table": _all_rows, "Prices by shop": _chart, "Over time": show_history}
"""Ways to look at a finished scrape, in the order shown."""
_USEFUL: dict[str, Callable[[Run], bool]] = {
    "Table": lambda run: True,
    "Prices by shop": lambda run: _best(store(), run, run.done, run.ended_at)[1],
    "Over time": has_history,
}
