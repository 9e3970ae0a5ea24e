"""Each product's price over the runs of a list: a line a page, its lowest price marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from engine.analysis.price_changes import PricePoint
from engine.report.figures.colours import SERIES
from engine.report.figures.theme import escape, figure, nothing

LINES = 12
"""Pages that are drawn: those whose price moved most."""

Series = Mapping[str, Sequence[PricePoint]]


def currencies(series: Series) -> list[str]:
    """The currencies in which a page was read in more than one run, that of most pages first."""
    found: dict[str, int] = {}
    for points in _several(series).values():
        currency = points[-1].currency or ""
        found[currency] = found.get(currency, 0) + 1
    return sorted(found, key=lambda name: (-found[name], name))


def price_history(series: Series, currency: str, dark: bool = False) -> Any:
    """The prices in one currency over time; every mark is a price that was read, and the lowest of a page is a star."""
    title = f"Prices over time, {currency or 'currency unknown'}"
    own = {
        address: [point for point in points if (point.currency or "") == currency]
        for address, points in _several(series).items()
    }
    moved = sorted((address for address, points in own.items() if len(points) > 1), key=lambda one: -_moved(own[one]))
    if not moved:
        return nothing(title, "No page of this list was read in two runs yet.", dark)
    drawn = figure(title, dark=dark, height=420)
    for number, address in enumerate(moved[:LINES]):
        drawn.add_trace(_line(address, own[address], SERIES[number % len(SERIES)]))
    drawn.update_yaxes(title_text=escape(currency), rangemode="tozero")
    drawn.update_xaxes(title_text="")
    drawn.update_layout(showlegend=True, legend={"orientation": "v", "x": 1.01, "y": 1, "yanchor": "top"})
    return drawn


def _several(series: Series) -> dict[str, Sequence[PricePoint]]:
    return {address: points for address, points in series.items() if len({point.run for point in points}) > 1}


def _moved(points: Sequence[PricePoint]) -> float:
    prices = [float(point.price) for point in points]
    return (max(prices) - min(prices)) / max(prices) if max(prices) else 0.0


def _line(address: str, points: Sequence[PricePoint], colour: str) -> dict[str, Any]:
    lowest = min(point.price for point in points)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": escape(_name(address, points), 40),
        "x": [point.at for point in points],
        "y": [float(point.price) for point in points],
        "line": {"color": colour, "shape": "hv"},
        "marker": {
            "color": colour,
            "size": [13 if point.price == lowest else 7 for point in points],
            "symbol": ["star" if point.price == lowest else "circle" for point in points],
        },
        "hovertext": [_words(address, point, point.price == lowest) for point in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _name(address: str, points: Sequence[PricePoint]) -> str:
    try:
        shop = urlsplit(address).hostname or address.split("/")[1]
    except (ValueError, IndexError):
        shop = address
    return f"{points[-1].name or address} ({shop})"


def _words(address: str, point: PricePoint, lowest: bool) -> str:
    told = f"{escape(point.name or address)}<br>{point.price:f} {escape(point.currency or '')}, run {point.run}"
    return told + ("<br>the lowest so far" if lowest else "") + ("<br>doubtful" if point.doubtful else "")
