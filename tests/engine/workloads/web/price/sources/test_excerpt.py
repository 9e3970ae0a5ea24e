"""Pages that say their price to machines are read without parsing them whole, and with the same result."""

from __future__ import annotations

import time

import pytest

from engine.workloads.web.price import read_product
from engine.workloads.web.price.deciding.decide import decide, decide_quickly
from engine.workloads.web.price.page import open_page
from engine.workloads.web.price.product import Product
from engine.workloads.web.price.sources.excerpt import excerpt
from tests.engine.workloads.web.price.pages import BUY, ld, shop

OFFER = '{"@type": "Offer", "price": "249.00", "priceCurrency": "EUR", "availability": "InStock"}'
BENCH = '{"@type": "Product", "name": "Oak bench", "sku": "B1", "offers": ' + OFFER + "}"
PRICE = "<p class='price'>€249.00</p>" + BUY
META = (
    '<meta property="product:price:amount" content="249.00"><meta property="product:price:currency" content="EUR">'
    '<meta property="og:image" content="/a&amp;b.jpg">'
)


def quickly(html: str) -> Product | None:
    """What the excerpt alone settles."""
    source = html.encode()
    page = excerpt(source, None)
    return decide_quickly(page, source) if page is not None else None


@pytest.mark.parametrize(
    "html",
    [
        shop(PRICE, head=ld(BENCH)),
        shop(PRICE, head=META),
        shop(PRICE, head=META + ld(BENCH)),
        shop(PRICE, head=ld(BENCH).replace("script", "SCRIPT")),
        shop(PRICE, head=ld(BENCH) + "<!-- " + ld(BENCH.replace("249", "199")) + " -->"),
        shop(PRICE, head=ld(BENCH) + "<script>var a = '<meta name=price content=9>';</script>"),
        shop(PRICE, head=ld(BENCH) + "<style>/* <meta name=price content=9> */</style>"),
        shop(PRICE, head="<!-->" + ld(BENCH)),
        shop(PRICE, head=ld(BENCH) + '<meta name="description" content="a > b">'),
    ],
)
def test_an_excerpt_settles_what_the_whole_page_says(html: str) -> None:
    found = quickly(html)
    assert found is not None and str(found.price) == "249.00"
    assert found == decide(open_page(html, None))


@pytest.mark.parametrize(
    "html",
    [
        shop(PRICE),
        shop(PRICE.replace("249", "259"), head=ld(BENCH)),
        shop(PRICE, head=META.replace("249", "199") + ld(BENCH)),
        shop(PRICE + "<b itemprop='price'>199.00</b>", head=ld(BENCH)),
        shop(PRICE + "<b typeof='Product' property='price'>199.00</b>", head=ld(BENCH)),
        shop(PRICE, head="<!-- " + ld(BENCH) + " -->"),
        shop(PRICE, head="<!-- " + ld(BENCH)),
        shop(
            PRICE, head=ld(BENCH.replace('"249.00"', '"249.00", "highPrice": "399.00", "lowPrice": "249.00"'))
        ).replace('"price": "249.00", ', ""),
        shop(PRICE, head="<script type='application/ld+json'>" + BENCH),
        shop(PRICE, head=ld(BENCH) + "<meta " + "a=1 " * 2_000 + ">"),
        shop(PRICE, head=ld(BENCH) + "<!-- text -->" * 2_000),
        shop(PRICE, head=ld('{"@type": "BreadcrumbList", "name": "Benches"}')),
    ],
)
def test_where_anything_is_doubtful_the_whole_page_is_needed(html: str) -> None:
    assert quickly(html) is None


def test_the_name_is_the_heading_where_meta_tags_give_the_price() -> None:
    found = quickly(shop(PRICE, head=META, name="Oak &amp; <b>ash</b>"))
    assert found is not None and found.name == "Oak & ash"


def test_a_name_that_only_the_whole_page_holds_is_not_guessed() -> None:
    html = shop(PRICE, head=META).replace("h1>", "h2>")
    assert quickly(html) is None


def test_a_selector_looks_at_the_whole_page() -> None:
    product = read_product(shop(PRICE + "<i id=x>€9.00</i>", head=ld(BENCH)), selector="#x")
    assert str(product.price) == "9.00"


@pytest.mark.parametrize(
    "text",
    ["<meta ", "<!--", "<h1>", "<script type=ld+json>", "<title>x</title>", "<meta content='", '<link a=">"', "<html>"],
)
def test_a_hostile_source_is_given_up_soon(text: str) -> None:
    source = b"ld+json" + text.encode() * (4_000_000 // len(text))
    begun = time.thread_time()
    excerpt(source, None)
    assert time.thread_time() - begun < 1.0
