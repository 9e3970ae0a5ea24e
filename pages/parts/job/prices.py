"""The results of a scrape: the table of prices, and the same product across shops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import Record, Run
from engine.protocol.results import ScrapedPage, scraped_page, shop_of
from engine.store import Store
from pages.parts.job.price_history import show_changes, show_history
from pages.parts.shared.server import is_dark, store
from pages.parts.shared.words import counted, in_words

LIVE_ROWS = 200
COLUMNS = ["Status", "Shop", "Product", "Price", "Currency", "Availability", "Time", "Remark", "Address", "Open"]
_NAMES = ("label", "status", "started_s", "finished_s", "reason", "error", "output")


def prices(run: Run, live: bool) -> None:
    """The last rows while the run goes on; afterwards every row, or the same product across shops as a chart."""
    if live:
        _draw(_table(store().records.latest(run, limit=LIVE_ROWS, offset=max(0, run.done - LIVE_ROWS))), live)
        if run.done > LIVE_ROWS:
            st.caption(f"The last {LIVE_ROWS} of {counted(run.done, 'page')}; all of them when the run is over.")
        return
    show_changes(run)
    look = st.segmented_control(
        "Show", list(_LOOKS), default="Table", required=True, label_visibility="collapsed", key="look", wrap=True
    )
    _LOOKS[str(look or "Table")](run)


def _draw(table: pd.DataFrame, live: bool) -> None:
    st.dataframe(
        table,
        hide_index=True,
        height=min(560, 38 + 35 * max(1, len(table))),
        column_config={
            "Status": st.column_config.TextColumn(width=70),
            "Shop": st.column_config.TextColumn(width=150),
            "Product": st.column_config.TextColumn(width=260),
            "Price": st.column_config.NumberColumn(format="%.2f", width=90),
            "Currency": st.column_config.TextColumn(width=80),
            "Availability": st.column_config.TextColumn(width=110),
            "Time": st.column_config.NumberColumn(format="%.2f s", width=80),
            "Remark": st.column_config.TextColumn(width=280),
            "Address": st.column_config.TextColumn(width=260),
            "Open": st.column_config.LinkColumn(display_text="Open", width=60),
        },
        placeholder="",
        alt="Prices by page",
        key=f"prices:{live}",
    )


def _table(records: list[Record]) -> pd.DataFrame:
    return _frame([_row(each.output, *(getattr(each, name) for name in _NAMES[:-1])) for each in records])


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Store: lambda _: 0, Run: lambda run: run.token})
def _whole_table(store: Store, run: Run, done: int, ended_at: str | None) -> pd.DataFrame:
    """Every row; made once for each state of the run."""
    rows = [
        _row(text, *values)
        for *values, text in store.records.latest_columns(run, *_NAMES)
    ]
    return _frame(rows)


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS)
    # The demo shops' pages cannot be opened: they are there only while a run goes on.
    return table.drop(columns="Open") if table["Open"].isna().all() else table


def _row(
    output: Any, label: str, status: str, start: float | None, end: float | None, reason: str | None, error: str | None
) -> tuple[Any, ...]:
    page = scraped_page(output)
    remark = f"{in_words(reason)}: {error}" if reason else _remark(page)
    return (
        "OK" if status == "ok" else status.capitalize(),
        shop_of(label),
        page and page.name,
        page and page.price,
        page and page.currency,
        in_words(page.availability) if page and page.availability else None,
        None if start is None or end is None else end - start,
        remark,
        label,
        label if label.startswith(("http://", "https://")) else None,
    )


def _remark(page: ScrapedPage | None) -> str | None:
    """What is doubtful, and whether the page is the one that was read before."""
    if page is None:
        return None
    doubt = f"Doubtful: {' '.join(page.doubts) or 'read from ' + repr(page.raw)}" if page.doubtful else ""
    same = f"Unchanged, says the shop, since it was read at {page.unchanged_since}." if page.unchanged_since else ""
    return " ".join(filter(None, (doubt, same))) or None


def _all_rows(run: Run) -> None:
    _draw(_whole_table(store(), run, run.done, run.ended_at), live=False)


def _chart(run: Run) -> None:
    """The same product across shops."""
    from engine.report.figures import CONFIG
    from engine.report.figures import prices as drawn

    rows = store().records.latest_columns(run, "label", "output")
    figure = drawn([(label, output) for label, output in rows if output], is_dark())
    alt = "The price of each product in each shop, by currency"
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=alt, key="price_chart")


_LOOKS: dict[str, Callable[[Run], None]] = {"Table": _all_rows, "Prices by shop": _chart, "Over time": show_history}
"""Ways to look at a finished scrape, in the order shown."""
