"""JSON-LD: the product found wherever it stands, also in broken JSON; ranges and lists told apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.workloads.web.price import Product, read_product
from engine.workloads.web.price.sources.json_text import load
from tests.engine.workloads.web.price.pages import ld, shop

PLAIN = '{"@context":"https://schema.org","@type":"Product","name":"Oak garden bench","offers":{"@type":"Offer",'
OFFER = '"price":"249.00","priceCurrency":"USD","availability":"https://schema.org/InStock"}}'

WELL = {
    "an offer": PLAIN + OFFER,
    "a number instead of a string": PLAIN + OFFER.replace('"249.00"', "249.00"),
    "within @graph": '{"@graph":[{"@type":"WebSite","name":"x"},' + PLAIN + OFFER + "]}",
    "within a list": "[" + PLAIN + OFFER + "]",
    "as the main entity of a page": '{"@type":"WebPage","mainEntity":' + PLAIN + OFFER + "}",
    "an offer by reference": '{"@graph":[{"@type":"Product","name":"Oak garden bench","offers":{"@id":"#o"}},'
    '{"@type":"Offer","@id":"#o",' + OFFER[:-1] + "]}",
    "a list of types": PLAIN.replace('"Product"', '["Product","Thing"]') + OFFER,
    "a type with its address": PLAIN.replace('"Product"', '"http://schema.org/Product"') + OFFER,
    "a price specification": PLAIN
    + '"availability":"InStock","priceSpecification":{"@type":"UnitPriceSpecification",'
    + OFFER
    + "}",
    "equal offers of several sellers": PLAIN.replace('"offers":{', '"offers":[{') + OFFER[:-1] + ',{"price":249}]}',
    "an aggregate of one": PLAIN + '"lowPrice":"249.00","highPrice":"249.00","priceCurrency":"USD",'
    '"availability":"InStock"}}',
}
BROKEN = {
    "a comma too many": (PLAIN + OFFER).replace("}}", ",}}"),
    "line breaks in a string": (PLAIN + OFFER).replace("Oak garden bench", "Oak\ngarden bench"),
    "HTML comments around it": "<!-- " + PLAIN + OFFER + " -->",
    "CDATA around it": "//<![CDATA[\n" + PLAIN + OFFER + "\n//]]>",
    "a semicolon behind it": PLAIN + OFFER + ";",
    "two values one after the other": '{"@type":"WebSite"}' + PLAIN + OFFER,
    "escaped as HTML": (PLAIN + OFFER).replace('"', "&quot;"),
    "a missing comma": (PLAIN + OFFER).replace('"priceCurrency"', '\n"priceCurrency"').replace('",\n', '"\n'),
    "a stray backslash": (PLAIN + OFFER).replace("Oak garden", "Oak \\garden"),
    "an empty value": (PLAIN + OFFER).replace('"offers"', '"gtin": ,"offers"'),
}


def read(json: str, seen: str = "<p class='price'>$249.00</p>") -> Product:
    return read_product(shop(seen, head=ld(json)))


@pytest.mark.parametrize("json", WELL.values(), ids=WELL)
def test_the_price_is_found_however_the_data_are_nested(json: str) -> None:
    found = read(json)
    assert (found.price, found.currency, found.source) == (Decimal("249.00"), "USD", "json-ld")
    assert found.availability == "in_stock"
    assert found.confidence >= 0.9
    assert not found.doubtful


@pytest.mark.parametrize("json", BROKEN.values(), ids=BROKEN)
def test_broken_json_is_repaired(json: str) -> None:
    found = read(json)
    assert (found.price, found.currency, found.source) == (Decimal("249.00"), "USD", "json-ld")


@pytest.mark.parametrize("text", ["", "not json", "{", "[" * 100_000, '{"a":' * 100_000, "null", '{"price": 1e999999}'])
def test_what_is_no_json_gives_values_or_nothing_but_never_an_exception(text: str) -> None:
    assert isinstance(load(text), list)


def test_a_deeply_nested_block_does_not_stop_the_page_from_being_read() -> None:
    assert read('{"a":' * 50_000).price == Decimal("249.00")


def test_numbers_are_kept_as_they_are_written() -> None:
    assert load('{"price": 10.50}') == [{"price": "10.50"}]


def test_a_range_is_flagged_and_starts_at_its_lowest_price() -> None:
    json = PLAIN + '"@type":"AggregateOffer","lowPrice":"199.00","highPrice":"349.00","priceCurrency":"USD"}}'
    found = read(json, "<p class='price'>$199.00 - $349.00</p>")
    assert found.price == Decimal("199.00")
    assert any("199.00 to 349.00" in doubt for doubt in found.doubts)
    assert found.confidence < 0.8


def test_of_several_variants_the_one_that_the_page_shows_is_taken() -> None:
    offers = ",".join(f'{{"price":"{price}","priceCurrency":"USD"}}' for price in ("99.00", "149.00", "199.00"))
    json = '{"@type":"Product","name":"Oak garden bench","offers":[' + offers + "]}"
    found = read(json, "<p class='price'>$149.00</p><form><button>Add to cart</button></form>")
    assert found.price == Decimal("149.00")
    assert found.doubtful


def test_the_offer_with_the_pages_own_address_is_taken() -> None:
    variants = ",".join(
        f'{{"@type":"Product","name":"Oak garden bench","url":"https://shop.example/b?size={size}",'
        f'"offers":{{"price":"{price}","priceCurrency":"USD"}}}}'
        for size, price in (("s", "99.00"), ("m", "149.00"))
    )
    page = shop(
        "<p class='price'>$149.00</p>",
        head=ld('{"@type":"ProductGroup","name":"Oak garden bench","hasVariant":[' + variants + "]}"),
    )
    found = read_product(page, "https://shop.example/b?size=m")
    assert (found.price, found.doubts) == (Decimal("149.00"), ())


def test_the_list_price_comes_from_the_price_specification() -> None:
    json = (
        PLAIN
        + '"price":"249.00","priceCurrency":"USD","priceSpecification":[{"price":"299.00","priceType":"https://schema.org/ListPrice"}]}}'
    )
    assert read(json).list_price == Decimal("299.00")


def test_related_products_are_not_the_product() -> None:
    related = '"isRelatedTo":[{"@type":"Product","name":"Rake","offers":{"price":"21.00","priceCurrency":"USD"}}],'
    found = read((PLAIN + OFFER).replace('"offers"', related + '"offers"'))
    assert found.price == Decimal("249.00")


def test_among_several_products_the_one_with_the_headings_name_is_taken() -> None:
    rake = '{"@type":"Product","name":"Rake","offers":{"price":"21.00","priceCurrency":"USD"}}'
    assert read("[" + rake + "," + PLAIN + OFFER + "]").price == Decimal("249.00")


def test_a_list_of_products_names_no_price() -> None:
    items = ",".join(
        f'{{"@type":"ListItem","item":{{"@type":"Product","name":"Thing {i}",'
        f'"offers":{{"price":"{i}.99","priceCurrency":"USD"}}}}}}'
        for i in range(1, 9)
    )
    data = ld('{"@type":"ItemList","itemListElement":[' + items + "]}")
    page = f"<title>Garden</title>{data}<h1>Garden</h1>"
    assert read_product(page).price is None


@pytest.mark.parametrize(
    ("extra", "field", "value"),
    [
        ('"sku":"BN-7"', "sku", "BN-7"),
        ('"gtin13":"4006381333931"', "gtin", "4006381333931"),
        ('"gtin":4006381333931', "gtin", "4006381333931"),
        ('"brand":{"@type":"Brand","name":"Fernhill"}', "brand", "Fernhill"),
        ('"brand":"Fernhill"', "brand", "Fernhill"),
        ('"image":["https://img.example/1.jpg","2.jpg"]', "image", "https://img.example/1.jpg"),
        ('"image":{"url":"https://img.example/1.jpg"}', "image", "https://img.example/1.jpg"),
    ],
)
def test_the_products_facts_are_read(extra: str, field: str, value: str) -> None:
    found = read((PLAIN + OFFER).replace('"offers"', extra + ',"offers"'))
    assert getattr(found, field) == value


@pytest.mark.parametrize(
    ("word", "availability"),
    [
        ("InStock", "in_stock"),
        ("http://schema.org/OutOfStock", "out_of_stock"),
        ("PreOrder", "preorder"),
        ("SoldOut", "out_of_stock"),
        ("https://schema.org/BackOrder", "backorder"),
        ("LimitedAvailability", "limited"),
        ("Discontinued", "discontinued"),
        ("", None),
    ],
)
def test_the_availability_is_one_of_six(word: str, availability: str | None) -> None:
    found = read((PLAIN + OFFER).replace("https://schema.org/InStock", word))
    assert found.availability == availability


@pytest.mark.parametrize("depth", [2_000, 20_000, 100_000])
@pytest.mark.parametrize("opening", ['{"a":', "[", '[{"b":1,"c":'])
def test_an_offer_beside_a_branch_nested_beyond_any_reason_is_read(depth: int, opening: str) -> None:
    closing = "".join({"{": "}", "[": "]"}[sign] for sign in reversed(opening) if sign in "{[")
    branch = opening * depth + "1" + closing * depth
    offer = '"offers":{"price":"12.50","priceCurrency":"EUR"}'
    for fields in (f'"review":{branch},{offer}', f'{offer},"review":{branch}'):
        product = f'{{"@type":"Product","name":"Vase",{fields}}}'
        assert read_product(f"<h1>Vase</h1>{ld(product)}").price == Decimal("12.50")


@pytest.mark.parametrize(
    ("stated", "shown", "price"),
    [
        ('"57.47126437"', "€57,47", "57.47"),
        ("57.47126437", "€57,47", "57.47"),
        ("1.0E2", "€100.00", "100"),
        ('"1.0E2"', "€100.00", "100"),
        ("1e999", "€100.00", "100.00"),
        ("-1", "€100.00", "100.00"),
        ("NaN", "€100.00", "100.00"),
        ("1e999", "Sold out", None),
        ("Infinity", "Sold out", None),
    ],
)
def test_computed_and_absurd_numbers_in_data_are_read_as_what_the_page_shows(
    stated: str, shown: str, price: str | None
) -> None:
    offer = f'{{"@type":"Product","name":"Oak garden bench","offers":{{"price":{stated},"priceCurrency":"EUR"}}}}'
    page = shop(f"<div class='price'>{shown}</div>", head=ld(offer), others="<li>none</li>").replace("$", "")
    found = read_product(page)
    assert found.price == (None if price is None else Decimal(price))
