"""Microdata and RDFa: prices marked with `itemprop` or `property`, by the product scope that they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from selectolax.lexbor import LexborNode

from engine.workloads.web.price.amounts.amount import Amount, find_amounts, machine_amount
from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.elements import Found
from engine.workloads.web.price.page import ParsedPage, likeness, of_another, squeeze, words
from engine.workloads.web.price.product import Candidate, Facts, availability_of

PRODUCT_TYPE = re.compile(
    r"(?:^|[/:#\s])(?:Product(?:Model|Group)?|IndividualProduct|SomeProducts|Book|Vehicle|Car)\s*$", re.I
)
OTHER = re.compile(r"isRelatedTo|isSimilarTo|itemListElement|isAccessory|itemReviewed|isConsumable", re.I)
_WANTED = (
    "price lowprice highprice pricecurrency availability name brand manufacturer sku mpn "
    "productid gtin gtin8 gtin12 gtin13 gtin14 isbn image hascurrencyvalue hascurrency listprice"
)
WANTED = frozenset(_WANTED.split())
STRUCK = re.compile(
    r"\b(?:old|was|list|msrp|rrp|regular|strike\w*|original|crossed|before|compare)\b|line-through", re.I
)
MOST_NODES = 3_000
FOREIGN = 0.45
"""How far a price is trusted whose product seems to be another than the page's."""
HIGHEST = 60
"""Ancestors that are climbed in search of a scope."""


@dataclass(slots=True)
class Scope:
    """One product's marked values, in document order."""

    node: LexborNode | None
    other: bool
    values: dict[str, list[tuple[str, LexborNode]]] = field(default_factory=dict)

    def first(self, *names: str) -> str | None:
        """The first value of the first of these names that has one."""
        return next((value for name in names for value, _ in self.values.get(name, ()) if value), None)


def read_microdata(page: ParsedPage) -> list[Candidate]:
    """The prices marked in the page's own product: one candidate for each different amount."""
    for prop, kind, nodes in (
        ("itemprop", "itemtype", page.elements.itemprops),
        ("property", "typeof", page.elements.properties),
    ):
        scopes = _scopes(nodes[:MOST_NODES], prop, kind)
        scope = _main([scope for scope in scopes if not scope.other], page)
        if scope is not None:
            found = list(_candidates(*scope, page))
            if found and (prop == "itemprop" or b"typeof=" in page.raw):  # without it, Open Graph's
                return found
    return []


def _scopes(nodes: Found, prop: str, kind: str) -> list[Scope]:
    scopes: dict[int, Scope] = {}
    owners: dict[int, tuple[LexborNode | None, bool]] = {}
    for node, attributes in nodes:
        names = (attributes.get(prop) or "").lower().split()
        for name in names[:4]:
            name = name.rpartition(":")[2].rpartition("/")[2]
            if name not in WANTED:
                continue
            owner, other = _owner(node, prop, kind, owners)
            key = owner.mem_id if owner is not None else 0
            scope = scopes.setdefault(key, Scope(owner, other))
            scope.other = scope.other and other
            if not other:
                scope.values.setdefault(name, []).append((_value(node, attributes), node))
    return list(scopes.values())


def _owner(
    node: LexborNode, prop: str, kind: str, owners: dict[int, tuple[LexborNode | None, bool]]
) -> tuple[LexborNode | None, bool]:
    """The product scope around the node (None where there is none), and whether it is some other product's."""
    climbed: list[int] = []
    found: tuple[LexborNode | None, bool] = (None, False)
    place = node.parent
    for _ in range(HIGHEST):
        if place is None or not place.is_element_node:
            break
        known = owners.get(place.mem_id)
        if known is not None:
            found = known
            break
        climbed.append(place.mem_id)
        attributes = place.attributes
        if OTHER.search(attributes.get(prop) or ""):
            found = (place, True)
            break
        if PRODUCT_TYPE.search(attributes.get(kind) or ""):
            found = (place, OTHER.search(attributes.get(prop) or "") is not None)
            break
        place = place.parent
    owners.update(dict.fromkeys(climbed, found))
    return found


def _value(node: LexborNode, attributes: dict[str, str | None]) -> str:
    for key in ("content", "href", "src"):
        value = attributes.get(key)
        if value and (key == "content" or node.tag in ("link", "a", "img", "meta")):
            return value.strip()[:2_000]
    child = node.first_child
    if child is None or (child.is_text_node and child.next is None):
        return squeeze(node.text(), 300)
    struck = node.css("del,s,strike,[class*=strike i],[class*=old i],[class*=was i],[style*=line-through i]")
    if not struck:
        return squeeze(node.text(), 300)
    without = {inner.mem_id for outer in struck[:20] for inner in outer.traverse(include_text=True)}
    pieces = [
        piece.text_content or ""
        for piece in node.traverse(include_text=True)
        if piece.is_text_node and piece.mem_id not in without
    ]
    return squeeze("".join(pieces), 300)


def _main(scopes: list[Scope], page: ParsedPage) -> tuple[Scope, tuple[str, ...]] | None:
    """The page's own scope: the only one with a price, else the one around the heading, or bearing its name."""
    priced = [scope for scope in scopes if {"price", "lowprice", "hascurrencyvalue"} & scope.values.keys()]
    if len(priced) > 1:
        priced = [scope for scope in priced if scope.node is not None] or priced
    heading = page.heading
    if len(priced) < 2:
        return (priced[0], ()) if priced else None
    if heading is not None:
        above = {node.mem_id for node in ancestors(heading)}
        around = [scope for scope in priced if scope.node is not None and scope.node.mem_id in above]
        if around:
            return around[-1], ()
    wanted = words(heading.text()[:400]) if heading is not None else words(page.title)
    likenesses = [likeness(words(scope.first("name") or ""), wanted) for scope in priced]
    best = max(likenesses)
    if best >= 0.5 and likenesses.count(best) == 1:
        return priced[likenesses.index(best)], ()
    if len(priced) == 2:
        return priced[0], ("The page marks several products; the first was taken.",)
    return None


def _foreign(scope: Scope, page: ParsedPage) -> tuple[str, ...]:
    """Why the marked product may be another than the page's: it stands elsewhere, and by another name."""
    why = of_another(scope.first("name"), page) if scope.node is not None else None
    if why is None or page.heading is None or scope.node is None:
        return ()
    around = any(node.mem_id == scope.node.mem_id for node in ancestors(page.heading))
    return () if around else (why,)


def ancestors(node: LexborNode, highest: int = HIGHEST) -> Iterator[LexborNode]:
    """The elements around a node, the nearest first."""
    place = node.parent
    for _ in range(highest):
        if place is None or not place.is_element_node:
            return
        yield place
        place = place.parent


def _candidates(scope: Scope, doubts: tuple[str, ...], page: ParsedPage) -> Iterator[Candidate]:
    currency = iso(scope.first("pricecurrency", "hascurrency"))
    prices: dict[Decimal, Amount] = {}
    struck: list[Decimal] = []
    for value, node in [*scope.values.get("price", ()), *scope.values.get("hascurrencyvalue", ())][:100]:
        amount = _amount(value, node)
        if amount is None:
            continue
        if _struck(node):
            struck.append(amount.value)
        else:
            prices.setdefault(amount.value, amount)
    lows = [found for value, node in scope.values.get("lowprice", ()) if (found := _amount(value, node))]
    highs = [found.value for value, node in scope.values.get("highprice", ()) if (found := _amount(value, node))]
    if not prices:
        prices = {found.value: found for found in lows[:1]}
    if not prices:
        return
    low, high = min(prices), max([*prices, *highs])
    if high > low:
        doubts = (*doubts, f"The page offers the product at prices from {low} to {high}.")
    listed = [value for value in struck if value > low]
    facts = _facts(scope)
    base = 0.8 if scope.node is not None else 0.6
    foreign = _foreign(scope, page)
    weight = FOREIGN if foreign else base - 0.2 if doubts else base
    doubts = (*doubts, *foreign)
    for amount in prices.values():
        yield Candidate(
            amount, "microdata", weight if high == low else min(weight, base - 0.2), "marked price in the page",
            currency or iso(amount.mark), high if high > low else None, max(listed) if listed else None, facts,
            (*doubts, *amount.doubts),
        )  # fmt: skip


def _amount(value: str, node: LexborNode) -> Amount | None:
    if "content" in node.attributes:
        amount = machine_amount(value)
    else:
        amounts = [found for found in find_amounts(value, None, 4) if found.mark] or find_amounts(value, None, 1)
        amount = amounts[0] if len({found.value for found in amounts}) == 1 else None
    return amount if amount is not None and amount.value > 0 else None


def _struck(node: LexborNode) -> bool:
    for place in (node, *list(ancestors(node, 2))):
        attributes = place.attributes
        if place.tag in ("del", "s", "strike"):
            return True
        told = f"{attributes.get('class') or ''} {attributes.get('style') or ''}"
        if STRUCK.search(told.replace("_", "-").replace("-", " ") if "line-through" not in told else told):
            return True
    return False


def _facts(scope: Scope) -> Facts:
    gtin = scope.first("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn")
    brand = scope.first("brand", "manufacturer")
    return Facts(
        name=squeeze(scope.first("name") or "") or None,
        brand=squeeze(brand, 100) if brand else None,
        gtin=re.sub(r"\D", "", gtin[:40]) or None if gtin else None,
        sku=squeeze(scope.first("sku", "mpn", "productid") or "", 100) or None,
        image=scope.first("image"),
        availability=availability_of(scope.first("availability")),
    )
