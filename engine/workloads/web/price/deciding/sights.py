"""The prices that a reader would see, made of the texts of one walk over the page (`walk`).

Prices in pieces (`$`, `19`, `99`) are put together here. Nothing is judged here: visible.py does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from selectolax.lexbor import LexborNode

from engine.workloads.web.price.amounts.amount import Amount, find_amounts
from engine.workloads.web.price.amounts.pieces import incomplete, joined, marked

MOST_SIGHTS = 250
SKIPPED = frozenset(["script", "style", "template", "noscript", "textarea", "title", "svg", "iframe"])
BARE = re.compile(r"[\d.,'’٫٬،，． \u00a0\u202f*]{1,14}(?::?[-–]{1,2})?")
"""A number with nothing beside it."""
_PRICE = re.compile(r"price|preis|prix|precio|prezzo|prijs|pre[cç]o|(?<![a-z])(?:pris|cena|hinta|fiyat)(?![a-z])", re.I)
"""Names of elements that hold a price."""


@dataclass(slots=True)
class Sight:
    """One price in the visible text. `place` counts nodes from the body's start; `score` is in no unit.

    `node` holds the whole price, `leaf` the piece of it that was met first. `follows` is the text node before it;
    `listed` says that a title such as “You may also like” stands above it, `above` that it stands above the heading.
    `struck` prices have a line through them, `net` ones are before tax, and `gross` is then the one with it beside.
    `former` is what words that call it an old price would take from its score, `labelled` that these stand in the text
    before it, and `said` what that text adds to its score. `current` says that its element calls it the present one,
    `aside` that it is a saving, an instalment, a price per unit or the like, `member` that it is for members of the
    shop's programme; `old` is the outcome.
    """

    amount: Amount
    node: LexborNode
    place: int
    before: str
    after: str
    high: Decimal | None = None
    score: float = 0.0
    old: bool = False
    struck: bool = False
    former: float = 0.0
    current: bool = False
    aside: bool = False
    member: bool = False
    net: bool = False
    gross: Decimal | None = None
    labelled: bool = False
    said: float = 0.0
    above: bool = False
    leaf: LexborNode | None = None
    follows: LexborNode | None = None
    listed: bool = False


@dataclass(slots=True)
class Text:
    """A text node that may hold a price, with what stands before it."""

    node: LexborNode
    place: int
    index: int
    follows: LexborNode | None
    listed: bool


def sights_of(found: list[Text], texts: list[str], mark: str | None) -> list[Sight]:
    """The prices among these texts, at most MOST_SIGHTS; `texts` are all of the page, `mark` its decimal mark."""
    sights: list[Sight] = []
    seen: set[tuple[int, int]] = set()
    for item in found:
        text, index = texts[item.index], item.index
        element = item.node.parent
        if element is None or element.tag in SKIPPED:
            continue
        bare = BARE.fullmatch(text) is not None
        if bare and element.tag == "option":
            continue
        amounts = [] if bare else [amount for amount in find_amounts(text, mark, 6) if amount.mark]
        before = texts[index - 1][-60:] if index else ""
        after = _behind(texts, index)
        leaf = element
        if marked(texts[max(0, index - 3) : index + 4]) if bare else incomplete(text, amounts, before, after):
            whole_price, whole = joined(item.node, element, mark)
            if whole_price is not None:
                if (whole.mem_id, whole_price.start) in seen:
                    continue
                seen.add((whole.mem_id, whole_price.start))
                element, amounts, text = whole, [whole_price], whole_price.raw
        if bare and not amounts and before not in (".", ",") and after not in (".", ",") and _named_price(element):
            amounts = find_amounts(text, mark, 1)
        for sight in _split(amounts, text, element, item.place, before, after):
            sight.leaf, sight.follows, sight.listed = leaf, item.follows, item.listed
            sights.append(sight)
        if len(sights) >= MOST_SIGHTS:
            break
    return sights


def _behind(texts: list[str], index: int) -> str:
    """The text behind a price's; with a blank at its end where a price follows that, whose label it may be."""
    after = texts[index + 1][:60] if index + 1 < len(texts) else ""
    leads = after and index + 2 < len(texts) and marked([texts[index + 2]]) and not any(map(str.isdigit, after))
    return after + " " if leads else after


def _split(amounts: list[Amount], text: str, element: LexborNode, place: int, before: str, after: str) -> list[Sight]:
    """A sight for each amount of one text; two amounts with a dash between them are one range."""
    if len(amounts) == 2 and re.fullmatch(r"\s*(?:-|–|—|to|bis|à|a|until)\s*", text[amounts[0].end : amounts[1].start]):
        low, high = sorted(amounts, key=lambda amount: amount.value)
        return [Sight(low, element, place, before + " " + text[: amounts[0].start], after, high.value)]
    sights = []
    for number, amount in enumerate(amounts):
        start = amounts[number - 1].end if number else 0
        lead = text[start : amount.start]
        end = amounts[number + 1].start if number + 1 < len(amounts) else len(text)
        tail = text[amount.end : end]
        sights.append(
            Sight(
                amount,
                element,
                place,
                lead if lead.strip() else before if not number else "",
                tail if tail.strip() else after,
            )
        )
    return sights


def _named_price(element: LexborNode) -> bool:
    place: LexborNode | None = element
    for _ in range(2):
        if place is None or not place.is_element_node:
            return False
        attributes = place.attributes
        if _PRICE.search(f"{attributes.get('class')} {attributes.get('id')} {attributes.get('itemprop')}"):
            return True
        place = place.parent
    return False
