"""What changed between two readings of the same pages: dearer, cheaper, gone, back. Pure.

A page that could not be read this time (a time-out, a block) says nothing about its product, so it is no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from engine.protocol.results import ScrapedPage

ChangeKind = Literal["down", "up", "back", "gone", "new", "currency", "same"]
ORDER: tuple[ChangeKind, ...] = ("down", "up", "back", "gone", "new", "currency")
"""The order in which changes are told; `same` is none."""
WORDS: Mapping[ChangeKind, str] = {
    "down": "cheaper", "up": "dearer", "back": "back", "gone": "gone", "new": "new", "currency": "in another currency",
    "same": "unchanged",
}  # fmt: skip

_GONE = frozenset(("not_found", "no_price"))
"""Reasons that say that a page has no offer any more, rather than that it could not be read."""
_AWAY = frozenset(("out_of_stock", "sold_out", "discontinued"))


@dataclass(frozen=True, slots=True)
class PriceReading:
    """One page as it was read once: its product where there is one, else why there is none."""

    page: ScrapedPage | None
    reason: str | None = None

    @property
    def price(self) -> Decimal | None:
        """The price as it was read."""
        return None if self.page is None else decimal(self.page.price_text)

    @property
    def offered(self) -> bool | None:
        """Whether the product could be bought; None where the page was not read."""
        if self.price is not None and self.page is not None:
            return self.page.availability not in _AWAY
        return False if self.page is not None or self.reason in _GONE else None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One page that changed. `by` is price less the price before, where both are in one currency; `share` of that."""

    address: str
    name: str | None
    kind: ChangeKind
    price: Decimal | None
    before: Decimal | None
    currency: str | None
    doubtful: bool

    @property
    def by(self) -> Decimal | None:
        """By how much, in the currency."""
        comparable = self.kind != "currency" and self.price is not None and self.before is not None
        return self.price - self.before if comparable and self.price is not None and self.before is not None else None

    @property
    def share(self) -> float | None:
        """By which share of the price before; None where that was nothing."""
        return float(self.by / self.before) if self.by is not None and self.before else None


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A product's price in one run, by the moment at which that run ended (ISO 8601, UTC)."""

    at: str
    run: int
    price: Decimal
    currency: str | None
    name: str | None
    doubtful: bool


def decimal(text: str | None) -> Decimal | None:
    """A price's text as a number; None for what is none."""
    try:
        found = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def changes(
    now: Mapping[str, PriceReading], before: Mapping[str, PriceReading], ever: Iterable[str] = ()
) -> list[PriceChange]:
    """The pages that changed, the largest fall in price first, then the other kinds in their order.

    Both map addresses to readings. `ever` are addresses whose price was read at some time before: of a page whose
    price was not there last time, it says whether the product is back or new.
    """
    known = set(ever)
    found = [_change(address, reading, before.get(address), known) for address, reading in now.items()]
    told = [change for change in found if change is not None and change.kind != "same"]
    return sorted(told, key=lambda change: (ORDER.index(change.kind), change.share or 0.0, change.name or ""))


def in_words(found: Sequence[PriceChange]) -> str:
    """``2 cheaper, 1 gone``; ``nothing changed`` for none."""
    counts = {kind: sum(change.kind == kind for change in found) for kind in ORDER}
    told = ", ".join(f"{count:,} {WORDS[kind]}" for kind, count in counts.items() if count)
    return told or "nothing changed"


def _change(address: str, now: PriceReading, before: PriceReading | None, known: set[str]) -> PriceChange | None:
    kind = _kind(now, before, address in known)
    if kind is None:
        return None
    page = now.page or (before.page if before else None)
    return PriceChange(
        address=address,
        name=page.name if page else None,
        kind=kind,
        price=now.price,
        before=before.price if before else None,
        currency=page.currency if page else None,
        doubtful=bool(now.page and now.page.doubtful),
    )


def _kind(now: PriceReading, before: PriceReading | None, known: bool) -> ChangeKind | None:
    """None where one of the two says nothing."""
    if now.offered is None:
        return None
    if before is None or (before.offered is None and not known):
        return "new" if now.offered else None
    if before.offered is None:
        return None
    if now.offered != before.offered:
        return ("back" if known or before.price is not None else "new") if now.offered else "gone"
    if not now.offered:
        return "same"
    assert now.page is not None and before.page is not None
    if now.page.currency != before.page.currency:
        return "currency"
    price, earlier = now.price, before.price
    assert price is not None and earlier is not None
    return "same" if price == earlier else "down" if price < earlier else "up"
