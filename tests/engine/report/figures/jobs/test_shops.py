"""Prices by shop: which pages show the same product, and that currencies never mix."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from engine.protocol.results import ScrapedPage, scraped_page, shop_of
from engine.report.figures import prices
from engine.report.figures.jobs.shops import PRODUCTS, best_offers, offers_from, products_of
from tests.engine.report.figures.made import numbers


def page(name: str = "Lamp", price: str = "10", currency: str = "EUR", **values: Any) -> dict[str, Any]:
    return {"name": name, "price": price, "currency": currency, **values}


def scraped(output: dict[str, Any]) -> ScrapedPage:
    """What a chart reads of such a page."""
    found = scraped_page(output)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (page("A", gtin="0123"), page("B", gtin="123"), True),
        (page("A", gtin="123"), page("A", gtin="999"), False),
        (page("A", sku="X-1"), page("B", sku="x-1"), True),
        (page("Desk  Lamp"), page("desk lamp"), True),
        (page("Lamp", gtin="123"), page("lamp"), True),
        (page("Lamp", gtin="123", sku="s"), page("Other", sku="S"), True),
        (page("Lamp"), page("Table"), False),
    ],
)
def test_the_same_product(first: dict[str, Any], second: dict[str, Any], same: bool) -> None:
    one, two = products_of([("u1", scraped(first)), ("u2", scraped(second))])
    assert (one == two) is same


def test_a_name_that_leads_to_two_products_joins_neither() -> None:
    keys = products_of([("a", scraped(page(gtin="1"))), ("b", scraped(page(gtin="2"))), ("c", scraped(page()))])
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("url", "shop"),
    [
        ("https://www.shop.example/p/1", "shop.example"),
        ("demo:/nordlicht/p/lamp", "nordlicht"),
        ("http://127.0.0.1:8000/le-phare/p/lamp", "le-phare"),
        ("no address", "no address"),
    ],
)
def test_the_shop_of_an_address(url: str, shop: str) -> None:
    assert shop_of(url) == shop


def test_pages_without_a_price_or_with_a_broken_one_make_no_mark() -> None:
    rows = [("a", page(price="x")), ("b", {"name": "n", "price": None}), ("c", None), ("d", json.dumps(page()))]
    assert [offer.shop for offer in offers_from(rows)] == ["d"]


def test_each_currency_has_its_own_axis_and_keeps_its_numbers() -> None:
    dollars = [(f"http://{shop}/1", page("Lamp", price, "USD")) for shop, price in (("c", "9"), ("d", "8"))]
    drawn = prices([("http://a/1", page(price="10")), ("http://b/1", page(price="12")), *dollars])
    assert [(trace.name, trace.xaxis, numbers(trace.x)) for trace in drawn.data] == [
        ("a", "x", [10.0]),
        ("b", "x", [12.0]),
        ("c", "x2", [9.0]),
        ("d", "x2", [8.0]),
    ]
    assert (drawn.layout.xaxis.title.text, drawn.layout.xaxis2.title.text) == ("EUR", "USD")


def test_equal_prices_do_not_cover_each_other_and_stay_in_their_row() -> None:
    drawn = prices([("http://a/1", page()), ("http://b/1", page())])
    heights = [numbers(trace.y)[0] for trace in drawn.data]
    assert heights[0] != heights[1]
    assert all(abs(height) < 0.5 for height in heights)


def test_of_a_shops_several_pages_the_lowest_price_counts_and_a_doubtful_one_last() -> None:
    rows = [("http://a/1", page(price="12")), ("http://a/2", page(price="11")), ("http://a/3", page(price="1"))]
    rows[2][1]["doubtful"] = True
    trace, _other = prices([*rows, ("http://b/1", page(price="20"))]).data
    assert numbers(trace.x) == [11.0]


def test_very_many_pages_of_one_product_are_drawn_in_time() -> None:
    rows = [(f"http://shop{at % 50}/{at}", page(price=str(at + 1))) for at in range(20_000)]
    began = time.thread_time()
    drawn = prices(rows)
    assert time.thread_time() - began < 2.0
    assert len(drawn.data) == 50


def test_a_doubtful_price_is_an_open_mark_and_texts_stay_literal() -> None:
    trace, _other = prices([(f"http://{shop}/1", page("<b>$x$</b>", doubtful=True)) for shop in "ab"]).data
    assert trace.marker.symbol == ("circle-open",)
    assert "&lt;b&gt;&#36;x&#36;" in trace.hovertext[0]
    assert "doubtful" in trace.hovertext[0]


@pytest.mark.parametrize(
    "others",
    [[], [("http://a/2", page())], [("http://b/1", page(currency="USD"))], [("http://b/1", page("Table"))]],
    ids=["one page", "the same shop", "another currency", "another product"],
)
def test_what_cannot_be_compared_is_not_drawn(others: list[tuple[str, Any]]) -> None:
    drawn = prices([("http://a/1", page()), *others])
    assert not drawn.data and "two shops" in drawn.layout.annotations[0].text


def test_the_best_price_is_marked_where_shops_compete_and_can_be_trusted() -> None:
    rows = [
        ("http://a/1", page(price="10")), ("http://b/1", page(price="12")),
        ("http://c/1", page(price="9", doubtful=True)),
        ("http://d/1", page(price="8", availability="out_of_stock")), ("http://e/1", page(price="7", currency="USD")),
        ("http://a/2", page("Table", "5")), ("http://b/2", page("Table", "5")),
    ]  # fmt: skip
    assert best_offers(offers_from(rows)) == {"http://a/1": 4}


def test_products_of_several_shops_come_first_and_the_rest_is_counted() -> None:
    rows = [(f"http://{shop}/{at}", page(f"P{at:02}")) for at in range(PRODUCTS + 5) for shop in ("a", "b")]
    drawn = prices([*rows, ("http://a/alone", page("Alone"))])
    assert drawn.layout.title.text == f"Prices by shop: {PRODUCTS} of {PRODUCTS + 5} products, those in most shops"
    assert "Alone" not in drawn.layout.yaxis.ticktext
