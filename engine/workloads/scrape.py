"""`scrape`: fetch one product page and read its price."""

from __future__ import annotations

from importlib.util import find_spec
from threading import BoundedSemaphore
from typing import Any

from engine.config import usable_cpus
from engine.errors import TaskFailed
from engine.protocol.elsewhere import Elsewhere
from engine.workloads.base import Place, Tried, Workload
from engine.workloads.shop.demo import fill_in
from engine.workloads.web.addresses.allowed import allow_far_shop
from engine.workloads.web.arenas import few_arenas
from engine.workloads.web.fetching.answers import Validators
from engine.workloads.web.manners import manners_of
from engine.workloads.web.price import read_product
from engine.workloads.web.unchanged import LastReading, Readings, validators_of


class Scrape(Workload):
    """The argument is {"url": …, "selector": … or None}; the output is what the page says of its product."""

    name = "scrape"
    has_async = True
    alone = False
    takes_turns = True
    preload = ("engine.workloads.web.fetching.fetch", "engine.workloads.web.price")
    packages = ("filelock", "idna", "protego")

    def __init__(self, options: dict[str, Any], place: Place) -> None:
        super().__init__(options, place)
        if Elsewhere.away and (base := options.get("demo_base")):
            allow_far_shop(place.settings.home, base)
        fetcher: Any
        # One of the two clients, so that no trial imports and pays for the other.
        if place.coroutines:
            from engine.workloads.web.fetching.afetch import AsyncFetcher as fetcher
        else:
            from engine.workloads.web.fetching.fetch import Fetcher as fetcher
        self.reading = BoundedSemaphore(usable_cpus())
        """As many pages are read at once as there are CPUs: more are not read sooner, and each holds its tree."""
        manners = manners_of(options)
        self.fetcher = fetcher(place.settings, workers=place.workers, scope=place.folder.name, manners=manners)
        self.readings = Readings(place.settings.home, manners) if options.get("revalidate") else None

    @classmethod
    def before_threads(cls) -> None:
        """Few arenas, or each of many threads keeps the memory of the largest page that it ever read."""
        few_arenas(usable_cpus())

    @classmethod
    def no_async_form(cls, options: dict[str, Any]) -> str | None:
        """The async form needs aiohttp."""
        return None if find_spec("aiohttp") else "the package aiohttp is not installed: pip install aiohttp."

    def run(self, argument: Any) -> Any:
        """Name, price (decimal string), currency and so on; raises TaskFailed where there is no price."""
        last = self._last(argument)
        page = self.fetcher.fetch(self._url(argument), known=last and last.validators)
        if last is not None and page.unchanged:
            return Tried(last.again(), page.attempts)
        marks = validators_of(page)
        with self.reading:
            output = product_of(page.body, page.final_url, argument.get("selector"), page.content_type)
        self._keep(argument, marks, output)
        return Tried(output, page.attempts)

    async def run_async(self, argument: Any) -> Any:
        """The same, fetched by aiohttp; reading the page takes the event loop's time."""
        last = self._last(argument)
        page = await self.fetcher.fetch(self._url(argument), known=last and last.validators)
        if last is not None and page.unchanged:
            return Tried(last.again(), page.attempts)
        output = product_of(page.body, page.final_url, argument.get("selector"), page.content_type)
        self._keep(argument, validators_of(page), output)
        return Tried(output, page.attempts)

    def _last(self, argument: Any) -> LastReading | None:
        return None if self.readings is None else self.readings.find(argument["url"], argument.get("selector"))

    def _keep(self, argument: Any, marks: Validators | None, output: dict[str, Any]) -> None:
        if self.readings is not None:
            self.readings.keep(argument["url"], argument.get("selector"), marks, output)

    def _url(self, argument: Any) -> str:
        return fill_in(argument["url"], self.options.get("demo_base", ""))

    def close(self) -> None:
        """Close the connections; those of the event loop end with it."""
        if self.readings is not None:
            self.readings.close()
        if not self.place.coroutines:
            self.fetcher.close()


def product_of(page: str | bytes, url: str, selector: str | None, content_type: str = "") -> dict[str, Any]:
    """What a page, or its body with the header `content_type`, says of its product, as plain values.

    Raises TaskFailed: no_price, or why there is none (blocked, cookie_wall, needs_javascript).
    """
    product = read_product(page, url, selector, content_type)
    if product.price is None:
        if product.reason not in (None, "no_price"):
            raise TaskFailed(product.reason, product.error or "")
        named = f" of {product.name}" if product.name else ""
        raise TaskFailed("no_price", f"The page was read, but no price{named} was found on it.")
    return product.plain()
