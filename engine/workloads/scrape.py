"""`scrape`: fetch one product page and read its price."""

from __future__ import annotations

from typing import Any

from engine.errors import TaskFailed
from engine.shop.demo import fill_in
from engine.web.fetch import Fetcher
from engine.web.price import read_product
from engine.workloads.base import Place, Workload


class Scrape(Workload):
    """The argument is {"url": …, "selector": … or None}; the output is what the page says of its product."""

    name = "scrape"
    preload = ("engine.web.fetch", "engine.web.price")

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        self.fetcher = Fetcher(place.settings, workers=place.workers, folder=place.folder / "hosts")

    def run(self, argument: Any) -> Any:
        """Name, price (decimal string), currency and so on; raises TaskFailed where there is no price."""
        page = self.fetcher.fetch(fill_in(argument["url"], self.options.get("demo_base", "")))
        return product_of(page.body, page.final_url, argument.get("selector"))

    def close(self) -> None:
        """Close the connections."""
        self.fetcher.close()


def product_of(body: bytes, url: str, selector: str | None) -> dict[str, Any]:
    """What a page says of its product, as plain values. Raises TaskFailed(no_price)."""
    product = read_product(body, url, selector)
    if product.price is None:
        named = f" of {product.name}" if product.name else ""
        raise TaskFailed("no_price", f"The page was read, but no price{named} was found on it.")
    return product.plain()
