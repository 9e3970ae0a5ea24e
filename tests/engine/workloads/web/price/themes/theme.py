"""Invented pages in the markup of shop systems' own themes, in many languages, each with what a reader would name.

The markup follows the systems' public themes (WooCommerce's Storefront, Shopify's Dawn, Magento's Luma and so on) and
the vocabularies' own documentation; shops, products and prices are made up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.engine.workloads.web.price.pages import ld


@dataclass(frozen=True)
class Theme:
    """A page's parts, and what is right: `old` is its list price where the page states one.

    `doubtful` is whether a doubt is right: None where either is.
    """

    product: str
    price: str | None
    currency: str | None
    old: str | None = None
    head: str = ""
    name: str = "Oslo Lantern"
    language: str = "en"
    doubtful: bool | None = None
    cards: str = ""
    url: str | None = None
    heading: str = "<h1>{name}</h1>"

    def page(self) -> str:
        """The whole page, with a basket, a slogan and other products around the product."""
        return f"""<!doctype html><html lang="{self.language}"><head><title>{self.name} –
        Nordlys</title>{self.head}</head>
<body><header><a href="/">Nordlys</a><div class="header-cart"><span class="cart-total">{self.money("0")}</span></div>
</header><nav><ul><li><a href="/c/1">Lamps</a></li><li><a href="/c/2">Under {self.money("20")}</a></li></ul></nav>
<main><div class="product">{self.heading.format(name=self.name)}{self.product}</div>
<section class="related products"><h2>Related products</h2><ul>{self.others()}</ul></section></main>
<footer><p>Free delivery from {self.money("50")}</p></footer></body></html>"""

    def without_data(self) -> str:
        """The page without what only machines read in its head."""
        return replace(self, head="").page()

    def money(self, amount: str) -> str:
        """An amount as this page writes its money."""
        return (self.cards or "$#").replace("#", amount)

    def others(self) -> str:
        """Cards of other products."""
        return "".join(
            f"<li class='product-card'><a href='/p/{n}'><h3>Lamp {n}</h3></a><span class='price'>{self.money(amount)}"
            "</span></li>"
            for n, amount in enumerate(("24", "31", "18", "77"))
        )


def woo(text: str, symbol: str = "&euro;") -> str:
    """An amount as WooCommerce writes it."""
    return (
        f"<span class='woocommerce-Price-amount amount'><bdi>{text}&nbsp;"
        f"<span class='woocommerce-Price-currencySymbol'>{symbol}</span></bdi></span>"
    )


def meta_price(amount: str, currency: str, prefix: str = "product") -> str:
    """Open Graph's price in meta tags."""
    return (
        f'<meta property="{prefix}:price:amount" content="{amount}">'
        f'<meta property="{prefix}:price:currency" content="{currency}">'
    )


def ld_offer(price: str, currency: str, name: str = "Oslo Lantern", more: str = "") -> str:
    """A product with one offer, as JSON-LD."""
    return ld(
        f'{{"@context":"https://schema.org","@type":"Product","name":"{name}","offers":{{"@type":"Offer",'
        f'"price":{price},"priceCurrency":"{currency}","availability":"https://schema.org/InStock"{more}}}}}'
    )
