"""The page's visible prices, scored by where they stand.

What speaks for a price: its element is called a price, it stands below the heading, near the buy button,
alone in its element. What speaks against it: it is struck out, called old, a saving, an instalment, the shipping,
or it stands in a list, a menu, a basket or among recommended products. The weights were set by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from math import exp, log

from selectolax.lexbor import LexborNode

from engine.workloads.web.price.amounts.amount import find_amounts
from engine.workloads.web.price.deciding.former import mark_former, mark_net
from engine.workloads.web.price.deciding.labels import (
    AFTER,
    BEFORE,
    EXTRA,
    MEMBER,
    MEMBERS_AFTER,
    NET_AFTER,
    NET_BEFORE,
    WITH_TAX,
)
from engine.workloads.web.price.deciding.sights import Sight
from engine.workloads.web.price.deciding.surroundings import Around, surroundings
from engine.workloads.web.price.deciding.walk import View, walk
from engine.workloads.web.price.page import ParsedPage

Signature = tuple[str | None, ...]


ENOUGH = 3.0
"""Score of a visible price from which it may stand alone."""
FAR = 7.0
"""How far a price may be behind the best one by its place and words alone, and still be asked for its surroundings."""
FOREIGN = -3.0
"""What the surroundings of others are taken to say: they stand in lists of other products."""
CONVINCING = (4.0, 1.0)
"""Scores of the best price with which the first looks, near the heading, are enough."""
HINTED = 1.5
"""What a price gains that the page's data name too."""


def supported(sights: list[Sight], values: Iterable[Decimal]) -> list[Sight]:
    """The same prices, best first, those raised whose amounts the page's data name."""
    known = set(values)
    for sight in sights:
        sight.score += HINTED if sight.amount.value in known else 0.0
    return sorted(sights, key=lambda sight: -sight.score)


def look(page: ParsedPage) -> View:
    """What the page shows, its prices scored."""
    body = page.tree.body
    if body is None:
        return View([], None, [])
    enough = iter(CONVINCING)
    view = View([], None, [])
    for view in walk(page, body):
        best = max((sight.score for sight in _scored(view).sights), default=0.0)
        # Else the heading is another one, or the price stands far from it.
        if not view.cut or best >= next(enough):
            break
    return view


def _scored(view: View) -> View:
    for sight in view.sights:
        sight.score = (
            _distance(sight, view)
            + _words(sight)
            + (0.7 if sight.amount.mark else 0.0)
            - (20.0 if sight.amount.value <= 0 else 0.0)
        )
    _ask_around(view.sights)
    mark_former(view.sights)
    mark_net(view.sights)
    return view


def _ask_around(sights: list[Sight]) -> None:
    """Add what the elements around the prices say: for those that are not too far behind for that to help them."""
    best = max((sight.score for sight in sights), default=0.0)
    signatures = Counter((sight.node.tag, sight.node.attributes.get("class")) for sight in sights)
    memory: dict[int, Around] = {}
    for sight in sights:
        alike = signatures[sight.node.tag, sight.node.attributes.get("class")]
        around = surroundings(sight, memory) if sight.score > best - FAR else FOREIGN
        sight.score += around - 0.7 * log(alike)


def signature(node: LexborNode) -> Signature:
    """What siblings in a list of products have in common."""
    parent = node.parent
    above = parent.attributes.get("class") if parent is not None and parent.is_element_node else None
    return node.tag, node.attributes.get("class"), above


def _distance(sight: Sight, view: View) -> float:
    score = 0.0
    if view.heading is not None:
        gap = sight.place - view.heading
        score += 2.5 * exp(-gap / 200) if gap >= 0 else 1.0 * exp(gap / 60) - 1.0
    else:
        score += 1.0 * exp(-sight.place / 1000)
    if view.buttons:
        gap = min(abs(button - sight.place) for button in view.buttons)
        score += 2.0 * exp(-gap / 100) / len(view.buttons) ** 0.5
    if sight.listed:
        score -= 3.0
    if _linked(sight.follows):
        score -= 1.5
    return score


def _linked(node: LexborNode | None) -> bool:
    """Whether a text is a link to some page, as the name of another product would be."""
    place = node.parent if node is not None else None
    for _ in range(3):
        if place is None or not place.is_element_node:
            return False
        if place.tag == "a":
            return not (place.attributes.get("href") or "#").startswith(("#", "javascript"))
        place = place.parent
    return False


def _words(sight: Sight) -> float:
    """What the text before and behind the price says of it."""
    score, former, aside = _before(sight.before) if sight.before else (0.0, 0.0, False)
    behind = _after(sight.after) if sight.after else 0.0
    sight.former += former
    sight.labelled = former < 0
    sight.said = score
    for_members = sight.after and MEMBERS_AFTER.match(sight.after) is not None
    sight.member = bool(for_members or (sight.before and MEMBER.search(sight.before)))
    sight.aside = sight.aside or aside or bool(for_members) or behind <= -2.0
    sight.net = _net(sight.before, sight.after)
    return score + behind


def called_aside(lead: str, behind: str) -> bool:
    """Whether the texts around an amount call it a part, a rate, the shipping, a saving or the like."""
    return bool(lead and _before(lead)[2]) or bool(behind and _after(behind) <= -2.0)


@lru_cache(maxsize=512)
def _before(text: str) -> tuple[float, float, bool]:
    """What a text that leads up to a price says of it, its words for an old price apart; lists repeat theirs."""
    found = [
        (weight, old)
        for pattern, weight, old in BEFORE
        if pattern.search(text) and not (pattern is EXTRA and _is_of_another(text))
    ]
    former = sum(weight for weight, old in found if old)
    score = sum(weight for weight, old in found if not old)
    return score, former, any(weight <= -3.0 and not old for weight, old in found)


def _is_of_another(text: str) -> bool:
    """Whether a label at the end of a text follows an amount in it, as in `£3.99 delivery`, and leads up to none."""
    return text.rstrip()[-1:] not in (":", "：") and any(amount.mark for amount in find_amounts(text, None, 4))


@lru_cache(maxsize=512)
def _net(before: str, after: str) -> bool:
    """Whether the text around a price says that it is before tax."""
    if NET_AFTER.match(after):
        return True
    taxed = WITH_TAX.match(after)
    if taxed and not (taxed.end() == len(after.rstrip()) and ("(" in taxed[0] or "（" in taxed[0])):
        return False  # but an open bracket leads up to another amount, which is the one with tax
    # Behind another amount, the words are that one's.
    return not any(map(str.isdigit, before)) and NET_BEFORE.search(before) is not None


@lru_cache(maxsize=512)
def _after(text: str) -> float:
    return sum(weight for pattern, weight in AFTER if pattern.match(text))
