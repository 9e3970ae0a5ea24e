"""The data that shop systems embed: one small page for each system."""

from __future__ import annotations

import html
import json
from decimal import Decimal
from typing import Any

import pytest

from engine.workloads.web.price import Product, read_product
from tests.engine.workloads.web.price.pages import shop


def script(text: str, attributes: str = "") -> str:
    return f"<script {attributes}>{text}</script>"


def shopify(prices: list[int], **more: Any) -> str:
    variants = [{"id": 100 + number, "price": price, "available": True, **more} for number, price in enumerate(prices)]
    product = {"title": "Oak garden bench", "vendor": "Fernhill", "variants": variants}
    return script('Shopify.currency = {"active":"CAD","rate":"1.0"};') + script(
        json.dumps(product), "type='application/json' id='ProductJson'"
    )


def test_shopify_prices_are_hundredths() -> None:
    found = read_product(shop(shopify([24900]) + "<div>Pick a colour</div>"))
    assert (found.price, found.currency, found.source) == (Decimal("249"), "CAD", "embedded")
    assert (found.brand, found.availability) == ("Fernhill", "in_stock")


def test_shopifys_price_before_the_reduction_is_the_list_price() -> None:
    found = read_product(shop(shopify([24900], compare_at_price=29900)))
    assert (found.price, found.list_price) == (Decimal("249"), Decimal("299"))


def test_the_variant_in_the_address_is_the_one_that_is_meant() -> None:
    found = read_product(shop(shopify([24900, 34900])), "https://shop.example/products/bench?variant=101")
    assert found.price == Decimal("349")


def test_several_variants_are_a_range_and_flagged() -> None:
    found = read_product(shop(shopify([24900, 34900])))
    assert found.price == Decimal("249")
    assert any("249 to 349" in doubt for doubt in found.doubts)


def test_woocommerce_variations_are_read() -> None:
    rows = [{"display_price": 249.5, "display_regular_price": 299, "is_in_stock": True}]
    form = (
        f"<form class='variations_form' data-product_variations='{html.escape(json.dumps(rows), quote=True)}'></form>"
    )
    found = read_product(shop(form))
    assert (found.price, found.list_price, found.source) == (Decimal("249.5"), Decimal("299"), "embedded")


def test_woocommerces_visible_price_is_the_one_in_ins() -> None:
    seen = (
        "<p class='price'><del><span class='woocommerce-Price-amount amount'><span>&pound;</span>299.00</span></del> "
        "<ins><span class='woocommerce-Price-amount amount'><span>&pound;</span>249.50</span></ins></p>"
    )
    found = read_product(shop(seen))
    assert (found.price, found.currency, found.list_price) == (Decimal("249.50"), "GBP", Decimal("299.00"))


def test_magentos_final_price_is_read() -> None:
    box = (
        "<div class='product-info-main'><span class='old-price'>"
        "<span data-price-amount='299' data-price-type='oldPrice'>"
        "<span class='price'>€299.00</span></span></span><span data-price-amount='249' data-price-type='finalPrice'>"
        "<span class='price'>€249.00</span></span></div>"
    )
    found = read_product(shop(box))
    assert (found.price, found.currency, found.list_price) == (Decimal("249"), "EUR", Decimal("299"))


def test_old_magentos_price_options_are_read() -> None:
    options = script(
        'var optionsPrice = new Product.OptionsPrice({"priceFormat":{},"productPrice":249,"productOldPrice":299});'
    )
    found = read_product(shop(options))
    assert (found.price, found.list_price) == (Decimal("249"), Decimal("299"))


@pytest.mark.parametrize(
    "price",
    [
        {"price": 249.0, "currency": "EUR"},
        {"price": {"current": 249.0, "currencyCode": "EUR", "original": 299}},
        {"pricing": {"salePrice": "249.00", "listPrice": "299.00", "currency": "EUR"}},
    ],
)
def test_next_js_state_is_searched_for_the_product_of_the_heading(price: dict[str, Any]) -> None:
    other = {"name": "Rake", "price": 21}
    state = {"props": {"pageProps": {"recommended": [other], "product": {"name": "Oak garden bench", **price}}}}
    found = read_product(shop(script(json.dumps(state), "id='__NEXT_DATA__' type='application/json'")))
    assert (found.price, found.currency, found.source) == (Decimal("249"), "EUR", "embedded")


def test_state_in_a_variable_is_searched_too() -> None:
    state = {"product": {"title": "Oak garden bench", "price": "249.00"}}
    found = read_product(shop(script(f"window.__PRELOADED_STATE__ = {json.dumps(state)};")))
    assert found.price == Decimal("249.00")


def read_hint(name: str) -> Product:
    seen = "<div><span>$249.00</span></div><div><span>$99.00</span></div>"
    return read_product(
        f"<title>Bench</title><body><h1>Bench</h1>{seen}{script(f'var page = {{{name}: 99.00}};')}</body>"
    )


def test_a_scripts_field_called_price_decides_between_two_seen_prices() -> None:
    assert read_hint("product_price").price == Decimal("99.00")


def test_a_scripts_old_price_does_not() -> None:
    assert read_hint("oldPrice").price != Decimal("99.00")
