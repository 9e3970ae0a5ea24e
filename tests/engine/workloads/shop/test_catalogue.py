"""The shops' data: enough of it, comparable, and with the real life that it promises."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from engine.workloads.shop.catalogue import (
    FAILURES_FIRST,
    FORBIDDEN,
    GONE,
    NO_PRICE,
    PRODUCTS,
    SHOPS,
    SLOW_S,
    SOLD_OUT,
    latency_s,
    list_price,
    price,
    product_paths,
    stock,
)
from tests.engine.workloads.shop.expected import expected


def test_there_are_eighty_to_a_hundred_product_pages_each_named_once() -> None:
    paths = product_paths()
    assert 80 <= len(paths) <= 100
    assert len(set(paths)) == len(paths)


def test_shops_take_turns_in_the_list() -> None:
    shops = [path.split("/")[1] for path in product_paths()]
    assert len(set(shops[: len(SHOPS)])) == len(SHOPS)
    assert all(one != other for one, other in pairwise(shops))


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_article_numbers_have_thirteen_digits_and_a_valid_check_digit(product: object) -> None:
    digits = [int(digit) for digit in product.gtin]  # type: ignore[attr-defined]
    assert len(digits) == 13
    assert sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def test_article_numbers_and_names_are_distinct() -> None:
    assert len({product.gtin for product in PRODUCTS}) == len({product.name for product in PRODUCTS}) == len(PRODUCTS)


def test_every_product_is_sold_by_several_shops_at_different_prices() -> None:
    sellers = Counter(product.slug for shop in SHOPS for product in stock(shop))
    assert min(sellers[product.slug] for product in PRODUCTS) >= 5
    for product in PRODUCTS:
        in_euros = {round(price(shop, product) / shop.rate, 2) for shop in SHOPS}
        assert len(in_euros) > 4
        assert max(in_euros) < min(in_euros) * Decimal("1.4"), "the same article must cost about the same everywhere"


def test_struck_out_prices_are_always_higher() -> None:
    assert all(list_price(shop, product) > price(shop, product) > 0 for shop in SHOPS for product in PRODUCTS)


def test_each_kind_of_trouble_happens_on_listed_pages_and_nowhere_twice() -> None:
    troubled = [*SOLD_OUT, *NO_PRICE, *GONE, *FAILURES_FIRST, *SLOW_S]
    assert set(troubled) <= set(product_paths())
    assert len(troubled) == len(set(troubled))
    assert min(len(SOLD_OUT), len(NO_PRICE), len(GONE), len(FAILURES_FIRST), len(SLOW_S)) >= 1


def test_expected_gives_a_price_or_a_reason_for_every_path() -> None:
    for path in (*product_paths(), FORBIDDEN, "/nordlicht/p/nothing", "/nowhere"):
        outcome = expected(path)
        assert (outcome.price is None) == (outcome.reason is not None)
        assert (outcome.price is None) == (outcome.currency is None) == (outcome.availability is None)
    assert {expected(path).availability for path in SOLD_OUT} == {"out_of_stock"}
    assert {expected(path).reason for path in NO_PRICE} == {"no_price"}
    assert {expected(path).reason for path in GONE} == {"not_found"}
    assert expected(FORBIDDEN).reason == "refused_by_robots"


def test_currencies_without_cents_have_whole_prices() -> None:
    whole = [expected(path).price for path in product_paths() if expected(path).currency in ("JPY", "INR")]
    assert whole
    assert all(text is None or text.isdigit() for text in whole)


def test_latency_is_forty_to_four_hundred_milliseconds_but_for_the_slow_page() -> None:
    usual = [latency_s(path) for path in product_paths() if path not in SLOW_S]
    assert 0.04 <= min(usual) < 0.1
    assert 0.3 < max(usual) <= 0.4
    assert [latency_s(path) for path in SLOW_S] == [2.0]
