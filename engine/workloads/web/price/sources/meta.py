"""Meta tags: Open Graph's product vocabulary, Facebook's catalogue names, Twitter's labels, plain `price`."""

from __future__ import annotations

from engine.workloads.web.price.amounts.amount import machine_amount
from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.elements import Found
from engine.workloads.web.price.page import ParsedPage, squeeze
from engine.workloads.web.price.product import Candidate, Facts, availability_of

HEAD = 100_000
"""Bytes of the page in which its meta tags are expected."""
PRICES = (
    "product:sale_price:amount", "product:price:amount", "og:price:amount", "og:product:price:amount", "og:price",
    "product:price", "price", "twitter:price",
)  # fmt: skip
CURRENCIES = (
    "product:sale_price:currency", "product:price:currency", "og:price:currency", "og:product:price:currency",
    "og:currency", "product:currency", "currency", "pricecurrency",
)  # fmt: skip
LIST_PRICES = ("product:original_price:amount", "og:price:standard_amount", "product:price:standard_amount")
GENERIC_LABELS = ("price", "preis", "prix", "precio", "prezzo", "prijs", "pris", "cena")


def read_meta(page: ParsedPage) -> tuple[list[Candidate], Facts]:
    """The price in the page's meta tags, at most one candidate, and what they say about the product without one."""
    values = _values(page)
    if not values:
        return [], Facts()
    facts = _facts(values)
    key = next((key for key in PRICES if values.get(key)), None) or _labelled(values)
    amount = machine_amount(values[key]) if key else None
    if amount is None or key is None or amount.value <= 0:
        return [], facts
    currency = next((code for name in CURRENCIES if (code := iso(values.get(name)))), None) or iso(amount.mark)
    listed = next((found for name in LIST_PRICES if (found := machine_amount(values.get(name, "")))), None)
    full = machine_amount(values.get("product:price:amount", "")) if key.startswith("product:sale_price") else None
    listed = listed or full
    list_price = listed.value if listed and listed.value > amount.value else None
    weight = 0.6 if key in ("price", "og:price", "twitter:price") or "twitter" in key else 0.8
    return [
        Candidate(amount, "opengraph", weight, f"meta tag {key}", currency, None, list_price, facts, amount.doubts)
    ], facts


def _values(page: ParsedPage) -> dict[str, str]:
    """The content of each meta tag by its folded name, the first of each."""
    values: dict[str, str] = {}
    for _, attributes in _tags(page)[:500]:
        name = attributes.get("property") or attributes.get("name")
        content = (attributes.get("content") or "").strip()
        if name and content and len(name) < 80 and "itemprop" not in attributes:
            values.setdefault(name.strip().lower(), content[:2_000])
    return values


def _tags(page: ParsedPage) -> Found:
    """The meta tags: those of the head, and where the source has more than these, those of the whole page."""
    tags, of_page = page.elements.head_metas, page.elements.metas
    if len(tags) == len(of_page) or len(tags) >= page.raw.count(b"<meta", 0, HEAD):
        return tags
    return [(node, attributes) for node, attributes in of_page if "content" in attributes]


def _labelled(values: dict[str, str]) -> str | None:
    """The Twitter data field whose label says price."""
    for number in ("1", "2"):
        label, key = values.get(f"twitter:label{number}", "").strip().lower(), f"twitter:data{number}"
        if label in GENERIC_LABELS and key in values:
            return key
    return None


def _facts(values: dict[str, str]) -> Facts:
    def first(*names: str) -> str | None:
        return next((squeeze(values[name], 2_000) for name in names if values.get(name)), None)

    return Facts(
        name=first("og:title", "twitter:title"),
        brand=first("product:brand", "og:brand", "brand"),
        gtin=first("product:gtin", "product:ean", "product:isbn", "og:upc"),
        sku=first("product:retailer_item_id", "product:sku", "og:sku"),
        image=first("og:image", "og:image:secure_url", "twitter:image"),
        availability=availability_of(first("product:availability", "og:availability")),
    )
