"""JSON-LD: the product that a page describes in schema.org's words, also where the JSON is malformed.

Handles @graph and other nesting, references by @id, several offers, AggregateOffer, ProductGroup,
price specifications, and several products on one page. Numbers are kept as they are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.workloads.web.price.amounts.amount import Amount, machine_amount
from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.page import ParsedPage, likeness, of_another, squeeze, words
from engine.workloads.web.price.product import Availability, Candidate, Facts, availability_of
from engine.workloads.web.price.sources.fields import facts_of, text_of
from engine.workloads.web.price.sources.json_text import MOST_BLOCKS, load

_PRODUCTS = (
    "product productgroup individualproduct productmodel someproducts vehicle car "
    "motorcycle book softwareapplication videogame mobileapplication"
)
PRODUCTS = frozenset(_PRODUCTS.split())
OTHERS = frozenset(
    ["isrelatedto", "issimilarto", "itemlistelement", "isaccessoryorsparepartfor", "isconsumablefor", "itemreviewed"]
)
"""Keys below which stand other products than the page's own."""
MOST_NODES = 20_000

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer's price, as written."""

    amount: Amount
    currency: str | None
    availability: Availability | None
    high: Decimal | None = None
    list_price: Decimal | None = None
    url: str = ""
    member_price: Decimal | None = None


def read_json_ld(page: ParsedPage) -> list[Candidate]:
    """The prices in the page's JSON-LD: one candidate for each different price of the page's own product."""
    roots: list[Any] = []
    blocks = [node for node, attributes in page.elements.scripts if "ld+json" in (attributes.get("type") or "").lower()]
    for script in blocks[:MOST_BLOCKS]:
        roots.extend(load(script.text()))
    return from_roots(roots, page) if roots else []


def from_roots(roots: list[Any], page: ParsedPage) -> list[Candidate]:
    """The candidates of parsed JSON-LD values."""
    products, by_id = _products(roots)
    main = _main(products, page)
    if main is None:
        return []
    product, doubts = main
    facts = facts_of(product)
    offers = list(_offers(product, by_id, page))
    return _candidates(offers, facts, doubts)


def _candidates(offers: list[Offer], facts: Facts, doubts: tuple[str, ...]) -> list[Candidate]:
    if not offers:
        return [] if facts == Facts() else [Candidate(_NOTHING, "json-ld", 0.0, "JSON-LD without a price", facts=facts)]
    distinct: dict[Decimal, Offer] = {}
    for offer in offers:
        distinct.setdefault(offer.amount.value, offer)
    stock = _best_stock([offer.availability for offer in offers])
    facts = facts.or_else(Facts(availability=stock))
    low, high = min(distinct), max(max(distinct), *(offer.high or Decimal(0) for offer in offers))
    if high > low:
        doubts = (*doubts, f"The page offers the product at prices from {low} to {high}.")
    weight = 0.9 if len(distinct) == 1 and not doubts else 0.7
    found: list[Candidate] = []
    for value in sorted(distinct)[:30]:
        offer = distinct[value]
        found.append(
            Candidate(
                offer.amount, "json-ld", weight, "offer in JSON-LD", offer.currency, high if high > low else None,
                offer.list_price, facts, (*doubts, *offer.amount.doubts), offer.member_price,
            )
        )  # fmt: skip
    return found


_NOTHING = Amount(Decimal(-1), "", None, 0, 0)


def _best_stock(values: list[Availability | None]) -> Availability | None:
    known = [value for value in values if value]
    return next(
        (value for value in ("in_stock", "limited", "preorder", "backorder") if value in known),
        known[0] if known else None,
    )


# ------------------------------------------------------------------ finding the product


def _products(roots: list[Any]) -> tuple[list[Node], dict[str, Node]]:
    """The products in document order, those within lists or below `OTHERS` left out, and every node by its @id."""
    products: list[Node] = []
    listed: list[Node] = []
    by_id: dict[str, Node] = {}
    stack: list[tuple[Any, bool]] = [(root, False) for root in reversed(roots)]
    for _ in range(MOST_NODES):
        if not stack:
            break
        value, other = stack.pop()
        if isinstance(value, list):
            stack.extend((item, other) for item in reversed(value))
        elif isinstance(value, dict):
            if len(value) > 1 and isinstance(value.get("@id"), str):
                by_id.setdefault(value["@id"], value)
            inside = types(value) & PRODUCTS
            if inside:
                (listed if other else products).append(value)
            for key, item in reversed(list(value.items())):
                if isinstance(item, (dict, list)) and not (
                    inside and key.lower() in ("hasvariant", "isvariantof", "model")
                ):
                    stack.append((item, other or key.lower() in OTHERS))
    return products or (listed if len(listed) == 1 else []), by_id


def types(node: Node) -> set[str]:
    """The node's types, folded, without their address."""
    value = node.get("@type") or node.get("type") or ()
    return {
        str(item).rpartition("/")[2].rpartition(":")[2].lower()
        for item in (value if isinstance(value, list) else [value])
    }


def _main(products: list[Node], page: ParsedPage) -> tuple[Node, tuple[str, ...]] | None:
    """The page's own product: the only one, else the one that bears the page's address or name; None for a list."""
    priced = [product for product in products if has_offer(product)] or products
    if not priced:
        return None
    if len(priced) == 1:
        why = of_another(text_of(priced[0].get("name")), page)
        return priced[0], (why,) if why else ()
    heading = page.heading
    wanted = words(squeeze(heading.text())) if heading is not None else words(page.title)
    named = sorted(priced, key=lambda product: -likeness(words(text_of(product.get("name")) or ""), wanted))
    best, second = (likeness(words(text_of(item.get("name")) or ""), wanted) for item in named[:2])
    if best >= 0.5 and best > second:
        return named[0], ()
    if best >= 0.5 or len(priced) == 2:
        return priced[0], ("The page describes several products; the first was taken.",)
    return None


def has_offer(product: Node) -> bool:
    """Whether the product itself or a variant of it says a price."""
    return any(key in product for key in ("offers", "Offers", "offer", "price", "hasVariant"))


# ------------------------------------------------------------------ its offers


def _offers(product: Node, by_id: dict[str, Node], page: ParsedPage) -> Iterator[Offer]:
    """Every offer with a price, the product's or else its variants'; if one bears the page's address, that alone."""
    found: list[Offer] = []
    for owner in [product, *_listed(product.get("hasVariant"))][:200]:
        owner = _resolve(owner, by_id)
        stack = _listed(owner.get("offers") or owner.get("Offers") or owner.get("offer"))
        if not stack and "price" in owner:
            stack = [owner]
        for item in stack[:200]:
            found.extend(_offer(_resolve(item, by_id), by_id, text_of(owner.get("url")) or ""))
        if found and owner is product:
            break
    own = [offer for offer in found if offer.url and page.url and offer.url.rstrip("/") == page.url.rstrip("/")]
    yield from own if own else found


def _offer(node: Node, by_id: dict[str, Node], url: str, depth: int = 0) -> Iterator[Offer]:
    nested = [_resolve(item, by_id) for item in _listed(node.get("offers"))[:200]] if depth < 3 else []
    url = text_of(node.get("url")) or url
    stock = availability_of(text_of(node.get("availability")))
    currency = iso(text_of(node.get("priceCurrency") or node.get("pricecurrency")))
    amount, high = _priced(node), None
    specified = _specified([_resolve(item, by_id) for item in _listed(node.get("priceSpecification"))[:20]])
    currency = currency or specified.currency
    amount = amount or specified.amount
    if amount is None:
        amount = _amount(node.get("lowPrice") or node.get("lowprice") or node.get("minPrice"))
        top = _amount(node.get("highPrice") or node.get("highprice") or node.get("maxPrice"))
        high = top.value if top and amount and top.value > amount.value else None
        if amount is None:
            amount = top
    if amount is not None:
        mark = iso(amount.mark)
        yield Offer(amount, currency or mark, stock, high, specified.list_price, url, specified.member_price)
    elif nested:
        for item in nested:
            yield from _offer(item, by_id, url, depth + 1)


@dataclass(slots=True)
class _Specified:
    """What an offer's price specifications say: its price, the one before a reduction, and the one for members."""

    amount: Amount | None = None
    currency: str | None = None
    list_price: Decimal | None = None
    member_price: Decimal | None = None


def _specified(specifications: list[Node]) -> _Specified:
    """The specifications by their kind; one per measure counts as the price only where there is no other."""
    told = _Specified()
    for each in sorted(specifications, key=lambda node: "referenceQuantity" in node):
        value = _priced(each)
        told.currency = told.currency or iso(text_of(each.get("priceCurrency")))
        kind = (text_of(each.get("priceType")) or "").lower()
        if value is None:
            continue
        if "validForMemberTier" in each or "member" in kind:
            told.member_price = told.member_price or value.value
        elif "list" in kind or "strike" in kind or "msrp" in kind or "srp" in kind:
            told.list_price = value.value
        elif told.amount is None:
            told.amount = value
    return told


def _priced(node: Node) -> Amount | None:
    return _amount(node.get("price", node.get("Price")))


def _amount(value: Any) -> Amount | None:
    text = text_of(value)
    amount = machine_amount(text) if text else None
    return amount if amount is not None and amount.value > 0 else None


def _resolve(item: Any, by_id: dict[str, Node]) -> Node:
    if not isinstance(item, dict):
        return {}
    return by_id.get(item["@id"], item) if set(item) <= {"@id", "@type"} and isinstance(item.get("@id"), str) else item


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
