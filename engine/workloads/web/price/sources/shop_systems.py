"""What known shop systems embed in a page: Shopify, WooCommerce and Magento, each with its product's price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.workloads.web.price.amounts.amount import Amount, machine_amount
from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.page import LARGEST_SCRIPT, ParsedPage, squeeze
from engine.workloads.web.price.product import Candidate, Facts
from engine.workloads.web.price.sources.json_text import find, value_at


def shopify(page: ParsedPage) -> Iterator[Candidate]:
    """Shopify: the product as JSON (prices in hundredths), in a script of its own or in the analytics' meta."""
    products = list(_shopify_products(page))
    if not products:
        return
    active = re.search(rb"""Shopify\.currency\s*=\s*\{\s*"active"\s*:\s*"([A-Z]{3})""", page.raw)
    currency = iso(active[1].decode()) if active else None
    for product in products:
        variants = [item for item in product.get("variants", []) if isinstance(item, dict)][:300]
        chosen = re.search(r"[?&]variant=(\d+)", page.url or "")
        own = [item for item in variants if chosen and str(item.get("id")) == chosen[1]] or variants
        prices = {value for item in own if (value := _hundredths(item.get("price")))}
        if not prices:
            continue
        lists = {value for item in own if (value := _hundredths(item.get("compare_at_price")))}
        yield from several(prices, lists, currency, "Shopify's product data", 0.8, _shopify_facts(product, own))
        return


def _shopify_products(page: ParsedPage) -> Iterator[dict[str, Any]]:
    data = [node for node, attributes in page.elements.scripts if attributes.get("type") == "application/json"]
    texts = [text for node in data[:50] if '"variants"' in (text := node.text()) and len(text) < LARGEST_SCRIPT]
    scripts = [text for text in page.scripts if "variants" in text]
    if not (texts or scripts) or b"hopify" not in page.raw:
        return
    for text in texts:
        yield from find(value_at(text, 0), "variants")
    for text in scripts:
        for match in re.finditer(r"(?:var meta\s*=|product['\"]?\s*[:=])\s*(?=\{)", text[:300_000]):
            yield from find(value_at(text, match.end()), "variants")


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


def woocommerce(page: ParsedPage) -> Iterator[Candidate]:
    """WooCommerce: the variations of the form, each with the price it displays."""
    form = page.tree.css_first("form[data-product_variations]") if b"product_variations" in page.raw else None
    if form is None:
        return
    variations = value_at(form.attributes.get("data-product_variations") or "", 0)
    if not isinstance(variations, list):
        return
    rows = [row for row in variations[:300] if isinstance(row, dict)]
    prices = {value for row in rows if (value := units(row.get("display_price")))}
    lists = {value for row in rows if (value := units(row.get("display_regular_price")))}
    stock = [row.get("is_in_stock") for row in rows if "is_in_stock" in row]
    facts = Facts(availability=None if not stock else "in_stock" if any(stock) else "out_of_stock")
    yield from several(prices, lists, None, "WooCommerce's variations", 0.75, facts)


def magento(page: ParsedPage) -> Iterator[Candidate]:
    """Magento: the final price of the price box, marked in data attributes, or in the configuration of its scripts."""
    nodes = b"data-price-amount" in page.raw and (
        page.tree.css('.product-info-main [data-price-type="finalPrice"][data-price-amount]')
        or page.tree.css('[data-price-type="finalPrice"][data-price-amount]')
    )
    if nodes:
        olds = page.tree.css('.product-info-main [data-price-type="oldPrice"][data-price-amount]')
        prices = {value for node in nodes[:1] if (value := units(node.attributes.get("data-price-amount")))}
        lists = {value for node in olds[:1] if (value := units(node.attributes.get("data-price-amount")))}
        yield from several(prices, lists, None, "Magento's price box", 0.8 if len(nodes) == 1 else 0.7, Facts())
        return
    for text in page.scripts:
        if "OptionsPrice" not in text:
            continue
        match = re.search(
            r"""Product\.OptionsPrice\(\s*\{.{0,400}?"productPrice"\s*:\s*"?([\d.]+)""", text[:200_000], re.S
        )
        if match and (value := units(match[1])):
            old = re.search(r'"productOldPrice"\s*:\s*"?([\d.]+)', text)
            lists = {found for found in [units(old[1])] if found} if old else set()
            yield from several({value}, lists, None, "Magento's price options", 0.75, Facts())
            return


def several(
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


def units(value: Any) -> Decimal | None:
    """The amount of a field that is written in whole units; None for what is none."""
    amount = machine_amount(value) if isinstance(value, str) else None
    return amount.value if amount is not None and amount.value > 0 else None
