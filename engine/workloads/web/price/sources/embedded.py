"""What shop systems embed in a page: Shopify, WooCommerce, Magento, Next.js state, analytics calls.

Known shapes give candidates; other fields of scripts that are called a price only give hints, which
support a price that is seen on the page and never stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from engine.workloads.web.price.amounts.amount import Amount, machine_amount
from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.page import LARGEST_SCRIPT, ParsedPage, squeeze, words
from engine.workloads.web.price.product import Candidate, Facts
from engine.workloads.web.price.sources.fields import text_of
from engine.workloads.web.price.sources.json_text import find, value_at

MOST_HINTS = 200

_HINT = re.compile(
    r"""rice\w{0,20}\\?["']?\s{0,3}[:=]\s{0,3}\[?\s{0,3}\\?["']?\s?(?:[A-Z]{3}\s?|[$€£])?"""
    r"""(\d{1,7}(?:[.,]\d{3})*(?:[.,]\d{1,4})?)(?![\d.,])"""
)
_OTHER_PRICE = re.compile(
    r"(?:list|old|was|msrp|orig\w*|regular|compare\w*|ship\w*|min|max|retail|base|unit|discount)[_.]?[pP]$", re.I
)
_CURRENCY = re.compile(r"""urrency(?:_?[cC]ode)?\\?["']?\s{0,3}[:=]\s{0,3}\[?\s{0,3}\\?["']([A-Z]{3})\\?["']""")
_ASSIGNED = re.compile(r"=\s{0,3}(?=[{\[])")
"""Searched first: it begins with one fixed character, which is far quicker to find than a choice of names."""
_STATE = re.compile(
    r"(?:__|[sS]tate|STATE|dataLayer|digitalData|productData|[pP]roduct(?:JSON|Json|Data|Info)?)\s{0,3}\Z"
)
LONGEST_STATE_NAME = 20


def read_embedded(page: ParsedPage) -> list[Candidate]:
    """The prices in known shapes of embedded data, the surest first; an empty list where there are none."""
    for reader in (_shopify, _woocommerce, _magento, _state):
        found = list(reader(page))
        if found:
            return found
    return []


def hints(page: ParsedPage) -> dict[Decimal, int]:
    """Amounts that scripts and data attributes call a price, with how often."""
    found: dict[Decimal, int] = {}
    budget = 2_000_000
    for text in page.scripts:
        if budget <= 0 or "rice" not in text:
            continue
        budget -= len(text)
        for number, match in enumerate(_HINT.finditer(text)):
            if number > MOST_HINTS:
                break
            if _OTHER_PRICE.search(text[max(0, match.start() - 12) : match.start()]):
                continue
            amount = machine_amount(match[1])
            if amount is not None and amount.value > 0:
                found[amount.value] = found.get(amount.value, 0) + 1
    return found


def stated_currency(page: ParsedPage) -> str | None:
    """The one currency that the page's scripts name; None where they name none or several."""
    found = {iso(match[1]) for text in page.scripts for match in _CURRENCY.finditer(text[:400_000])} - {None}
    return found.pop() if len(found) == 1 else None


# ------------------------------------------------------------------ the shop systems


def _shopify(page: ParsedPage) -> Iterator[Candidate]:
    """Shopify: the product as JSON (prices in hundredths), in a script of its own or in the analytics' meta."""
    raw = page.raw
    products = list(_shopify_products(page))
    if not products or b"hopify" not in raw:
        return
    active = re.search(rb"""Shopify\.currency\s*=\s*\{\s*"active"\s*:\s*"([A-Z]{3})""", raw)
    currency = iso(active[1].decode()) if active else None
    for product in products:
        variants = [item for item in product.get("variants", []) if isinstance(item, dict)][:300]
        chosen = re.search(r"[?&]variant=(\d+)", page.url or "")
        own = [item for item in variants if chosen and str(item.get("id")) == chosen[1]] or variants
        prices = {value for item in own if (value := _hundredths(item.get("price")))}
        if not prices:
            continue
        lists = {value for item in own if (value := _hundredths(item.get("compare_at_price")))}
        yield from _several(prices, lists, currency, "Shopify's product data", 0.8, _shopify_facts(product, own))
        return


def _shopify_products(page: ParsedPage) -> Iterator[dict[str, Any]]:
    data = [node for node, attributes in page.elements.scripts if attributes.get("type") == "application/json"]
    for node in data[:50]:
        text = node.text()
        if '"variants"' in text and len(text) < LARGEST_SCRIPT:
            for product in find(value_at(text, 0), "variants"):
                yield product
    for text in page.scripts:
        if "variants" not in text:
            continue
        for match in re.finditer(r"(?:var meta\s*=|product['\"]?\s*[:=])\s*(?=\{)", text[:300_000]):
            for product in find(value_at(text, match.end()), "variants"):
                yield product


def _hundredths(value: Any) -> Decimal | None:
    """Shopify's amounts are whole hundredths; a written decimal point means whole units."""
    text = str(value or "")
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,4})?", text):
        return None
    return (Decimal(text) if "." in text else Decimal(text) / 100) or None


def _shopify_facts(product: dict[str, Any], variants: list[dict[str, Any]]) -> Facts:
    title, vendor = product.get("title"), product.get("vendor")
    available = [item.get("available") for item in variants if "available" in item]
    sku = variants[0].get("sku") if len(variants) == 1 else None
    return Facts(
        name=squeeze(title) if isinstance(title, str) else None,
        brand=squeeze(vendor) if isinstance(vendor, str) and vendor else None,
        sku=sku if isinstance(sku, str) and sku else None,
        availability=None if not available else "in_stock" if any(available) else "out_of_stock",
    )


def _woocommerce(page: ParsedPage) -> Iterator[Candidate]:
    """WooCommerce: the variations of the form, each with the price it displays."""
    form = page.tree.css_first("form[data-product_variations]") if b"product_variations" in page.raw else None
    if form is None:
        return
    variations = value_at(form.attributes.get("data-product_variations") or "", 0)
    if not isinstance(variations, list):
        return
    rows = [row for row in variations[:300] if isinstance(row, dict)]
    prices = {value for row in rows if (value := _units(row.get("display_price")))}
    lists = {value for row in rows if (value := _units(row.get("display_regular_price")))}
    stock = [row.get("is_in_stock") for row in rows if "is_in_stock" in row]
    facts = Facts(availability=None if not stock else "in_stock" if any(stock) else "out_of_stock")
    yield from _several(prices, lists, None, "WooCommerce's variations", 0.75, facts)


def _magento(page: ParsedPage) -> Iterator[Candidate]:
    """Magento: the final price of the price box, marked in data attributes, or in the configuration of its scripts."""
    raw = page.raw
    nodes = b"data-price-amount" in raw and (
        page.tree.css('.product-info-main [data-price-type="finalPrice"][data-price-amount]')
        or page.tree.css('[data-price-type="finalPrice"][data-price-amount]')
    )
    if nodes:
        olds = page.tree.css('.product-info-main [data-price-type="oldPrice"][data-price-amount]')
        prices = {value for node in nodes[:1] if (value := _units(node.attributes.get("data-price-amount")))}
        lists = {value for node in olds[:1] if (value := _units(node.attributes.get("data-price-amount")))}
        yield from _several(prices, lists, None, "Magento's price box", 0.8 if len(nodes) == 1 else 0.7, Facts())
        return
    for text in page.scripts:
        if "OptionsPrice" not in text:
            continue
        match = re.search(
            r"""Product\.OptionsPrice\(\s*\{.{0,400}?"productPrice"\s*:\s*"?([\d.]+)""", text[:200_000], re.S
        )
        if match and (value := _units(match[1])):
            old = re.search(r'"productOldPrice"\s*:\s*"?([\d.]+)', text)
            lists = {found for found in [_units(old[1])] if found} if old else set()
            yield from _several({value}, lists, None, "Magento's price options", 0.75, Facts())
            return


def _state(page: ParsedPage) -> Iterator[Candidate]:
    """Next.js and other state: the object that bears the page's own name and a price."""
    wanted = words(page.heading.text()[:400]) if page.heading is not None else words(page.title)
    if not wanted:
        return
    for value in _states(page):
        best: tuple[float, dict[str, Any]] | None = None
        for node in find(value, "price", "salePrice", "currentPrice", "finalPrice", "prices", "pricing", limit=200):
            name = next(
                (
                    node[key]
                    for key in ("name", "title", "productName", "displayName")
                    if isinstance(node.get(key), str)
                ),
                "",
            )
            have = words(name[:400])
            likeness = len(have & wanted) / len(have | wanted) if have else 0.0
            if likeness > (best[0] if best else 0.6):
                best = (likeness, node)
        if best is not None:
            prices, lists, currency = _priced(best[1])
            yield from _several(prices, lists, currency, "the page's embedded state", 0.65, Facts())
            return


def _states(page: ParsedPage) -> Iterator[Any]:
    node = next((node for node, said in page.elements.scripts if said.get("id") == "__NEXT_DATA__"), None)
    if node is not None:
        yield value_at(node.text()[:LARGEST_SCRIPT], 0)
        return
    for text in page.scripts:
        if "rice" in text:
            named = (match.end() for match in _ASSIGNED.finditer(text) if _is_state(text, match.start()))
            for place in islice(named, 20):
                yield value_at(text, place)


def _is_state(text: str, equals: int) -> bool:
    """Whether what is assigned at this place is called state, product data or the like."""
    return _STATE.search(text, max(0, equals - LONGEST_STATE_NAME), equals) is not None


_CURRENCY_KEYS = ("currency", "currencyCode", "priceCurrency", "currencyIso")
_PRICE_KEYS = (
    "salePrice", "sale_price", "currentPrice", "finalPrice", "sellingPrice", "sale", "current", "final", "selling",
    "price", "amount", "value",
)  # fmt: skip
_LIST_KEYS = (
    "listPrice", "regularPrice", "originalPrice", "msrp", "wasPrice", "compareAtPrice", "list", "original",
)  # fmt: skip


def _priced(node: dict[str, Any]) -> tuple[set[Decimal], set[Decimal], str | None]:
    """Selling price, list prices and currency of an object, looking one level into `price`, `prices`, `pricing`."""
    layers = [node, *(item for key in ("price", "prices", "pricing") if isinstance(item := node.get(key), dict))]
    codes = (iso(text_of(layer.get(key))) for layer in layers for key in _CURRENCY_KEYS)
    currency = next((code for code in codes if code), None)
    for key in _PRICE_KEYS:
        for layer in layers:
            if value := _units(layer.get(key)):
                lists = {found for old in _LIST_KEYS for each in layers if (found := _units(each.get(old)))}
                return {value}, lists, currency
    return set(), set(), currency


# ------------------------------------------------------------------ shared


def _several(
    prices: set[Decimal], lists: set[Decimal], currency: str | None, where: str, weight: float, facts: Facts
) -> Iterator[Candidate]:
    """A candidate for each price; several make a range, which is doubted."""
    if not prices:
        return
    low, high = min(prices), max(prices)
    doubts = () if low == high else (f"The page offers the product at prices from {low} to {high}.",)
    listed = max((value for value in lists if value > low), default=None)
    for value in sorted(prices)[:30]:
        amount = Amount(value, format(value, "f"), None, 0, 0)
        yield Candidate(
            amount, "embedded", weight if low == high else weight - 0.15, where, currency,
            high if high > low else None, listed, facts, doubts,
        )  # fmt: skip


def _units(value: Any) -> Decimal | None:
    amount = machine_amount(value) if isinstance(value, str) else None
    return amount.value if amount is not None and amount.value > 0 else None
