"""Which of a page's prices are not what is paid now: former ones, and those before tax beside the price with it.

Former ones are struck out for certain, or called old beside a lower one.

A line through a price makes it old. Words do not alone: `regular-price` stands on every price of some shops, and
`price-old-live` was one shop's real price. They count where another price near is lower. Without any word, the amount
of a struck-out price said once more near it (for screen readers) is as old, and so is a price that a lower one beside
it reduces by just the percentage that stands there.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import takewhile

from engine.workloads.web.price.deciding.sights import Sight
from engine.workloads.web.price.sources.microdata import ancestors

OLD = 6.0
"""What an old price loses."""
NEAR = 40
"""Nodes of the page between an old price and the present one, at most."""
BOX = 3
"""Elements around a price that are asked whether they hold another one too."""
WIDE_BOX = 5
"""The same around a price that the text before it calls an old one, in a box of its own perhaps."""
NET = 4.0
"""What a price before tax loses where the price with it stands beside."""
HIGHEST_TAX = Decimal("1.3")
"""A price with tax is at most so many times the one before: no country's rate is above 27%."""
_LABEL = re.compile(r"[^\W\d_]{4}(?![^\W\d_]*\W*\d)")
"""A word in the text before a price that may be a label: longer than a currency, and not right before a number."""
_WORD = r"[^\W\d]{1,10}"
_PERCENTAGE = re.compile(rf"\W*(?:{_WORD}\W{{1,3}})?(\d{{1,2}})(?:[.,]\d{{1,2}})?\s?%(?:\W{{1,3}}{_WORD})?\W*")
"""A text that is a reduction and no more: `-20%`, `35% off`, `Save 16%`."""
LEAST_SHARE = Decimal("0.1")
"""A price below a tenth of another is no reduction of it."""


def mark_former(sights: list[Sight]) -> None:
    """Set `old` on the prices that are, and take what that costs from their scores; others keep theirs."""
    ordered = sorted(sights, key=lambda sight: sight.place)
    reductions = any(sight.aside or "%" in sight.before or "%" in sight.after for sight in ordered)
    for index, sight in enumerate(ordered):
        if sight.struck or ((reductions or sight.former < 0) and _is_former(ordered, index)):
            _lower(sight)
    values = {sight.amount.value for sight in ordered if sight.old}
    for index, sight in enumerate(ordered):
        if not sight.old and sight.amount.value in values and _is_repeated(ordered, index):
            _lower(sight)


def _lower(sight: Sight) -> None:
    sight.old = True
    sight.score += sight.former - OLD


def mark_net(sights: list[Sight]) -> None:
    """Prices before tax that stand beside the price with tax: set `gross` on them, and take NET from their scores."""
    ordered = sorted(sights, key=lambda sight: sight.place)
    for index, sight in enumerate(ordered):
        if sight.net and not sight.old:
            sight.gross = next((other.amount.value for other in _beside(ordered, index) if _taxes(other, sight)), None)
            if sight.gross is not None:
                sight.aside = True
                sight.score -= NET


def _taxes(other: Sight, net: Sight) -> bool:
    value = net.amount.value
    return (
        not (other.net or other.old or other.aside)
        and value < other.amount.value <= value * HIGHEST_TAX
        and _in_one_box(other, net)
    )


def _is_former(ordered: list[Sight], index: int) -> bool:
    """Whether words, a percentage or a saving make this an old price beside the lower one near it."""
    own = ordered[index]
    called = own.former < 0 and not own.current
    lower = [other for other in _beside(ordered, index) if reduces(other, own)]
    if not lower:
        return False
    if called and any(other.current or other.former > own.former for other in lower):
        return True
    asked = [other for other in lower if is_plain(other, own)]
    return any(_by_percentage(other, own) or _by_saving(other, own, ordered) for other in asked)


def is_plain(lower: Sight, old: Sight) -> bool:
    """Whether no label makes a lower price another kind: for members, for used goods, for a way to pay."""
    if lower.place < old.place:
        return lower.said >= 0
    return lower.said > 0 or _LABEL.search(lower.before) is None


def _is_repeated(ordered: list[Sight], index: int) -> bool:
    """Whether this is an old price near it once more, for screen readers, say; a lower one stands beside that."""
    own = ordered[index]
    return any(
        other.old
        and other.amount.value == own.amount.value
        and _in_one_box(other, own)
        and any(reduces(lower, other) and not lower.old for lower in _beside(ordered, ordered.index(other)))
        for other in _beside(ordered, index)
    )


def _by_percentage(lower: Sight, old: Sight) -> bool:
    """Whether a percentage at one of two neighbours (`35% off`) is just what lies between them."""
    # Between the two it stands right behind the old price; what only leads up to a later one may be a subscription's.
    leads = (lower.before,) if lower.place < old.place else ()
    texts = (text for text in (*leads, lower.after, old.before, old.after) if "%" in text)
    told = {int(found[1]) for text in texts if (found := _PERCENTAGE.fullmatch(text))}
    if not told:
        return False
    share = 100 - 100 * lower.amount.value / old.amount.value
    return any(abs(share - percentage) < 1 for percentage in told)


def _by_saving(lower: Sight, old: Sight, ordered: list[Sight]) -> bool:
    """Whether the amount that lies between two neighbours is told near them as what one saves."""
    saved = old.amount.value - lower.amount.value
    return any(
        other.aside and other.amount.value == saved and abs(other.place - old.place) <= NEAR and _in_one_box(other, old)
        for other in ordered
    )


def _beside(ordered: list[Sight], index: int) -> list[Sight]:
    """The prices near this one, those before it first."""
    own = ordered[index]
    return [*_within(ordered[index - 1 :: -1] if index else [], own), *_within(ordered[index + 1 :], own)]


def _within(others: list[Sight], own: Sight) -> list[Sight]:
    return list(takewhile(lambda other: abs(other.place - own.place) <= NEAR, others))


def reduces(lower: Sight, old: Sight) -> bool:
    """Whether one price may be what another was reduced to: lower, not far below, and in the same box of the page."""
    return (
        old.amount.value * LEAST_SHARE < lower.amount.value < old.amount.value
        and not lower.struck
        and not lower.aside
        and (lower.listed, lower.above) == (old.listed, old.above)
        and abs(lower.place - old.place) <= NEAR
        and _in_one_box(lower, old, WIDE_BOX if old.labelled else BOX)
    )


def _in_one_box(one: Sight, other: Sight, around_other: int = BOX) -> bool:
    return not _boxes(one, BOX).isdisjoint(_boxes(other, around_other))


def _boxes(sight: Sight, levels: int) -> set[int]:
    return {sight.node.mem_id, *(node.mem_id for node in ancestors(sight.node, levels))}
