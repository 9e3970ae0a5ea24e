"""Invented product pages for the tests of this folder; every shop, product and price in them is made up."""

from __future__ import annotations

CARD = "<li class='product-card'><a href='/{0}'><img src={0}.jpg><h3>{1}</h3></a><span class='price'>{2}</span></li>"

STORY = "Made by hand in our own workshop from wood that has seen some weather, and sent with care. " * 6


def shop(
    product: str,
    *,
    head: str = "",
    name: str = "Oak garden bench",
    language: str = "en",
    others: str = "",
    top: str = "",
) -> str:
    """A whole page around the product's own markup, with a menu, a basket, a slogan and other products."""
    return f"""<!doctype html><html lang="{language}"><head><title>{name} | Fernhill Garden</title>{head}</head><body>
<header><a href="/">Fernhill</a><div class="minicart">Your basket: $0.00</div><p>Free delivery over $50</p>
{top}</header>
<nav><ul><li><a href="/under-25">Gifts under $25</a></li></ul></nav>
<main><p>{STORY}</p><div class="product-detail"><h1>{name}</h1>{product}</div><p>{STORY}</p>
<section class="related-products"><h2>You may also like</h2><ul>{others or other_products()}</ul></section></main>
<footer>Gift cards from $10 to $500. © Fernhill Garden</footer></body></html>"""


def other_products() -> str:
    """Four cards of other products, as many shops show below their own."""
    cards = [
        ("pot", "Clay pot", "$14.00"),
        ("hose", "Hose", "$32.50"),
        ("rake", "Rake", "$21.00"),
        ("fork", "Fork", "$19.99"),
    ]
    return "".join(CARD.format(*card) for card in cards)


def ld(json: str) -> str:
    """A JSON-LD block."""
    return f'<script type="application/ld+json">{json}</script>'


BUY = "<form><button type='submit'>Add to cart</button></form>"
