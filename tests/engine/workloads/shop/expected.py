"""What reading each page of the demo shops must yield, worked out from the catalogue alone."""

from __future__ import annotations

from dataclasses import dataclass

from engine.workloads.shop.catalogue import (
    FORBIDDEN,
    GONE,
    NO_PRICE,
    SOLD_OUT,
    Availability,
    price,
    product_paths,
    shop_and_product,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What reading a path must yield: a price (decimal string) and its currency, or a reason why not.

    `availability` is what the page tells people; Le Phare (plain text) says it in no mark-up.
    """

    name: str | None
    price: str | None
    currency: str | None
    availability: Availability | None
    reason: str | None


def expected(path: str) -> Expected:
    """What reading this path must yield, once its 503s are over."""
    if path == FORBIDDEN:
        return Expected(None, None, None, None, "refused_by_robots")
    if path not in product_paths() or path in GONE:
        return Expected(None, None, None, None, "not_found")
    shop, product = shop_and_product(path)
    if path in NO_PRICE:
        return Expected(product.name, None, None, None, "no_price")
    availability: Availability = "out_of_stock" if path in SOLD_OUT else "in_stock"
    return Expected(product.name, str(price(shop, product)), shop.currency, availability, None)
