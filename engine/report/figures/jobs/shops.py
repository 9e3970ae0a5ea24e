"""Prices of the same product in several shops, from what a scrape read.

Products are the same when their GTIN is; a page without one joins the product of its SKU, else of its
name. Currencies are never converted: each has an axis of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plotly.subplots import make_subplots

from engine.protocol.results import ScrapedPage, scraped_page, shop_of
from engine.report.figures.colours import SERIES, theme
from engine.report.figures.theme import escape, figure, nothing, template

PRODUCTS = 30
CURRENCIES = 8
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star")


@dataclass(frozen=True, slots=True)
class Offer:
    """One shop's price of one product; `price` is for drawing only, `text` is what was read."""

    address: str
    product: str
    name: str
    shop: str
    currency: str
    price: float
    text: str
    doubtful: bool
    availability: str | None


def offers_from(rows: Iterable[tuple[str, Any]]) -> list[Offer]:
    """Offers from (label, output) of a scrape's records; an output may be JSON text, as the store's columns give it."""
    pages = [(label, scraped_page(output)) for label, output in rows]
    read = [(label, page) for label, page in pages if page is not None and page.price]
    products = products_of(read)
    return [_offer(label, page, product) for (label, page), product in zip(read, products, strict=True)]


def _offer(label: str, page: ScrapedPage, product: str) -> Offer:
    return Offer(
        address=label,
        product=product,
        name=page.name or page.gtin or page.sku or label,
        shop=shop_of(label),
        currency=page.currency or "currency unknown",
        price=page.price or 0.0,
        text=page.price_text or "",
        doubtful=page.doubtful,
        availability=page.availability,
    )


def compared(offers: Sequence[Offer]) -> dict[tuple[str, str], int]:
    """(product, currency) to the number of shops, where two shops or more ask a price that can be compared."""
    shops: dict[tuple[str, str], set[str]] = defaultdict(set)
    for offer in offers:
        shops[offer.product, offer.currency].add(offer.shop)
    return {key: len(found) for key, found in shops.items() if len(found) > 1}


def best_offers(offers: Sequence[Offer]) -> dict[str, int]:
    """Address to the number of shops compared, for each offer that is the lowest of its product in its currency.

    What is doubtful or cannot be bought is never the best; where all ask the same, none is.
    """
    counts = compared(offers)
    rivals: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        if (offer.product, offer.currency) in counts and not offer.doubtful and offer.availability not in _AWAY:
            rivals[offer.product, offer.currency].append(offer)
    best: dict[str, int] = {}
    for key, group in rivals.items():
        lowest = min(offer.price for offer in group)
        if any(offer.price > lowest for offer in group):
            best |= {offer.address: counts[key] for offer in group if offer.price == lowest}
    return best


_AWAY = frozenset(("out_of_stock", "sold_out", "discontinued"))


def products_of(pages: Sequence[tuple[str, ScrapedPage]]) -> list[str]:
    """What makes each page's product: its GTIN (leading zeros aside), else its SKU, else its name.

    A page without a GTIN joins a GTIN's product when its SKU or name leads to exactly one.
    """
    keys = [_keys(label, page) for label, page in pages]
    gtins: dict[str, set[str]] = defaultdict(set)
    for ranked in keys:
        for key in ranked:
            if ranked[0].startswith("gtin:"):
                gtins[key].add(ranked[0])
    led = [next((key for key in ranked if len(gtins[key]) == 1), None) for ranked in keys]
    return [next(iter(gtins[key])) if key else ranked[0] for key, ranked in zip(led, keys, strict=True)]


def _keys(label: str, page: ScrapedPage) -> list[str]:
    """The page's keys, the surest first."""
    gtin = (page.gtin or "").lstrip("0")
    sku = (page.sku or "").strip().casefold()
    name = " ".join((page.name or label).casefold().split())
    return [*([f"gtin:{gtin}"] if gtin else []), *([f"sku:{sku}"] if sku else []), f"name:{name}"]


def prices(rows: Iterable[tuple[str, Any]], dark: bool = False) -> Any:
    """One mark for each shop and product, on an axis for each currency; products that most shops sell come first.

    Only what can be compared is drawn: products that two shops or more sell in one currency.
    """
    every = offers_from(rows)
    title = "Prices by shop"
    if not every:
        return nothing(title, "No price has been read yet.", dark)
    pairs = compared(every)
    offers = [offer for offer in every if (offer.product, offer.currency) in pairs]
    if not offers:
        return nothing(title, "No product was read in two shops of one currency.", dark)
    products = _products(offers)
    shown = _one_each([offer for offer in offers if offer.product in products])
    currencies = _currencies(shown)
    drawn = _frame(currencies, len(products), dark)
    for number, (shop, axes) in enumerate(_by_shop(shown, currencies, products).items()):
        for axis, marks in axes.items():
            drawn.add_trace(_trace(marks, shop, number, dark), row=1, col=axis + 1)
    drawn.update_layout(title_text=_title(title, offers, products), showlegend=True)
    _arrange_axes(drawn, currencies, products, dark)
    return drawn


def _products(offers: Sequence[Offer]) -> dict[str, str]:
    """The products to show, key -> name: those of most shops first."""
    shops: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for offer in offers:
        shops[offer.product].add(offer.shop)
        names.setdefault(offer.product, offer.name)
    chosen = sorted(shops, key=lambda product: (-len(shops[product]), names[product]))[:PRODUCTS]
    return {product: names[product] for product in chosen}


def _currencies(offers: Sequence[Offer]) -> list[str]:
    """The currencies in which most shops compete first."""
    shops: dict[str, set[str]] = defaultdict(set)
    for offer in offers:
        shops[offer.currency].add(offer.shop)
    count = Counter(offer.currency for offer in offers)
    return sorted(shops, key=lambda name: (-len(shops[name]), -count[name], name))[:CURRENCIES]


def _one_each(offers: Sequence[Offer]) -> list[Offer]:
    """Of a shop's several pages of one product the lowest price counts, a doubtful one last."""
    found: dict[tuple[str, str, str], Offer] = {}
    for offer in sorted(offers, key=lambda one: (one.doubtful, one.price)):
        found.setdefault((offer.product, offer.shop, offer.currency), offer)
    return list(found.values())


def _title(title: str, offers: Sequence[Offer], products: Mapping[str, str]) -> str:
    count = len({offer.product for offer in offers})
    return title if count == len(products) else f"{title}: {len(products)} of {count} products, those in most shops"


def _frame(currencies: Sequence[str], products: int, dark: bool) -> Any:
    drawn = make_subplots(
        rows=1, cols=len(currencies), shared_yaxes=True, horizontal_spacing=0.02 if len(currencies) > 1 else 0
    )
    look = figure("", dark=dark, height=max(240, 150 + 24 * products)).layout
    drawn.update_layout(template=template(dark), height=look.height, meta=look.meta)
    return drawn


def _by_shop(
    offers: Sequence[Offer], currencies: Sequence[str], products: Mapping[str, str]
) -> dict[str, dict[int, list[tuple[float, Offer]]]]:
    """shop -> axis -> its (height, offer) pairs."""
    rows = {product: row for row, product in enumerate(products)}
    rivals = {name: sorted({offer.shop for offer in offers if offer.currency == name}) for name in currencies}
    found: dict[str, dict[int, list[tuple[float, Offer]]]] = {}
    for offer in sorted(offers, key=lambda one: one.shop):
        if offer.currency in currencies:
            axis = found.setdefault(offer.shop, {}).setdefault(currencies.index(offer.currency), [])
            # Shops that ask the same price would cover each other: each has its own height within the row.
            shops = rivals[offer.currency]
            apart = (shops.index(offer.shop) - (len(shops) - 1) / 2) * min(0.3, 0.7 / len(shops))
            axis.append((rows[offer.product] + apart, offer))
    return found


def _trace(marks: Sequence[tuple[float, Offer]], shop: str, number: int, dark: bool) -> dict[str, Any]:
    colour = SERIES[number % len(SERIES)]
    symbol = _SYMBOLS[number // len(SERIES) % len(_SYMBOLS)]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escape(shop, 40),
        "legendgroup": shop,
        "x": [offer.price for _, offer in marks],
        "y": [row for row, _ in marks],
        "marker": {
            "color": colour,
            "size": 11,
            "symbol": [symbol + ("-open" if offer.doubtful else "") for _, offer in marks],
            "line": {"color": colour if any(offer.doubtful for _, offer in marks) else theme(dark).paper, "width": 1.5},
        },
        "hovertext": [_words(offer) for _, offer in marks],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _words(offer: Offer) -> str:
    lines = [escape(offer.name), f"{escape(offer.shop)}: {escape(offer.text)} {escape(offer.currency)}"]
    if offer.availability and offer.availability != "in_stock":
        lines.append(escape(offer.availability.replace("_", " ")))
    if offer.doubtful:
        lines.append("doubtful: check the page")
    return "<br>".join(lines)


def _arrange_axes(drawn: Any, currencies: Sequence[str], products: Mapping[str, str], dark: bool) -> None:
    for place, currency in enumerate(currencies, 1):
        drawn.update_xaxes(title_text=escape(currency), col=place)
    drawn.update_xaxes(rangemode="tozero", nticks=4, tickformat="~s", tickangle=0)
    drawn.update_yaxes(range=[len(products) - 0.5, -0.5], tickvals=list(range(len(products))))
    drawn.update_yaxes(ticktext=[escape(name, 44) for name in products.values()], col=1)
    seen: set[str] = set()
    for trace in drawn.data:
        trace.showlegend = trace.legendgroup not in seen
        seen.add(trace.legendgroup)
