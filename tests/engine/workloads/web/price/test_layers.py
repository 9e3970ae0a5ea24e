"""What each layer saw: every layer is named, in the order of trust, and the result is the reader's own."""

from __future__ import annotations

import json

import pytest

from engine.workloads.web.price import read_product
from engine.workloads.web.price.layers import layers_of
from tests.engine.workloads.web.price.pages import BUY, ld, shop

HEAD = ld('{"@type":"Product","name":"Oak garden bench","offers":{"price":"259","priceCurrency":"EUR"}}')
HEAD += '<meta property="product:price:amount" content="207.20">'
PAGE = shop(f'<p><s>€259</s> <span class="now">€207.20</span></p>{BUY}', head=HEAD)


def test_every_layer_is_told_with_its_price_or_that_it_has_none() -> None:
    told = layers_of(PAGE, selector=".now")
    names = list(dict.fromkeys(layer.layer for layer in told))
    assert names == [
        "selector", "JSON-LD", "microdata, RDFa", "meta tags", "shop system's data", "visible text", "result",
    ]  # fmt: skip
    prices = {name: [str(layer.price) for layer in told if layer.layer == name] for name in names}
    assert prices["selector"] == prices["meta tags"] == prices["result"] == ["207.20"]
    assert prices["JSON-LD"] == ["259"] and prices["microdata, RDFa"] == ["None"]
    assert {"207.20", "259"} <= set(prices["visible text"])
    assert any("old price" in layer.remark for layer in told if layer.layer == "visible text")
    json.dumps([layer.plain() for layer in told])


@pytest.mark.parametrize("selector", [None, ".now", ".none", "div[["])
@pytest.mark.parametrize("html", [PAGE, "", "<p>", "<script" + "x" * 100_000, "<div>" * 100_000 + "$5"])
def test_the_result_is_what_the_reader_says_for_any_page(html: str, selector: str | None) -> None:
    result = layers_of(html, selector=selector)[-1]
    product = read_product(html, None, selector)
    assert (result.layer, result.price, result.currency) == ("result", product.price, product.currency)


def test_a_selector_that_finds_nothing_says_so() -> None:
    (selector, *_) = layers_of(PAGE, selector=".none")
    assert selector.price is None and "finds nothing" in selector.remark
