"""Fields of schema.org objects: their text in whatever shape it comes, and the product's facts."""

from __future__ import annotations

import html
import re
from typing import Any

from engine.workloads.web.price.page import squeeze
from engine.workloads.web.price.product import Facts


def facts_of(product: dict[str, Any]) -> Facts:
    """Name, brand, numbers and image of a product node."""
    gtin = next(
        (
            text_of(product.get(key))
            for key in ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn", "ean")
            if product.get(key)
        ),
        None,
    )
    name = text_of(product.get("name"))
    return Facts(
        name=squeeze(html.unescape(name)) if name else None,
        brand=_short(product.get("brand") or product.get("manufacturer")),
        gtin=re.sub(r"\D", "", gtin[:40]) or None if gtin else None,
        sku=_short(product.get("sku") or product.get("mpn") or product.get("productID")),
        image=_short(product.get("image"), 2_000),
    )


def _short(value: Any, longest: int = 200) -> str | None:
    text = text_of(value)
    return squeeze(html.unescape(text), longest) or None if text else None


def text_of(value: Any, depth: int = 0) -> str | None:
    """The text of a field: itself, its first item, or its name, value or address; None where there is none."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list) and depth < 4:
        return next((text for item in value[:5] if (text := text_of(item, depth + 1))), None)
    if isinstance(value, dict) and depth < 4:
        keys = ("name", "@value", "value", "url", "contentUrl", "@id")
        return next((text for key in keys if (text := text_of(value.get(key), depth + 1))), None)
    return None
