"""The page's text: the price that a reader would name, and none of the others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from selectolax.lexbor import LexborHTMLParser

from engine.workloads.web.price import read_product
from engine.workloads.web.price.deciding import walk
from tests.engine.workloads.web.price.pages import BUY, CARD, ld, shop

PRICES = {
    "a price in its own element": "<p class='price'>$249.00</p>",
    "no class at all": "<p>$249.00</p>",
    "in pieces": "<div class='price'><sup>$</sup><span>249</span><sup>00</sup></div>",
    "in pieces with a point": "<div><span>$</span><span>249</span><span>.</span><span>00</span></div>",
    "sign apart": "<div class='price'><span>$</span> <span>249.00</span></div>",
    "struck-out price beside it": "<p><del>$299.00</del> <span class='price'>$249.00</span></p>",
    "a line through by style": "<p><span style='text-decoration: line-through'>$299.00</span> <span>$249.00</span></p>",
    "called old": "<p><span class='old-price'>$299.00</span> <span class='special-price'>$249.00</span></p>",
    "labelled was and now": "<p>Was $299.00</p><p>Now $249.00</p>",
    "list price in a table": (
        "<table><tr><td>List price:</td><td>$299.00</td></tr><tr><td>Price:</td><td>$249.00</td></tr></table>"
    ),
    "a saving": "<p>$249.00</p><p>You save $50.00 (17%)</p>",
    "an instalment": "<p>$249.00</p><p>or 4 payments of $62.25</p><p>$20.75/month</p>",
    "shipping": "<p>$249.00</p><p>+ $19.95 shipping</p>",
    "a price per unit": "<p>$249.00</p><p class='unit-price'>$83.00 / m²</p>",
    "a coupon": "<p class='coupon'>$20 off your first order</p><p>$249.00</p>",
    "a warranty to add": (
        "<p class='price'>$249.00</p><label><input type='checkbox'> 2-year plan <span>+$29.00</span></label>"
    ),
    "sizes and ratings": "<p>4.8</p><p>120 cm</p><p>$249.00</p><select><option>3</option><option>4</option></select>",
    "a hidden price": "<p style='display:none'>$999.00</p><p>$249.00</p>",
    "a noscript price": "<noscript><p>$999.00</p></noscript><p>$249.00</p>",
}


@pytest.mark.parametrize("product", PRICES.values(), ids=PRICES)
def test_the_selling_price_is_told_from_the_others(product: str) -> None:
    found = read_product(shop(product + BUY))
    assert (found.price, found.currency, found.source) == (Decimal("249.00"), "USD", "text")


@pytest.mark.parametrize(
    "product", [PRICES[name] for name in ("struck-out price beside it", "called old", "labelled was and now")]
)
def test_the_old_price_beside_it_is_the_list_price(product: str) -> None:
    assert read_product(shop(product + BUY)).list_price == Decimal("299.00")


@pytest.mark.parametrize(
    ("language", "text", "price", "currency"),
    [
        ("de", "1.249,00 €", "1249.00", "EUR"),
        ("de", "1.249 €", "1249", "EUR"),
        ("fr", "1 249,00 €", "1249.00", "EUR"),
        ("de-CH", "CHF 1'249.–", "1249", "CHF"),
        ("en-IN", "₹1,24,900", "124900", "INR"),
        ("ja", "¥12,800", "12800", "JPY"),
        ("sv", "1 249 kr", "1249", "SEK"),
        ("nb", "1 249,-", "1249", "NOK"),
        ("pl", "249,00 zł", "249.00", "PLN"),
        ("en-GB", "£249", "249", "GBP"),
        ("pt-BR", "R$ 249,90", "249.90", "BRL"),
        ("en-CA", "$249.00", "249.00", "CAD"),
        ("cs", "6 249 Kč", "6249", "CZK"),
    ],
)
def test_prices_are_read_in_the_pages_own_language(language: str, text: str, price: str, currency: str) -> None:
    page = f"<html lang='{language}'><title>Vase</title><body><h1>Vase</h1><p class='price'>{text}</p></body></html>"
    found = read_product(page)
    assert (found.price, found.currency) == (Decimal(price), currency)


def test_an_ambiguous_string_is_flagged() -> None:
    found = read_product("<title>Vase</title><h1>Vase</h1><p class='price'>€ 3.350</p>" + BUY)
    assert found.doubtful
    assert found.raw == "€ 3.350"


def test_a_lone_dollar_sign_is_a_flagged_guess() -> None:
    found = read_product(shop("<p class='price'>$249.00</p>" + BUY))
    assert found.currency == "USD"
    assert any("guess" in doubt for doubt in found.doubts)


def test_a_range_is_flagged_and_starts_at_its_lowest_price() -> None:
    found = read_product(shop("<p class='price'>$199.00 – $349.00</p>" + BUY))
    assert found.price == Decimal("199.00")
    assert any("199.00 to 349.00" in doubt for doubt in found.doubts)


def test_recommended_products_above_the_product_are_passed_over() -> None:
    cards = "".join(CARD.format(f"n{i}", f"Thing {i}", f"${i + 10}.00") for i in range(4))
    page = (
        f"<title>Oak bench</title><body><div class='carousel'><ul>{cards}</ul></div><h1>Oak bench</h1>"
        f"<p>$249.00</p>{BUY}</body>"
    )
    assert read_product(page).price == Decimal("249.00")


SILENT = {
    "an empty page": "",
    "an article": (
        "<title>News</title><h1>Shares fall</h1><p>The company lost $3.2 million, or $0.12 a share, "
        "it said on Monday.</p>"
    ),
    "a list of products": "<title>Garden</title><h1>Garden</h1><ul>"
    + "".join(CARD.format(f"n{i}", f"Thing {i}", f"${i + 10}.00") for i in range(20))
    + "</ul>",
    "a product that is gone": (
        "<title>Vase</title><h1>Vase</h1><p>No longer available</p><footer>Free delivery over $50</footer>"
    ),
    "only other products": shop("<p>Currently unavailable</p>"),
    "a basket": "<title>Shop</title><header class='minicart'>Basket: $0.00</header><h1>Contact us</h1>",
}


@pytest.mark.parametrize("page", SILENT.values(), ids=SILENT)
def test_a_page_without_a_product_price_gives_none_and_says_why(page: str) -> None:
    found = read_product(page)
    assert found.price is None
    assert found.error is not None and found.error.endswith(".")
    assert found.confidence == 0


def test_the_parsers_number_of_a_text_node_is_the_one_that_the_walk_expects() -> None:
    body = LexborHTMLParser("<body>text</body>").body
    assert body is not None
    assert [node.tag_id for node in body.traverse(include_text=True) if node.is_text_node] == [walk._TEXT]


@pytest.mark.parametrize(
    ("text", "availability"),
    [
        ("In stock", "in_stock"),
        ("12 in stock", None),
        ("Out of stock", "out_of_stock"),
        ("Currently unavailable", "out_of_stock"),
        ("Only 3 left", "limited"),
        ("Available for pre-order", "preorder"),
        ("Auf Lager", "in_stock"),
        ("Ausverkauft", "out_of_stock"),
        ("Rupture de stock", "out_of_stock"),
        ("Discontinued", "discontinued"),
        ("In the garden", None),
    ],
)
def test_the_availability_is_read_from_the_text(text: str, availability: str | None) -> None:
    found = read_product(shop(f"<p class='price'>$249.00</p><p>{text}</p>{BUY}"))
    assert (found.price, found.availability) == (Decimal("249.00"), availability)


def test_a_frameworks_word_on_every_box_counts_once() -> None:
    boxes = "<div class='a-fixed-right-grid'><div class='a-fixed-right-grid-inner'><div class='a-fixed-right-grid-col'>"
    price = "<div class='banner-margin'><b class=price>$9.99</b></div>"
    found = read_product(shop(f"{boxes}{price}{BUY}</div></div></div>"))
    assert found.price == Decimal("9.99")


def test_a_price_for_which_little_speaks_is_told_with_a_doubt_where_no_other_disputes_it() -> None:
    found = read_product("<title>Lamp</title><body><table><tr><td><font>£60</font><tr><td>Size<td>L</table>")
    assert found.price == 60
    assert any("Little on the page" in doubt for doubt in found.doubts)


def test_two_prices_for_which_little_speaks_stay_unsaid() -> None:
    found = read_product("<title>Lamp</title><body><table><tr><td>£60<td>£75</table>")
    assert found.price is None or found.doubtful


@pytest.mark.parametrize(
    "beside",
    [
        "<span class='pricePerMeasure'>€0.70</span>",
        "<span class='price-per-unit'>€0.70/100 g</span>",
        "<span class='member-price'>€2.99</span>",
        "<span>Club price</span><span>€2.99</span>",
    ],
)
@pytest.mark.parametrize("stated", ["", ld('{"@type":"Product","name":"Oak garden bench","offers":{"price":"3.50"}}')])
def test_a_price_per_measure_or_for_members_beside_the_price_is_not_the_price(beside: str, stated: str) -> None:
    found = read_product(shop(f"<div><span class='price'>€3.50</span> {beside}</div>{BUY}", head=stated))
    assert found.price == Decimal("3.50")


def test_a_bundles_price_is_not_the_products() -> None:
    bundle = "<div><h3>Buy together and save</h3><span>Bundle price: $149.00</span><button>Add to cart</button></div>"
    found = read_product(shop(f"<div class='price'>$99.00</div>{BUY}{bundle}"))
    assert found.price == 99


@pytest.mark.parametrize(
    "text", ["Adv $17, DoS $19, Door $21", "Adults $17 / Children $9", "Small $17 Medium $19 Large $21"]
)
def test_a_choice_of_prices_in_one_text_is_doubted(text: str) -> None:
    found = read_product(shop(f"<p>{text}</p>{BUY}"))
    assert found.price is None or found.doubtful


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        ("<b>118,<br> 99 TL</b>", "118.99"),
        ("<b>118, 99 TL</b>", "118.99"),
        ("<b>,89 €</b>", "0.89"),
        ("<b>１，９８０円</b>", "1980"),
        ("<b>35€ 99</b>", "35.99"),
        ("<b>49 € 95</b>", "49.95"),
        ("<b>49 €<sup>95</sup></b>", "49.95"),
        ("<b>$ 8. 94</b>", "8.94"),
        ("<b>1.837, 32 €</b>", "1837.32"),
        ("<b>٢٥٫٥٠ ر.س</b>", "25.50"),
        ("<b>250.000đ</b>", "250000"),
        ("<b>1 990 р.</b>", "1990"),
        ("<b>KSh 1,200</b>", "1200"),
        ("<b>S/ 25.90</b>", "25.90"),
        ("<b>LE 1,250.00</b>", "1250.00"),
        ('<b>199 ש"ח</b>', "199"),
    ],
)
def test_a_visible_price_in_any_writing_is_seen(price: str, amount: str) -> None:
    found = read_product(shop(f"<div class='price'>{price}</div>{BUY}"))
    assert found.price == Decimal(amount)
    assert found.currency is not None


def test_a_range_of_prices_starts_at_the_lower_end_and_is_doubted() -> None:
    found = read_product(shop(f"<div class='price'>10,00 - 20,00 €</div>{BUY}"))
    assert (found.price, found.currency, found.doubtful) == (Decimal(10), "EUR", True)


@pytest.mark.parametrize("nearer", [((0, 1),), walk.NEARER, ()])
def test_a_price_far_below_what_looked_like_the_heading_is_found(
    nearer: tuple[tuple[int, int], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "NEARER", nearer)
    menu = "<li><a href='/x'>Garden</a></li>" * 2_000
    html = f"<title>Fernhill</title><body><h1>Fernhill</h1><ul>{menu}</ul><b class=price>$9.99</b>{BUY}"
    assert read_product(html).price == Decimal("9.99")


def test_a_price_far_above_the_heading_is_found() -> None:
    menu = "<li><a href='/x'>Garden</a></li>" * 500
    html = f"<title>Vase</title><body><b class=price>$9.99</b>{BUY}<ul>{menu}</ul><h1>Vase</h1>"
    assert read_product(html).price == Decimal("9.99")


def test_a_text_right_behind_a_script_is_read() -> None:
    html = f"<title>Vase</title><h1>Vase</h1><div class=price><script>let a = 1</script>$9.99</div>{BUY}"
    assert read_product(html).price == Decimal("9.99")


LISTS = "".join(CARD.format(f"{n}", f"Chair {n}", f"${n}.50") for n in range(20, 60))


@pytest.mark.parametrize(
    "html",
    [
        f"<title>Chairs</title><h1>Chairs</h1><ul>{LISTS}</ul>",
        f"<title>Page not found</title><h1>Sorry, this page does not exist</h1><p>Our offers:</p><ul>{LISTS}</ul>",
        "<title>404</title><h1>404</h1><h2>Offer of the week</h2><div class=offer>Chair <b>$20.50</b></div>",
        "<title>Shop</title><div id=root></div><footer>Gift cards from $10 to $500</footer><script src=a.js></script>",
        "<title>Shop</title><noscript>Enable JavaScript</noscript><p>Free delivery over $50</p><script src=a></script>",
        "<title>Basket</title><h1>Your basket</h1><p>Subtotal $0.00</p><p>Free delivery from $50.00</p>",
    ],
)
def test_a_page_of_no_product_never_has_a_price_without_a_doubt(html: str) -> None:
    found = read_product(html)
    assert found.price is None or found.doubtful, found


@pytest.mark.parametrize(
    ("price", "language", "url", "currency"),
    [
        ("1,299元", "zh-TW", None, "TWD"),
        ("1,299元", "en", "https://shop.example.tw/1", "TWD"),
        ("٢٥٫٥٠", "ar", "https://shop.example.sa/1", "SAR"),
        ("$129.990", "en", "https://tienda.example.com/1", "USD"),
    ],
)
def test_a_currency_that_the_page_leaves_open_is_a_guess_and_doubted(
    price: str, language: str, url: str | None, currency: str
) -> None:
    found = read_product(shop(f"<div class='price'>{price}</div>{BUY}", language=language), url)
    assert (found.currency, found.doubtful) == (currency, True)
