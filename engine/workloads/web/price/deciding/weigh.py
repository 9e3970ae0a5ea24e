"""Which price, where the page and its data leave a choice: what is shown, what is reduced, what only data state."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TypeGuard

from engine.workloads.web.price.deciding.former import reduces
from engine.workloads.web.price.deciding.kinds import SENTENCES
from engine.workloads.web.price.deciding.outcome import CLOSE, product_from_sight, product_of, silent
from engine.workloads.web.price.deciding.sights import Sight
from engine.workloads.web.price.deciding.visible import ENOUGH, signature
from engine.workloads.web.price.page import ParsedPage
from engine.workloads.web.price.product import Candidate, Facts, Product

SEEN = 0.5
"""Score of a visible price from which it confirms what the data say."""
STRONG = 5.0
"""Score from which a visible price overrules data that the page does not show."""
WEAK = 1.0
"""Score from which a visible price that no other one disputes is named, with a doubt."""
ALONE = 1.5
"""How far such a price must stand above all others."""


def weigh(page: ParsedPage, stated: list[Candidate], sights: list[Sight], facts: Facts) -> Product:
    """The product with the price that speaks loudest, or without one where nothing is sure enough."""
    top = _first_of_equals(sights)
    reduced = _reduced(stated, sights)
    if reduced is not None:
        return product_from_sight(page, reduced, sights, stated, facts, 0.75)
    shown = _shown(page, stated, sights, facts, top)
    if shown is None and _strong(top, stated):
        return product_from_sight(page, top, sights, stated, facts, 0.6 if stated else 0.7)
    return (
        shown
        or _unseen(page, stated, sights, facts)
        or _weak(page, stated, sights, facts, top)
        or silent(facts, SENTENCES["no_price"])
    )


def _strong(top: Sight | None, stated: list[Candidate]) -> TypeGuard[Sight]:
    """Whether the best visible price stands for itself: higher where data say another, or between their ends."""
    if top is None:
        return False
    between = any(item.high is not None and item.value <= top.amount.value <= item.high for item in stated)
    return top.score >= (STRONG if stated and not between else ENOUGH)


def _reduced(stated: list[Candidate], sights: list[Sight]) -> Sight | None:
    """The lower price beside the one that the data say, where the page shows the data's as an old one."""
    values = {item.value for item in stated if item.weight >= 0.6}
    known = [sight for sight in sights if sight.amount.value in values]
    if not known or not known[0].old or len(values) > 1:  # the best place of the data's price is the old price's
        return None
    near = [sight for sight in sights if not sight.old and reduces(sight, known[0])]
    return near[0] if near else None


def _shown(
    page: ParsedPage, stated: list[Candidate], sights: list[Sight], facts: Facts, top: Sight | None
) -> Product | None:
    """The price that data state and the page shows; None where it shows none of theirs."""
    best: dict[Decimal, Sight] = {}
    for each in sights:
        best.setdefault(each.amount.value, each)
    shown = [
        candidate
        for candidate in stated
        if (sight := best.get(candidate.value)) and sight.score >= SEEN and not sight.old
    ]
    if not shown:
        return None
    if top is not None and not top.aside and top.score >= ENOUGH and all(_is_aside(best[item.value]) for item in shown):
        return product_from_sight(page, top, sights, stated, facts, 0.6)
    chosen = max(shown, key=lambda item: (best[item.value].score + (1.0 if item is stated[0] else 0.0), item.weight))
    beside = (item for item in shown if _beside(best[item.value], best[chosen.value]))
    chosen = _agreed(stated, top) or min(beside, key=lambda item: item.value)
    rival: Sight | None = top if top is not None and top.amount.value != chosen.value else None
    if rival is not None and rival.score > best[chosen.value].score + _ahead(chosen):
        return product_from_sight(page, rival, sights, stated, facts, 0.6)
    if rival is not None and not (rival.aside or rival.member) and rival.score > best[chosen.value].score + ALONE:
        better = f"Another price, {rival.amount.value}, stands in a better place on the page."
        chosen = replace(chosen, doubts=(*chosen.doubts, better))
    others = {
        item.value
        for item in stated
        if item.weight >= 0.6 and item.value not in (chosen.value, chosen.list_price) and item.high is None
    }
    others = {value for value in others if value < chosen.value or not (value in best and best[value].old)}
    if others:
        chosen = replace(chosen, doubts=(*chosen.doubts, _contradiction({chosen.value, *others})))
    return product_of(page, chosen, facts, 0.75 if others else 0.92, sights, best[chosen.value])


def _is_aside(sight: Sight) -> bool:
    """Whether the page calls a price something else than the product's, and not only the one before tax."""
    return sight.aside and sight.gross is None


def _ahead(chosen: Candidate) -> float:
    """How far another visible price must be ahead to overrule the data's."""
    return 6.0 if chosen.weight >= 0.75 else 3.0 if chosen.weight >= 0.5 else CLOSE


def _agreed(stated: list[Candidate], top: Sight | None) -> Candidate | None:
    """What other data say that the best visible price bears out, against the JSON-LD: an auction's start price, say."""
    in_json = {item.value for item in stated if item.source == "json-ld"}
    if top is None or not in_json or top.amount.value in in_json:
        return None
    return next((item for item in stated if item.value == top.amount.value and item.weight >= 0.6), None)


def _unseen(page: ParsedPage, stated: list[Candidate], sights: list[Sight], facts: Facts) -> Product | None:
    """The price that data alone state: one that all agree on, the start of a range, or what most sources say."""
    sure = [candidate for candidate in stated if candidate.weight >= 0.6]
    if not sure:
        return None
    chosen = max(sure, key=lambda candidate: (candidate.weight, -candidate.value))
    values = {candidate.value for candidate in sure}
    if len(values) > 1 and chosen.high is None:
        voices = {value: len({item.source for item in sure if item.value == value}) for value in values}
        most = max(voices.values())
        if most < 2 or list(voices.values()).count(most) > 1:
            return None
        chosen = next(item for item in sure if voices[item.value] == most)
        chosen = replace(chosen, doubts=(_contradiction(values),))
    return product_of(page, chosen, facts, 0.7 if chosen.weight >= 0.75 else 0.55, sights, None, unseen=True)


def _weak(
    page: ParsedPage, stated: list[Candidate], sights: list[Sight], facts: Facts, top: Sight | None
) -> Product | None:
    """A price for which little speaks, and against which no other does: named, with a doubt."""
    if top is None or top.score < WEAK or top.aside:
        return None
    rivals = [sight.score for sight in sights if sight.amount.value != top.amount.value and not sight.old]
    if any(score > top.score - ALONE for score in rivals):
        return None
    product = product_from_sight(page, top, sights, stated, facts, 0.5)
    return replace(product, doubts=(*product.doubts, "Little on the page says that this is the product's price."))


def _contradiction(values: set[Decimal]) -> str:
    return f"The page's data contradict each other: {', '.join(str(value) for value in sorted(values))}."


def _first_of_equals(sights: list[Sight]) -> Sight | None:
    """The best price; of several as good in like elements (pack sizes, say) the one that the page shows first."""
    top = next((sight for sight in sights if not sight.old), None)
    if top is None:
        return None
    like = signature(top.node)
    equals = [
        sight
        for sight in sights[:30]
        if not sight.old and sight.score > top.score - CLOSE and signature(sight.node) == like
    ]
    first = min(equals, key=lambda sight: sight.place)
    near = (sight for sight in sights[:30] if not sight.old and sight.score > top.score - CLOSE)
    return min((sight for sight in (first, *near) if _beside(sight, first)), key=lambda sight: sight.amount.value)


def _beside(one: Sight, other: Sight) -> bool:
    """Whether two prices stand side by side in places as good: the lower is then what is paid."""
    return one is other or (
        abs(one.place - other.place) <= 12 and one.score > other.score - 1.5 and (not one.aside or other.aside)
    )
