"""What a page's scripts hold as state (Next.js and others): the object that bears the page's own name and a price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.page import LARGEST_SCRIPT, ParsedPage, words
from engine.workloads.web.price.product import Candidate, Facts
from engine.workloads.web.price.sources.fields import text_of
from engine.workloads.web.price.sources.json_text import find, value_at
from engine.workloads.web.price.sources.shop_systems import several, units

_ASSIGNED = re.compile(r"=\s{0,3}(?=[{\[])")
"""Searched first: it begins with one fixed character, which is far quicker to find than a choice of names."""
_STATE = re.compile(
    r"(?:__|[sS]tate|STATE|dataLayer|digitalData|productData|[pP]roduct(?:JSON|Json|Data|Info)?)\s{0,3}\Z"
)
LONGEST_STATE_NAME = 20


def state(page: ParsedPage) -> Iterator[Candidate]:
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
            yield from several(prices, lists, currency, "the page's embedded state", 0.65, Facts())
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
            if value := units(layer.get(key)):
                lists = {found for old in _LIST_KEYS for each in layers if (found := units(each.get(old)))}
                return {value}, lists, currency
    return set(), set(), currency
