"""What the demo shops sell: shops, products and prices.

Pure data and arithmetic, the same every time: nothing here reads a clock, a file or the network.
`engine.workloads.shop.pages` renders it, `engine.workloads.shop.server` serves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import Literal
from zlib import crc32

Availability = Literal["in_stock", "out_of_stock"]


@dataclass(frozen=True, slots=True)
class Product:
    """One product, sold by several shops. `gtin` has 13 digits, `euros` is the price that shops vary."""

    slug: str
    brand: str
    model: str
    kind: str
    gtin: str
    euros: int

    @property
    def name(self) -> str:
        """The name that every shop uses: brand, model, kind."""
        return f"{self.brand} {self.model} {self.kind}"


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop. `rate` is its currency per euro, prices end on `ending` below a multiple of `step`.

    `markup` names an entry of `engine.workloads.shop.markup.MARKUP`, `number` one of
    `engine.workloads.shop.numbers.NUMBERS`.
    """

    slug: str
    name: str
    language: str
    currency: str
    number: str
    markup: str
    rate: Decimal
    step: Decimal
    ending: Decimal


# Invented brands; GTINs begin with 2, the range that GS1 keeps for use inside a company, so none is a real article's.
PRODUCTS: tuple[Product, ...] = (
    Product("velora-x1-camera", "Velora", "X1", "Mirrorless Camera", "2176085221017", 1299),
    Product("quarrel-studio-headphones", "Quarrel", "Studio 70", "Headphones", "2234780294689", 249),
    Product("tamsin-espresso-machine", "Tamsin", "Duo", "Espresso Machine", "2293475368357", 689),
    Product("oberlin-14-laptop", "Oberlin", "Air 14", "Laptop", "2352170442028", 1149),
    Product("hearthlight-desk-lamp", "Hearthlight", "Arc", "Desk Lamp", "2410865515690", 79),
    Product("pikestaff-trail-backpack", "Pikestaff", "Trail 32", "Backpack", "2469560589369", 129),
    Product("morrow-mechanical-keyboard", "Morrow", "K87", "Mechanical Keyboard", "2528255663033", 159),
    Product("sable-robot-vacuum", "Sable", "Glide 5", "Robot Vacuum", "2586950736704", 449),
    Product("calder-chef-knife", "Calder", "Forge 20", "Chef's Knife", "2645645810379", 119),
    Product("lumen-27-monitor", "Lumenfold", "P27", "4K Monitor", "2704340884044", 529),
    Product("fennimore-smart-watch", "Fennimore", "Pulse 3", "Smart Watch", "2763035957715", 299),
    Product("brindle-city-bike", "Brindle", "Metro 8", "City Bike", "2821731031389", 899),
    Product("ostara-air-purifier", "Ostara", "Clear 400", "Air Purifier", "2880426105057", 219),
    Product("wexcombe-portable-speaker", "Wexcombe", "Roam", "Portable Speaker", "2939121178726", 99),
)

_D = Decimal
SHOPS: tuple[Shop, ...] = (
    Shop("nordlicht", "Nordlicht Elektronik", "de", "EUR", "german", "json_ld", _D("1"), _D("10"), _D("1.00")),
    Shop("gadget-barn", "Gadget Barn", "en-US", "USD", "dollar", "embedded", _D("1.09"), _D("5"), _D("0.01")),
    Shop("alpenkontor", "Alpenkontor", "de-CH", "CHF", "swiss", "microdata", _D("0.96"), _D("0.50"), _D("0")),
    Shop("bazaar-lane", "Bazaar Lane", "en-IN", "INR", "indian", "graph", _D("91"), _D("100"), _D("0")),
    Shop("pennywhistle", "Pennywhistle & Co", "en-GB", "GBP", "pound", "open_graph", _D("0.86"), _D("1"), _D("0.05")),
    Shop("kumo-denki", "Kumo Denki", "ja", "JPY", "yen", "microdata_text", _D("163"), _D("100"), _D("0")),
    Shop("le-phare", "Le Phare", "fr", "EUR", "french", "plain", _D("1"), _D("5"), _D("0.10")),
    Shop("northpine", "Northpine Outfitters", "en-CA", "CAD", "canadian", "offers", _D("1.49"), _D("1"), _D("0.01")),
)

SOLD_OUT = frozenset({
    "/nordlicht/p/sable-robot-vacuum",
    "/gadget-barn/p/lumen-27-monitor",
    "/alpenkontor/p/hearthlight-desk-lamp",
    "/le-phare/p/tamsin-espresso-machine",
    "/northpine/p/lumen-27-monitor",
})
"""Product pages that show a price but say that the product is sold out."""

NO_PRICE = frozenset({"/pennywhistle/p/brindle-city-bike"})
"""Product pages that give no price for their product ("price on request")."""

GONE = frozenset({"/kumo-denki/p/calder-chef-knife"})
"""Product addresses that shops still list but answer with 404."""

FAILURES_FIRST = {"/bazaar-lane/p/oberlin-14-laptop": 1, "/gadget-barn/p/morrow-mechanical-keyboard": 2}
"""How many GETs of a path are answered with 503 before one is answered with the page; then it starts over."""

SLOW_S = {"/alpenkontor/p/ostara-air-purifier": 2.0}
"""Pages that take this many seconds."""

FORBIDDEN = "/northpine/staff/oberlin-14-laptop"
"""A path that robots.txt disallows. No list of product paths names it."""

_SHOPS = {shop.slug: shop for shop in SHOPS}
_PRODUCTS = {product.slug: product for product in PRODUCTS}


def shop_named(slug: str) -> Shop:
    """The shop with this slug. Raises KeyError for an unknown one."""
    return _SHOPS[slug]


def product_named(slug: str) -> Product:
    """The product with this slug. Raises KeyError for an unknown one."""
    return _PRODUCTS[slug]


def stock(shop: Shop) -> tuple[Product, ...]:
    """The products that a shop lists: each shop lacks two of them, a different two."""
    place = SHOPS.index(shop)
    lacking = {(5 * place + 9) % len(PRODUCTS), (3 * place + 5) % len(PRODUCTS)}
    turned = range(place, place + len(PRODUCTS))
    return tuple(PRODUCTS[i % len(PRODUCTS)] for i in turned if i % len(PRODUCTS) not in lacking)


def path_of(shop: Shop, product: Product) -> str:
    """The path of a product's page in a shop."""
    return f"/{shop.slug}/p/{product.slug}"


@cache
def product_paths() -> tuple[str, ...]:
    """The path of every product page, shops in turn, so that no shop gets all its requests at once."""
    rounds = zip_longest(*([path_of(shop, product) for product in stock(shop)] for shop in SHOPS))
    return tuple(path for turn in rounds for path in turn if path is not None)


def price(shop: Shop, product: Product) -> Decimal:
    """What a shop asks for a product, in its currency; shops differ by up to 12% either way."""
    spread = Decimal(crc32(f"{shop.slug} {product.slug}".encode()) % 241 - 120) / 1000
    asked = product.euros * shop.rate * (1 + spread)
    places = Decimal(1) if shop.currency in ("JPY", "INR") else Decimal("0.01")
    return ((asked // shop.step) * shop.step - shop.ending).quantize(places)


def list_price(shop: Shop, product: Product) -> Decimal:
    """The higher price that a shop shows struck out beside its own."""
    places = Decimal(1) if shop.currency in ("JPY", "INR") else Decimal("0.01")
    return ((price(shop, product) * Decimal("1.18") // shop.step + 1) * shop.step - shop.ending).quantize(places)


def shop_and_product(path: str) -> tuple[Shop, Product]:
    """The shop and the product that a path names. Raises KeyError when it names none."""
    parts = path.strip("/").split("/")
    if len(parts) != 3:
        raise KeyError(path)
    return shop_named(parts[0]), product_named(parts[2])


def latency_s(path: str) -> float:
    """How long a path's answer takes, in seconds: 0.04 to 0.4 by the path alone, most of them short.

    Pages of `SLOW_S` take longer.
    """
    share = crc32(path.encode()) % 1000 / 1000
    return SLOW_S.get(path, 0.04 + 0.36 * share * share)
