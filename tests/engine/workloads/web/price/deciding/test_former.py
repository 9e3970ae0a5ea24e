"""Old prices and present ones: what a page strikes out, what it only calls old, and what stands beside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.workloads.web.price import Product, read_product
from tests.engine.workloads.web.price.pages import BUY, ld, shop

OFFER = ld('{{"@type":"Product","name":"Oak garden bench","offers":{{"price":"{}","priceCurrency":"EUR"}}}}')


def read(product: str, stated: str | None = None, **parts: str) -> Product:
    """The product of a page with this price box, whose data state a price."""
    return read_product(shop(product + BUY, head=OFFER.format(stated) if stated else "", **parts))


REDUCED = [
    '<span class="line-through">€259</span> <span>€207.20</span>',
    '<div><p class="text-decoration-line-through">€259</p><p>€207.20</p></div>',
    '<span class="original-price">€259</span> <span class="current-price">€207.20</span>',
    '<span class="regular-price">€259</span> <span class="sale-price">€207.20</span>',
    '<span class="price-barred">€259</span> <span>€207.20</span>',
    '<span class="barred">€259</span> <span>€207.20</span>',
    '<span class="price before">€259</span> <span class="price now">€207.20</span>',
    '<span class="price-before">€259</span> <span class="price">€207.20</span>',
    '<span class="strikethrough">€259</span> <b>€207.20</b>',
    '<span style="text-decoration: line-through">€259</span> <b>€207.20</b>',
    "<s>€259</s> <b>€207.20</b>",
    "<p>Now <s>€259</s> <b>€207.20</b></p>",
    '<span>Now</span> <span class="line-through">€259</span> <span>€207.20</span>',
    "<p>Was €259 <b>€207.20</b></p>",
    "<p>Regular price €259</p><p>Sale price €207.20</p>",
]


@pytest.mark.parametrize("stated", ["259.00", "207.20", None])
@pytest.mark.parametrize("box", REDUCED)
def test_the_price_beside_the_one_that_is_struck_out_is_asked(box: str, stated: str | None) -> None:
    found = read(f'<div class="price">{box}</div>', stated)
    assert (found.price, found.list_price) == (Decimal("207.20"), Decimal(259))
    assert found.doubtful is (stated == "259.00"), "that the data say the old price is told"


@pytest.mark.parametrize(
    "box",
    [
        '<span class="price-old-live">€259</span>',
        '<span class="regular-price">€259</span>',
        '<span class="list-price">€259</span>',
        '<span class="original-price">€259</span>',
        '<span class="old-price">€259</span>',
        "<span>Regular price</span> <span>€259</span>",
        '<div class="price-list"><span class="price">€259</span></div>',
    ],
)
@pytest.mark.parametrize("stated", ["259.00", None])
def test_a_price_that_is_only_called_old_is_the_price_where_no_lower_one_stands_beside(
    box: str, stated: str | None
) -> None:
    found = read(f"<div>{box}</div>", stated)
    assert (found.price, found.list_price) == (Decimal(259), None)
    assert not (stated and found.doubtful)


def test_another_products_lower_price_makes_no_price_an_old_one() -> None:
    listed = "<div><h3>Iron bench</h3><span class='sale'>€99.95</span> sugg. <span>€149</span></div>"
    found = read_product(
        f"<title>Oak bench</title><body>{listed}<h1>Oak bench</h1>"
        f"<div class=reg><span class='regPrice'>€249.95</span></div>{BUY}"
    )
    assert (found.price, found.list_price) == (Decimal("249.95"), None)
