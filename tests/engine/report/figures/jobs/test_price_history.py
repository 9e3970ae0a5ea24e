"""Prices over time: every mark is a reading, the lowest is a star, hostile names are text."""

from __future__ import annotations

from decimal import Decimal

from engine.analysis.price_changes import PricePoint
from engine.report.figures.jobs.price_history import LINES, currencies, price_history


def points(*prices: str, currency: str = "EUR", name: str = "Kettle") -> list[PricePoint]:
    return [
        PricePoint(f"2026-11-{at:02d}T08:00:00+00:00", at, Decimal(price), currency, name, False)
        for at, price in enumerate(prices, 1)
    ]


def test_every_mark_is_a_reading_and_the_lowest_a_star() -> None:
    drawn = price_history({"https://a.example/1": points("10", "8", "9")}, "EUR")
    (trace,) = drawn.data
    assert list(trace.y) == [10.0, 8.0, 9.0]
    assert list(trace.marker.symbol) == ["circle", "star", "circle"]


def test_currencies_stay_apart_and_a_single_reading_is_no_line() -> None:
    series = {
        "https://a.example/1": points("10", "8"), "https://b.example/1": points("7", "6", currency="USD"),
        "https://c.example/1": points("5"), "https://d.example/1": points("1", "2"),
    }  # fmt: skip
    assert currencies(series) == ["EUR", "USD"]
    assert len(price_history(series, "USD").data) == 1
    assert "No page" in str(price_history({"https://c.example/1": points("5")}, "EUR").layout.annotations[0].text)


def test_those_that_moved_most_are_drawn_and_names_are_text() -> None:
    series = {f"https://a.example/{at}": points("100", str(100 - at), name="<b>x</b>") for at in range(1, 30)}
    drawn = price_history(series, "EUR")
    assert len(drawn.data) == LINES
    assert "<b>" not in drawn.data[0].name and drawn.data[0].y[1] == 71.0
