"""What each layer of the reader saw on one page, for whoever wonders about a price or tries a selector."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from engine.workloads.web.price.deciding.sights import Sight
from engine.workloads.web.price.deciding.visible import look, supported
from engine.workloads.web.price.page import ParsedPage, open_page, squeeze
from engine.workloads.web.price.product import Candidate, Product
from engine.workloads.web.price.read import read_product, selected
from engine.workloads.web.price.sources.embedded import read_embedded
from engine.workloads.web.price.sources.meta import read_meta
from engine.workloads.web.price.sources.microdata import read_microdata
from engine.workloads.web.price.sources.structured import read_json_ld

MOST = 5
"""Prices of one layer that are told."""
BESIDE = 60
"""Nodes from the best visible price within which others are told too: the old price, what members pay."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One price that a layer saw, or that it saw none: `price` is then None and `remark` says so.

    `score` is the layer's own: 0 to 1 for data, in no unit for visible prices.
    """

    layer: str
    price: Decimal | None = None
    currency: str | None = None
    where: str | None = None
    score: float | None = None
    remark: str = ""

    def plain(self) -> dict[str, Any]:
        """The layer as JSON values; the price is a decimal string."""
        return {**asdict(self), "price": None if self.price is None else format(self.price, "f")}


def layers_of(html: str | bytes, url: str | None = None, selector: str | None = None) -> list[Layer]:
    """Every layer's prices in the order in which they are trusted, the result last. Never raises."""
    told: list[Layer] = []
    try:
        page = open_page(html, url)
        if selector:
            told.append(_result("selector", selected(page, selector, Product())))
        told += _candidates("JSON-LD", read_json_ld(page))
        told += _candidates("microdata, RDFa", read_microdata(page))
        told += _candidates("meta tags", read_meta(page)[0])
        told += _candidates("shop system's data", read_embedded(page))
        told += _sights(page)
    except Exception as error:  # the promise for any input, as in read.py: it must be told, not raised
        told.append(Layer("page", remark=f"It could not be read ({type(error).__name__}): {squeeze(str(error), 120)}."))
    return [*told, _result("result", read_product(html, url, selector))]


def _result(layer: str, product: Product) -> Layer:
    remark = " ".join(product.doubts) or product.error or ""
    where = product.where if product.price is not None else None
    return Layer(layer, product.price, product.currency, where, product.confidence or None, remark)


def _candidates(layer: str, found: Iterable[Candidate]) -> list[Layer]:
    told = [
        Layer(layer, item.value, item.currency, item.where, item.weight, " ".join(item.doubts))
        for item in found
        if item.weight > 0 and item.value > 0
    ]
    return told[:MOST] or [Layer(layer, remark="Nothing here.")]


def _sights(page: ParsedPage) -> list[Layer]:
    best: dict[Decimal, Sight] = {}
    for sight in supported(look(page).sights, ()):
        best.setdefault(sight.amount.value, sight)
    ranked = list(best.values())
    beside = [sight for sight in ranked[MOST:] if abs(sight.place - ranked[0].place) < BESIDE]
    told = [_seen(sight) for sight in (*ranked[:MOST], *beside[:MOST])]
    return told or [Layer("visible text", remark="Nothing here.")]


def _seen(sight: Sight) -> Layer:
    amount = sight.amount
    return Layer("visible text", amount.value, amount.mark, _place(sight), round(sight.score, 1), _remark(sight))


def _place(sight: Sight) -> str:
    """The element as a CSS selector, so that it can be tried as one."""
    attributes = sight.node.attributes
    classes = "".join(f".{name}" for name in (attributes.get("class") or "").split()[:3])
    return f"{sight.node.tag}{classes}"


def _remark(sight: Sight) -> str:
    words = {"old price": sight.old, "for members": sight.member, "beside the price": sight.aside}
    said = [word for word, true in words.items() if true]
    around = squeeze(sight.before[-30:])
    return "; ".join([*said, *([f"behind “{around}”"] if around else [])])
