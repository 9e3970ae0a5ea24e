"""Several sources, one price: agreement, contradiction, silence; the selector; the promise for any input."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.workloads.web.price import Product, read_product
from tests.engine.workloads.web.price.pages import BUY, ld, shop

DATA = ld('{"@type":"Product","name":"Oak garden bench","offers":{"price":"249.00","priceCurrency":"EUR"}}')


def test_data_and_page_that_agree_are_believed() -> None:
    found = read_product(shop(f"<p class='price'>€249.00</p>{BUY}", head=DATA))
    assert (found.price, found.source) == (Decimal("249.00"), "json-ld")
    assert found.confidence >= 0.9


def test_the_visible_price_beats_data_that_the_page_does_not_show() -> None:
    found = read_product(shop(f"<p class='price'>€199.00</p>{BUY}", head=DATA))
    assert (found.price, found.source) == (Decimal("199.00"), "text")
    assert any("249.00" in doubt for doubt in found.doubts)
    assert found.confidence < 0.8


def test_data_that_say_the_struck_out_price_lose_to_the_new_one() -> None:
    found = read_product(shop(f"<p><del>€249.00</del> <b class='price'>€199.00</b></p>{BUY}", head=DATA))
    assert (found.price, found.list_price) == (Decimal("199.00"), Decimal("249.00"))


def test_data_alone_are_taken_and_flagged() -> None:
    found = read_product(shop("<p>See price in basket</p>", head=DATA))
    assert found.price == Decimal("249.00")
    assert any("not found in the visible text" in doubt for doubt in found.doubts)


def test_the_currency_of_the_data_settles_a_lone_sign() -> None:
    head = ld('{"@type":"Product","name":"Oak garden bench","offers":{"price":"249.00","priceCurrency":"AUD"}}')
    found = read_product(shop(f"<p class='price'>$249.00</p>{BUY}", head=head))
    assert (found.currency, found.doubts) == ("AUD", ())


def test_the_top_level_domain_guides_the_guess() -> None:
    found = read_product(shop(f"<p class='price'>$249.00</p>{BUY}"), "https://shop.example.com.au/bench")
    assert found.currency == "AUD"
    assert found.doubtful


@pytest.mark.parametrize("shown", ["249,00 €", "€249", "249.-", "EUR 249,00"])
def test_the_quick_way_sees_the_price_in_any_format(shown: str) -> None:
    found = read_product(shop(f"<p class='price'>{shown}</p>", head=DATA))
    assert (found.price, found.source, found.confidence) == (Decimal("249.00"), "json-ld", 0.95)


@pytest.mark.parametrize(
    "beside",
    [
        "<p>Free shipping on orders over $29</p>",
        "<p>As low as $21 a month.</p>",
        "<p>From $28 for 24 months</p>",
        "<p>$1.20 per kg</p>",
    ],
)
def test_the_quick_way_bears_what_is_plainly_no_price_of_the_product(beside: str) -> None:
    found = read_product(shop(f"<p class='price'>\n{' ' * 60}€249.00\n{' ' * 60}</p>{beside}", head=DATA))
    assert (found.price, found.list_price, found.confidence) == (Decimal("249.00"), None, 0.95)


@pytest.mark.parametrize(
    ("beside", "listed", "for_members"),
    [
        ("<p>Members pay €199.00</p>", None, "199.00"),
        ("<p>For members: €199.00</p>", None, "199.00"),
        ("<p>Members: €199.00</p>", None, "199.00"),
        ("<p>RRP <s>€299.00</s> You save €50.00</p>", "299.00", None),
        ("<p>You save: €50.00</p><p>%s</p><p>List price: <s>€299.00</s></p>" % ("Oak. " * 100), "299.00", None),
    ],
)
def test_what_else_is_told_of_the_price_is_not_lost_to_the_quick_way(
    beside: str, listed: str | None, for_members: str | None
) -> None:
    found = read_product(shop(f"<p class='price'>€249.00</p>{beside}", head=DATA))
    assert found.price == Decimal("249.00")
    assert found.list_price == (Decimal(listed) if listed else None)
    assert found.member_price == (Decimal(for_members) if for_members else None)


def test_a_selector_names_the_place_where_nothing_else_finds_it() -> None:
    page = "<title>Vase</title><h1>Vase</h1><footer><i id='p'>Tariff 7: 12,50 €</i></footer>"
    found = read_product(page, selector="#p")
    assert (found.price, found.currency, found.source, found.where) == (Decimal("12.50"), "EUR", "selector", "#p")
    assert found.error is None


@pytest.mark.parametrize("selector", ["#nothing", "h1", ":::", "p[", ""])
def test_a_selector_that_does_not_help_changes_nothing_but_the_doubts(selector: str) -> None:
    page = shop(f"<p class='price'>€249.00</p>{BUY}", head=DATA)
    found = read_product(page, selector=selector)
    assert found.price == Decimal("249.00")
    assert bool(selector) == any("selector" in doubt for doubt in found.doubts)


def test_a_product_is_plain_json() -> None:
    found = read_product(shop(f"<p><del>€299.00</del> €249.00</p>{BUY}", head=DATA)).plain()
    assert json.loads(json.dumps(found)) == found
    assert (found["price"], found["list_price"], found["doubtful"]) == ("249.00", "299.00", False)
    assert Product().plain()["price"] is None


def test_an_amount_is_never_written_with_an_exponent() -> None:
    assert Product(price=Decimal("1E+3")).plain()["price"] == "1000"


FRAGMENTS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p class='price'>",
        "$1.99",
        "€ 3.350",
        "<del>",
        "</del>",
        "<script type='application/ld+json'>",
        "</script>",
        '{"@type":"Product","offers":',
        '{"price":',
        '"12,00"',
        "}",
        "]",
        "<h1>",
        "</h1>",
        "<meta itemprop=price content=",
        ">",
        "'",
        '"',
        "&euro;",
        "<table>",
        "<tr>",
        "<svg>",
        "<template>",
        "<select><option>",
        "\x00",
        "\ud800",
        "Was ",
        "<a href=x>",
        "Add to cart",
        "-",
        "99",
        "<!--",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(FRAGMENTS, max_size=40).map("".join), st.none() | st.text(max_size=30), st.none() | st.text(max_size=15)
)
def test_any_page_gives_a_product(page: str, url: str | None, selector: str | None) -> None:
    found = read_product(page, url, selector)
    assert 0 <= found.confidence <= 1
    assert (found.price is None) == (found.confidence == 0)
    assert found.price is None or found.price > 0
    json.dumps(found.plain())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_product(data: bytes) -> None:
    assert isinstance(read_product(data), Product)


@pytest.mark.parametrize(("start", "asked"), [("150", "200"), ("90", "400")])
def test_an_auctions_start_price_in_json_yields_to_what_meta_and_the_page_agree_on(start: str, asked: str) -> None:
    head = ld(f'{{"@type":"Product","name":"Oak garden bench","offers":{{"price":"{start}","priceCurrency":"EUR"}}}}')
    head += f'<meta property="product:price:amount" content="{asked}">'
    box = f"<p>Starting price: €{start}</p><div class='current-price'>€{asked}</div>"
    for product in (box, f"<div class='current-price'>€{asked}</div>", f"<p>Starting bid €{start}</p><p>€{asked}</p>"):
        found = read_product(shop(product + BUY, head=head))
        assert found.price == Decimal(asked) or found.doubtful
    assert read_product(shop(box + BUY, head=head)).price == Decimal(asked)


def test_another_products_marked_price_does_not_beat_the_json_of_the_pages_own() -> None:
    head = ld('{"@type":"Product","name":"Oak garden bench","offers":{"price":"14.99","priceCurrency":"EUR"}}')
    other = (
        "<div itemscope itemtype='http://schema.org/Product'><b itemprop=name>Iron gate</b>"
        "<span itemprop=offers itemscope><b itemprop=price content='71.90'>€71.90</b></span></div>"
    )
    for product in (f"<p class=price>€14.99</p>{BUY}{other}", f"{other}<p class=price>€14.99</p>{BUY}"):
        found = read_product(shop(product, head=head))
        assert found.price == Decimal("14.99")


def test_data_that_contradict_each_other_are_doubted() -> None:
    head = ld('{"@type":"Product","name":"Oak garden bench","offers":{"price":"15.00","priceCurrency":"EUR"}}')
    head += '<meta property="product:price:amount" content="18.00">'
    found = read_product(shop(f"<div>€15.00</div>{BUY}", head=head))
    assert (found.price, found.doubtful) == (Decimal(15), True)


def test_a_range_in_the_data_does_not_settle_a_page_that_shows_a_price_within_it() -> None:
    head = ld(
        '{"@type":"Product","name":"Oak garden bench",'
        '"offers":{"@type":"AggregateOffer","lowPrice":"25","highPrice":"35","priceCurrency":"USD"}}'
    )
    box = f"<div class='buy-box'><span class=price>$28.50+</span></div>{BUY}<i>$25.00</i>"
    found = read_product(shop(box, head=head))
    assert found.price in (Decimal("28.50"), 25)
    assert found.doubtful
