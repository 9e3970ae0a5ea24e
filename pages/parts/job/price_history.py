"""What changed since the last scrape of the same list, and each product's price over all of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.analysis.price_changes import WORDS, PriceChange, PricePoint, in_words
from engine.model import Run
from engine.report.earlier import Since, changes_since, price_series
from engine.store import Store
from pages.parts.shared.charts import chart
from pages.parts.shared.server import is_dark, store
from pages.parts.shared.words import literal, moment


def show_changes(run: Run) -> None:
    """The changes since the run before, the largest fall first; nothing for the first run of a list."""
    found = _changes(store(), run, run.ended_at, run.done)
    if found is None:
        return
    when = moment(found.earlier.ended_at)
    day = f", {when:%d %B %Y, %H:%M}" if when else ""
    st.markdown(f"**Since run {found.earlier.id}**{literal(day)}: {in_words(found.changes)}.")
    if found.changes:
        st.dataframe(
            pd.DataFrame([_row(change) for change in found.changes]),
            hide_index=True,
            height=min(300, 38 + 35 * len(found.changes)),
            column_config={
                "Price": st.column_config.NumberColumn(format="%.2f", width=90),
                "Before": st.column_config.NumberColumn(format="%.2f", width=90),
                "By": st.column_config.NumberColumn(format="%+.2f", width=90),
                "Share": st.column_config.NumberColumn(format="percent", width=80),
            },
            alt="What changed since the last run of this list",
            key="changes",
        )


def _row(change: PriceChange) -> dict[str, object]:
    return {
        "Change": WORDS[change.kind].capitalize(),
        "Product": change.name,
        "Price": None if change.price is None else float(change.price),
        "Before": None if change.before is None else float(change.before),
        "By": None if change.by is None else float(change.by),
        "Share": change.share,
        "Currency": change.currency,
        "Address": change.address,
    }


def has_history(run: Run) -> bool:
    """Whether any page of the list was read in two runs."""
    series = _series(store(), run, run.ended_at, run.done)
    return any(len({point.run for point in points}) > 1 for points in series.values())


def show_history(run: Run) -> None:
    """The prices of this list's pages over its runs, in one currency at a time."""
    from engine.report.figures.jobs.price_history import currencies, price_history

    series = _series(store(), run, run.ended_at, run.done)
    known = currencies(series)
    chosen = known[0] if known else ""
    if len(known) > 1:
        picked = st.selectbox("Currency", known, format_func=lambda name: name or "unknown", key="history_currency")
        chosen = str(picked)
    figure = price_history(series, chosen, is_dark())
    chart(figure, "Each product's price over the runs", "price_history")


_SAME: dict[Any, Any] = {Store: lambda kept: kept.viewer, Run: lambda run: run.token}
"""What makes two calls the same: earlier runs of others count for nobody but those who may see them."""


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=_SAME)
def _changes(store: Store, run: Run, ended_at: str | None, done: int) -> Since | None:
    return changes_since(store, run)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=_SAME)
def _series(store: Store, run: Run, ended_at: str | None, done: int) -> dict[str, list[PricePoint]]:
    return price_series(store, run)
