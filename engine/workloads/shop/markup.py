"""How each demo shop states its price: a function each, one line in a literal dict.

Every function takes a `Sheet` and gives the mark-up for the page's head and for the box with
the name, the price and the buy button. `engine.workloads.shop.pages` puts the rest of the page around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from engine.workloads.shop.catalogue import PRODUCTS, Product, Shop, list_price, price
from engine.workloads.shop.numbers import NUMBERS
from engine.workloads.shop.words import WORDS, Words


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one product page is about. `amount` is None where the shop gives no price."""

    shop: Shop
    product: Product
    address: str
    amount: Decimal | None
    was: Decimal
    available: bool

    @property
    def words(self) -> Words:
        """The labels in the shop's language."""
        return WORDS[self.shop.language.partition("-")[0]]

    def money(self, amount: Decimal) -> str:
        """An amount as this shop writes it."""
        return NUMBERS[self.shop.number](amount)

    @property
    def stock_text(self) -> str:
        """In stock or sold out, in the shop's language."""
        return self.words.in_stock if self.available else self.words.sold_out

    @property
    def stock_term(self) -> str:
        """The schema.org term for it."""
        return "https://schema.org/InStock" if self.available else "https://schema.org/OutOfStock"


@dataclass(frozen=True, slots=True)
class Marked:
    """The parts of a page that tell the price: mark-up for its head, mark-up for its buy box."""

    head: str
    buy: str


def others(sheet: Sheet, count: int) -> list[tuple[Product, Decimal]]:
    """Products that the page recommends, with their prices: the ones after its own."""
    place = PRODUCTS.index(sheet.product)
    turned = [PRODUCTS[(place + step) % len(PRODUCTS)] for step in range(1, count + 1)]
    return [(product, price(sheet.shop, product)) for product in turned]


def instalment(amount: Decimal) -> Decimal:
    """A quarter of an amount, to the cent."""
    return (amount / 4).quantize(Decimal("0.01"))


def _script(value: Any, kind: str = "application/ld+json", name: str = "") -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return f'<script type="{kind}"{f" id={name}" if name else ""}>{text}</script>\n'


def _buy(sheet: Sheet, price_html: str, stock_html: str | None = None, heading: str = "<h1>{}</h1>") -> str:
    """The box around a price, with what stands beside it in real shops: old price, saving, instalments, delivery."""
    words, name = sheet.words, escape(sheet.product.name)
    lines = [heading.format(name), f'<p class="brand">{sheet.product.brand} · EAN {sheet.product.gtin}</p>']
    if sheet.amount is None:
        lines.append(f'<div class="on-request">{words.on_request}</div>')
    else:
        was, saved = sheet.money(sheet.was), sheet.money(sheet.was - sheet.amount)
        lines.append(f'<div class="price-box"><del class="old-price">{words.was.format(was)}</del>\n{price_html}\n'
                     f'<small class="saving">{words.save.format(saved)}</small> <small>{words.tax}</small></div>')
        lines.append(f'<p class="instalments">{words.instalments.format(sheet.money(instalment(sheet.amount)))}</p>')
    lines.append(stock_html or f'<p class="stock">{sheet.stock_text}</p>')
    disabled = "" if sheet.available else " disabled"
    lines.append(f'<button class="buy" type="submit"{disabled}>{words.buy}</button>')
    delivery = words.shipping.format(sheet.money(Decimal("4.9") * sheet.shop.rate))
    lines.append(f'<p class="delivery">{delivery}</p>')
    return "\n".join(lines)


def _shown(sheet: Sheet, tag: str = "span", attributes: str = 'class="price"') -> str:
    return "" if sheet.amount is None else f"<{tag} {attributes}>{sheet.money(sheet.amount)}</{tag}>"


def _offer(sheet: Sheet, **more: Any) -> dict[str, Any]:
    return {"@type": "Offer", "url": sheet.address, "price": str(sheet.amount), "priceCurrency": sheet.shop.currency,
            "availability": sheet.stock_term, "itemCondition": "https://schema.org/NewCondition", **more}


def _product(sheet: Sheet, **more: Any) -> dict[str, Any]:
    product = sheet.product
    return {"@type": "Product", "name": product.name, "sku": product.slug, "gtin13": product.gtin,
            "brand": {"@type": "Brand", "name": product.brand}, **more}


def json_ld(sheet: Sheet) -> Marked:
    """One JSON-LD Product, after a list of other products that has prices too."""
    listed = [{"@type": "ListItem", "position": place, "item": {
                "@type": "Product", "name": product.name,
                "offers": {"@type": "Offer", "price": str(amount), "priceCurrency": sheet.shop.currency}}}
              for place, (product, amount) in enumerate(others(sheet, 4), 1)]
    head = _script({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": listed})
    head += _script({"@context": "https://schema.org/", **_product(sheet, offers=_offer(sheet))})
    return Marked(head, _buy(sheet, _shown(sheet)))


def graph(sheet: Sheet) -> Marked:
    """JSON-LD with an @graph of page, breadcrumbs, shop and product; the product names related ones with prices."""
    related = [{"@type": "Product", "name": product.name, "offers": {
                "@type": "Offer", "price": str(amount), "priceCurrency": sheet.shop.currency}}
               for product, amount in others(sheet, 3)]
    nodes = [
        {"@type": "WebPage", "@id": sheet.address, "name": sheet.product.name},
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": sheet.shop.name}]},
        {"@type": "Organization", "name": sheet.shop.name, "telephone": "+91 00 0000 0000"},
        _product(sheet, isRelatedTo=related, offers=_offer(sheet, priceValidUntil="2030-12-31")),
    ]
    return Marked(_script({"@context": "https://schema.org", "@graph": nodes}), _buy(sheet, _shown(sheet)))


def offers(sheet: Sheet) -> Marked:
    """JSON-LD whose offers are a list, with the struck-out price among the price specifications."""
    was = {"@type": "UnitPriceSpecification", "priceType": "https://schema.org/ListPrice", "price": str(sheet.was),
           "priceCurrency": sheet.shop.currency}
    product = _product(sheet, offers=[_offer(sheet, priceSpecification=[was])])
    head = _script({"@context": "https://schema.org", **product})
    return Marked(head, _buy(sheet, _shown(sheet, "strong", 'class="product-price"')))


def open_graph(sheet: Sheet) -> Marked:
    """Open Graph and product meta tags only."""
    tags = {"og:type": "product", "og:title": sheet.product.name, "og:url": sheet.address,
            "og:site_name": sheet.shop.name, "product:retailer_item_id": sheet.product.slug}
    if sheet.amount is not None:
        stock = "in stock" if sheet.available else "out of stock"
        tags |= {"product:price:amount": str(sheet.amount), "product:price:currency": sheet.shop.currency,
                 "product:availability": stock}
    head = "".join(f'<meta property="{name}" content="{escape(value)}">\n' for name, value in tags.items())
    return Marked(head, _buy(sheet, _shown(sheet, "div", 'class="now"')))


def embedded(sheet: Sheet) -> Marked:
    """What a hosted shop system embeds: the product as JSON with prices in cents, and og:price tags with commas."""
    cents, was = int((sheet.amount or 0) * 100), int(sheet.was * 100)
    product = sheet.product
    variant = {"id": int(product.gtin) % 10**10, "title": "Default Title", "sku": product.slug, "barcode": product.gtin,
               "available": sheet.available, "price": cents, "compare_at_price": was}
    value = {"id": int(product.gtin) % 10**9, "title": product.name, "handle": product.slug, "vendor": product.brand,
             "price": cents, "price_min": cents, "price_max": cents, "available": sheet.available,
             "compare_at_price": was, "variants": [variant]}
    head = (f'<meta property="og:title" content="{escape(product.name)}">\n'
            '<meta property="og:type" content="product">\n'
            f'<meta property="og:price:amount" content="{sheet.amount:,.2f}">\n'
            f'<meta property="og:price:currency" content="{sheet.shop.currency}">\n'
            f'<meta property="og:availability" content="{"instock" if sheet.available else "oos"}">\n'
            f'<script>var ShopState = {{"currency": {{"active": "{sheet.shop.currency}", "rate": "1.0"}}}};</script>\n')
    data = _script(value, "application/json", "ProductJson-main")
    return Marked(head, _buy(sheet, _shown(sheet, "span", 'class="price-item price-item--sale"')) + data)


def microdata(sheet: Sheet) -> Marked:
    """Microdata whose price stands in content attributes, beside the text for people."""
    shown = (f'<span itemprop="offers" itemscope itemtype="https://schema.org/Offer">\n'
             f'<meta itemprop="priceCurrency" content="{sheet.shop.currency}">'
             f'<link itemprop="availability" href="{sheet.stock_term}">\n'
             + _shown(sheet, "span", f'class="preis" itemprop="price" content="{sheet.amount}"') + "</span>")
    return Marked("", _scope(sheet, _buy(sheet, shown, heading='<h1 itemprop="name">{}</h1>')))


def microdata_text(sheet: Sheet) -> Marked:
    """Microdata whose price is the visible text itself."""
    shown = (f'<div itemprop="offers" itemscope itemtype="http://schema.org/Offer">'
             f'<meta itemprop="priceCurrency" content="{sheet.shop.currency}">'
             + _shown(sheet, "b", 'itemprop="price"')
             + f'<meta itemprop="availability" content="{sheet.stock_term}"></div>')
    return Marked("", _scope(sheet, _buy(sheet, shown, heading='<h1 itemprop="name">{}</h1>')))


def _scope(sheet: Sheet, inner: str) -> str:
    code = f'<meta itemprop="gtin13" content="{sheet.product.gtin}">'
    return f'<div itemscope itemtype="https://schema.org/Product">{code}\n{inner}</div>'


def plain(sheet: Sheet) -> Marked:
    """Nothing but text for people."""
    return Marked("", _buy(sheet, _shown(sheet, "p", 'class="prix"')))


MARKUP: dict[str, Callable[[Sheet], Marked]] = {
    "json_ld": json_ld,
    "graph": graph,
    "offers": offers,
    "open_graph": open_graph,
    "embedded": embedded,
    "microdata": microdata,
    "microdata_text": microdata_text,
    "plain": plain,
}


def sheet_for(shop: Shop, product: Product, address: str, *, priced: bool, available: bool) -> Sheet:
    """The sheet of one product in one shop."""
    amount = price(shop, product) if priced else None
    return Sheet(shop, product, address, amount, list_price(shop, product), available)
