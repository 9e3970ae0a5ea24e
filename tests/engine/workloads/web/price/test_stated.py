"""What a page states beside the price: the list price, what members pay, a coupon; each in a field of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.workloads.web.price import Product, read_product
from tests.engine.workloads.web.price.pages import BUY, ld, shop

OFFER = '{"@type":"Product","name":"Oak garden bench","offers":{"price":"99.00","priceCurrency":"EUR"%s}}'


def read(product: str, more: str = "", stated: bool = True) -> Product:
    """The product of a page with this box, its data stating 99 euros and more."""
    return read_product(shop(product + BUY, head=ld(OFFER % more) if stated else ""))


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize(
    "box",
    [
        "<div><span class='price'>€99.00</span> <span class='member-price'>€89.00</span></div>",
        "<div><span class='price'>€99.00</span></div><p>Members pay <b>€89.00</b></p>",
        "<div><span class='price'>€99.00</span></div><p>Member price: €89.00</p>",
        "<div><span class='price'>€99.00</span></div><p>With Prime €89.00</p>",
        "<div><span class='price'>€99.00</span> <span>Mitgliederpreis</span> <span>€89.00</span></div>",
    ],
)
def test_what_members_pay_is_told_apart_from_the_price(box: str, stated: bool) -> None:
    found = read(box, stated=stated)
    assert (found.price, found.member_price) == (Decimal("99.00"), Decimal("89.00"))
    assert found.plain()["member_price"] == "89.00"


def test_prices_in_json_are_told_by_their_kind() -> None:
    kinds = [
        '{"price":"129.00","priceType":"https://schema.org/StrikethroughPrice"}',
        '{"price":"89.00","validForMemberTier":{"@type":"MemberProgramTier","name":"gold"}}',
        '{"price":"9.90","referenceQuantity":{"value":1,"unitCode":"KGM"}}',
        '{"price":"99.00"}',
    ]
    offers = f'"offers":{{"priceCurrency":"EUR","priceSpecification":[{",".join(kinds)}]}}'
    found = read_product(shop("€99.00" + BUY, head=ld(f'{{"@type":"Product","name":"Oak garden bench",{offers}}}')))
    assert (found.price, found.list_price, found.member_price) == (Decimal(99), Decimal(129), Decimal(89))


@pytest.mark.parametrize(
    "text",
    [
        "Save 10% with coupon",
        "Apply $5 coupon",
        "Extra 15% off with code SAVE15",
        "Use code OAK20 for 20% off",
        "Coupon code: GARDEN10",
        "10 % Gutschein einlösen",
        "Voucher: €5.00 off your order",
    ],
)
@pytest.mark.parametrize("stated", [True, False])
def test_a_coupon_is_told_in_the_pages_own_words(text: str, stated: bool) -> None:
    bold = text.replace("code ", "code <b>") + ("</b>" if "code " in text else "")
    for shown in (text, bold):
        found = read(f"<div class='price'>€99.00</div><p>{shown}</p>", stated=stated)
        assert (found.price, found.coupon) == (Decimal(99), text)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Have a coupon? Enter it at the checkout.</p>",
        "<input placeholder='Coupon code'>",
        "<script>var coupon = {text: 'Save 10% with coupon'};</script>",
        "<p>Postal code 12345</p>",
        "<p>This bench has a code of honour, and 20% more wood.</p>",
        "",
    ],
)
def test_what_offers_no_coupon_is_none(html: str) -> None:
    assert read(f"<div class='price'>€99.00</div>{html}").coupon is None


def test_a_coupon_of_the_shop_above_the_heading_is_not_the_products() -> None:
    found = read_product(shop(f"<div class='price'>€99.00</div>{BUY}", top="<p>10% off with code HELLO10</p>"))
    assert found.coupon is None
