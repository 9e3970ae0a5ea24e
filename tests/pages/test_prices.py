"""The table of prices: what was read of each page, the best price marked, and no empty column."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.config import Settings
from engine.model import Plan, Run
from engine.runs.plans import scrape_plan
from pages.parts.job.hosts import host_times
from pages.parts.job.price_table import COLUMNS, table_of
from tests.pages.conftest import THREADS, Opened

Ended = Callable[[Plan], Run]


@pytest.fixture
def run(ended: Ended, settings: Settings) -> Run:
    """A scrape that ended at a known moment."""
    found = ended(scrape_plan(["http://10.0.0.1/a"], THREADS, settings))
    return replace(found, started_at="2026-03-01T10:00:00+00:00", ended_at="2026-03-01T10:00:30+00:00")


def row(label: str, finished_s: float = 1.0, **output: Any) -> tuple[Any, ...]:
    return (label, "ok", 0.5, finished_s, None, None, json.dumps({"name": "Lamp", "currency": "EUR", **output}))


def test_list_price_member_price_and_coupon_stand_where_they_were_read(run: Run) -> None:
    page = row("http://a.example/1", price="8", list_price="10", member_price="7.5", coupon="Save 5% with SPRING")
    (told,) = table_of(run, [page], {"http://a.example/1": 3}, "UTC").to_dict("records")
    assert (told["Price"], told["List price"], told["For members"]) == (8.0, 10.0, 7.5)
    assert told["Coupon"] == "Save 5% with SPRING" and told["Best"] == "★ of 3" and told["Shop"] == "a.example"


def test_columns_that_no_page_fills_are_left_out(run: Run) -> None:
    table = table_of(run, [row("demo:/nordlicht/p/lamp", price="8")], {}, None)
    assert set(COLUMNS) - set(table.columns) == {"Best", "List price", "For members", "Coupon", "Open"}


def test_a_page_was_seen_as_long_before_the_end_as_it_ended_before_the_last(run: Run) -> None:
    rows = [row("http://a/1", 2.0, price="1"), row("http://a/2", 7.0, price="1")]
    seen = table_of(run, rows, {}, "UTC")["Seen"]
    assert [f"{one:%H:%M:%S}" for one in seen] == ["10:00:25", "10:00:30"]


def test_a_host_has_its_median_and_its_worst_page_and_the_slowest_comes_first() -> None:
    rows = [("http://a/1", "ok", 0.0, 1.0), ("http://a/2", "failed", 0.0, 4.0), ("http://a/3", "ok", 1.0, 3.0),
            ("http://b/1", "ok", 0.0, 5.0), ("http://c/1", "cancelled", None, None)]  # fmt: skip
    assert [tuple(one) for one in host_times(rows)] == [("b", 1, 0, 5.0, 5.0), ("a", 3, 1, 2.0, 4.0)]


def test_charts_are_offered_only_where_there_is_something_to_compare(
    opened: Opened, ended: Ended, settings: Settings
) -> None:
    found = ended(scrape_plan(["http://10.0.0.1/a"], THREADS, settings))
    app = opened("run.py", run=found.token)
    app.session_state["look"] = "Prices by shop"
    app.run()
    assert not app.exception and len(app.dataframe) == 1
