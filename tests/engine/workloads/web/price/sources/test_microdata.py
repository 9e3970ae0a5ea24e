"""Microdata, RDFa and meta tags: the page's own product, not the ones beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.workloads.web.price import read_product
from tests.engine.workloads.web.price.pages import BUY, shop

ITEM = "<div itemscope itemtype='https://schema.org/Product'><span itemprop='name'>{name}</span>{extra}{offer}</div>"
OFFER = (
    "<div itemprop='offers' itemscope itemtype='https://schema.org/Offer'>"
    "<meta itemprop='priceCurrency' content='{currency}'>{price}"
    "<link itemprop='availability' href='https://schema.org/InStock'></div>"
)


def item(price: str, name: str = "Oak garden bench", currency: str = "USD", extra: str = "") -> str:
    return ITEM.format(name=name, extra=extra, offer=OFFER.format(currency=currency, price=price))


@pytest.mark.parametrize(
    "price",
    [
        "<span itemprop='price' content='249.00'>$249</span>",
        "<span itemprop='price'>249.00</span>",
        "<span itemprop='price'>$249.00</span>",
        "<meta itemprop='price' content='249.00'><b>$249.00</b>",
        "<span itemprop='price'><span>$</span><span>249</span><span>.</span><span>00</span></span>",
        "<meta itemprop='lowPrice' content='249.00'><b>$249.00</b>",
    ],
)
def test_a_marked_price_is_read(price: str) -> None:
    found = read_product(shop(item(price) + BUY))
    assert (found.price, found.currency, found.source) == (Decimal("249.00"), "USD", "microdata")
    assert found.availability == "in_stock"


def test_the_struck_out_one_of_two_marked_prices_is_the_list_price() -> None:
    found = read_product(shop(item("<del itemprop='price'>$299.00</del> <ins itemprop='price'>$249.00</ins>") + BUY))
    assert (found.price, found.list_price) == (Decimal("249.00"), Decimal("299.00"))


def test_a_struck_out_part_within_the_marked_price_does_not_count() -> None:
    found = read_product(shop(item("<span itemprop='price'><s>$299.00</s> <b>$249.00</b></span>") + BUY))
    assert found.price == Decimal("249.00")


def test_the_product_around_the_heading_is_the_pages_own() -> None:
    others = "".join(
        item(f"<span itemprop='price'>{price}</span>", name) for name, price in (("Rake", "21.00"), ("Pot", "9.00"))
    )
    own = (
        "<div itemscope itemtype='http://schema.org/Product'><h1 itemprop='name'>Bench</h1><span "
        "itemprop='price'>249.00</span></div>"
    )
    found = read_product(f"<title>Bench</title><body>{others}{own}</body>")
    assert found.price == Decimal("249.00")


def test_a_product_that_is_only_related_is_not_read() -> None:
    related = item("<span itemprop='price'>21.00</span>", "Rake").replace(
        "itemscope", "itemprop='isRelatedTo' itemscope", 1
    )
    found = read_product(shop(f"<p class='price'>$249.00</p>{BUY}{related}"))
    assert found.price == Decimal("249.00")


def test_an_empty_marked_price_says_nothing() -> None:
    page = (
        f"<title>Bench</title><h1>Bench</h1>{item('<meta itemprop=price content=>', 'Bench')}<p>Currently "
        f"unavailable</p>"
    )
    found = read_product(page)
    assert found.price is None
    assert found.error


def test_rdfa_is_read_alike() -> None:
    marked = (
        "<div vocab='https://schema.org/' typeof='Product'><span property='name'>Oak garden bench</span>"
        "<div property='offers' typeof='Offer'><span property='priceCurrency' content='EUR'>€</span>"
        "<span property='price' content='249.00'>249,00</span></div></div>"
    )
    found = read_product(shop(marked, language="de"))
    assert (found.price, found.currency) == (Decimal("249.00"), "EUR")


def test_brand_and_numbers_are_read() -> None:
    extra = (
        "<meta itemprop='brand' content='Fernhill'><meta itemprop='sku' content='BN-7'><meta "
        "itemprop='gtin13' content='4006381333931'>"
    )
    found = read_product(shop(item("<b itemprop='price'>$249.00</b>", extra=extra)))
    assert (found.brand, found.sku, found.gtin) == ("Fernhill", "BN-7", "4006381333931")


META = {
    "Open Graph": "<meta property='og:price:amount' content='249.00'><meta property='og:price:currency' content='USD'>",
    "product": (
        "<meta property='product:price:amount' content='249.00'><meta property='product:price:currency' content='USD'>"
    ),
    "Twitter": "<meta name='twitter:label1' content='Price'><meta name='twitter:data1' content='USD 249.00'>",
}


@pytest.mark.parametrize("head", META.values(), ids=META)
def test_a_price_in_meta_tags_is_read(head: str) -> None:
    found = read_product(shop(f"<p class='price'>$249.00</p>{BUY}", head=head))
    assert (found.price, found.currency, found.source) == (Decimal("249.00"), "USD", "opengraph")


def test_the_sale_price_of_the_meta_tags_comes_before_the_full_one() -> None:
    head = META["product"] + "<meta property='product:sale_price:amount' content='199.00'>"
    found = read_product(shop(f"<p><del>$249.00</del> <b class='price'>$199.00</b></p>{BUY}", head=head))
    assert (found.price, found.list_price) == (Decimal("199.00"), Decimal("249.00"))


def test_a_price_in_a_meta_tag_alone_is_taken_and_flagged() -> None:
    found = read_product(f"<head>{META['product']}<title>Bench</title></head><h1>Bench</h1><p>No longer available</p>")
    assert found.price == Decimal("249.00")
    assert found.doubtful
