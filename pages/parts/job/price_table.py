"""The rows of a scrape: what was read of each page, with the best price of a product marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import Run
from engine.protocol.results import scraped_page, shop_of
from engine.report.first_results import remark_of
from pages.parts.shared.words import in_words, moment, outcome

NAMES = ("label", "status", "started_s", "finished_s", "reason", "error", "output")
COLUMNS = (
    "Status", "Product", "Price", "Currency", "Best", "List price", "Shop", "Seen", "Remark", "For members", "Coupon",
    "Availability", "Time", "Address", "Open",
)  # fmt: skip
OPTIONAL = ("Best", "List price", "For members", "Coupon", "Open")
"""Left out where no page has one. (The demo shops' pages cannot be opened: they are there only while a run goes on.)"""
REMARK_PX = 278
"""What is left of a page of 1,440 pixels beside the columns before it."""


def table_of(run: Run, rows: Sequence[tuple[Any, ...]], best: Mapping[str, int], zone: str | None) -> pd.DataFrame:
    """Rows in the order of NAMES as people see them; `best` maps addresses to the number of shops compared."""
    last_s = max((row[3] for row in rows if row[3] is not None), default=0.0)
    told = [_row(best, _seen(run, row[3], last_s, zone), *row) for row in rows]
    table = pd.DataFrame(told, columns=list(COLUMNS))
    return table.drop(columns=[name for name in OPTIONAL if table[name].isna().all()])


def _seen(run: Run, finished_s: float | None, last_s: float, zone: str | None) -> datetime | None:
    """When a page was read: as long before the run's end as its task ended before the last one."""
    ended = moment(run.ended_at, zone)
    if ended is not None and finished_s is not None:
        return ended - timedelta(seconds=max(0.0, last_s - finished_s))
    started = moment(run.started_at, zone)
    return None if started is None or finished_s is None else started + timedelta(seconds=finished_s)


def _row(
    best: Mapping[str, int], seen: datetime | None,
    label: str, status: str, start: float | None, end: float | None, reason: str | None, error: str | None, output: Any,
) -> tuple[Any, ...]:
    page = scraped_page(output)
    shops = best.get(label)
    return (
        outcome(status),
        page and page.name,
        page and page.price,
        page and page.currency,
        f"★ of {shops}" if shops else None,
        page and page.list_price,
        shop_of(label),
        seen,
        f"{in_words(reason)}: {error}" if reason else remark_of(page),
        page and page.member_price,
        page and page.coupon,
        in_words(page.availability) if page and page.availability else None,
        None if start is None or end is None else end - start,
        label,
        label if label.startswith(("http://", "https://")) else None,
    )


def draw(table: pd.DataFrame, key: str) -> None:
    """Draw the table; the remark ends within a page of 1,440 pixels."""
    narrow = 0 if "List price" in table else 80
    narrow += 0 if "Best" in table else 60
    st.dataframe(
        table,
        hide_index=True,
        height=min(560, 38 + 35 * max(1, len(table))),
        column_config={
            "Status": st.column_config.TextColumn(width=62),
            "Product": st.column_config.TextColumn(width=190),
            "Price": st.column_config.NumberColumn(format="%.2f", width=80),
            "Currency": st.column_config.TextColumn(width=68),
            "Best": st.column_config.TextColumn(
                width=60, help="The lowest price of a product among the shops that ask one in its currency."
            ),
            "List price": st.column_config.NumberColumn(format="%.2f", width=80),
            "Shop": st.column_config.TextColumn(width=92),
            "Seen": st.column_config.DatetimeColumn(format="HH:mm", width=56, help="When the page was read."),
            "Remark": st.column_config.TextColumn(width=REMARK_PX + narrow),
            "For members": st.column_config.NumberColumn(format="%.2f", width=90),
            "Coupon": st.column_config.TextColumn(width=160),
            "Availability": st.column_config.TextColumn(width=100),
            "Time": st.column_config.NumberColumn(format="%.2f s", width=80),
            "Address": st.column_config.TextColumn(width=260),
            "Open": st.column_config.LinkColumn(display_text="Open", width=60),
        },
        placeholder="",
        alt="Prices by page",
        key=key,
    )
