"""Which of a page's prices are former ones: struck out for certain, or called old beside a lower one.

A line through a price makes it old. Words do not alone: `regular-price` stands on every price of some shops, and
`price-old-live` was one shop's real price. They count where another price near is lower.
"""

from __future__ import annotations

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
LEAST_SHARE = Decimal("0.1")
"""A price below a tenth of another is no reduction of it."""


def mark_former(sights: list[Sight]) -> None:
    """Set `old` on the prices that are, and take what that costs from their scores; others keep theirs."""
    ordered = sorted(sights, key=lambda sight: sight.place)
    for index, sight in enumerate(ordered):
        if sight.struck or (sight.former < 0 and not sight.current and _is_reduced(ordered, index)):
            sight.old = True
            sight.score += sight.former - OLD


def _is_reduced(ordered: list[Sight], index: int) -> bool:
    """Whether a lower price, which nothing calls an old one or something else, stands beside this one."""
    own = ordered[index]
    around = [*_within(ordered[index - 1 :: -1] if index else [], own), *_within(ordered[index + 1 :], own)]
    return any(reduces(other, own) and (other.current or other.former > own.former) for other in around)


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
        and not _boxes(lower).isdisjoint(_boxes(old))
    )


def _boxes(sight: Sight) -> set[int]:
    return {sight.node.mem_id, *(node.mem_id for node in ancestors(sight.node, BOX))}
