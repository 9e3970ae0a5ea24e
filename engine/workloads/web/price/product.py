"""The nouns of this package: what a reader found (Candidate) and what is told of a page (Product)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal

from engine.workloads.web.price.amounts.amount import Amount

Source = Literal["json-ld", "microdata", "opengraph", "embedded", "text", "selector"]
Availability = Literal["in_stock", "out_of_stock", "preorder", "backorder", "limited", "discontinued"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader learned about the product beside its price; None for what it does not say."""

    name: str | None = None
    brand: str | None = None
    gtin: str | None = None
    sku: str | None = None
    image: str | None = None
    availability: Availability | None = None

    def or_else(self, other: Facts) -> Facts:
        """These facts, with the other's where these are silent."""
        return Facts(
            self.name or other.name,
            self.brand or other.brand,
            self.gtin or other.gtin,
            self.sku or other.sku,
            self.image or other.image,
            self.availability or other.availability,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One price that a reader found, with its evidence.

    `weight` is how far the place alone is to be trusted, 0 to 1; `where` names the place.
    `currency` is what the mark-up beside it says (ISO 4217). `high` is the upper end of a range. `list_price` and
    `member_price` are the price before a reduction and the one for members of the shop's programme.
    """

    amount: Amount
    source: Source
    weight: float
    where: str
    currency: str | None = None
    high: Decimal | None = None
    list_price: Decimal | None = None
    facts: Facts = field(default_factory=Facts)
    doubts: tuple[str, ...] = ()
    member_price: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """The amount."""
        return self.amount.value


@dataclass(frozen=True, slots=True)
class Product:
    """What one page says about its product.

    `list_price` is what it cost before, `member_price` what members of the shop's programme pay, `coupon` what the page
    says of one, in its words: each where the page states it.

    `confidence` estimates how likely the price is right: 0.9 and above where machine-readable data and
    the visible page agree, about 0.8 where one of them stands alone and unopposed, 0.5 to 0.7 where a choice had to
    be made, 0 without a price. `doubts` are sentences; `doubtful` says whether there are any. Without a price `error`
    says so in a sentence and `reason` in a word (kinds.py).
    """

    name: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    list_price: Decimal | None = None
    member_price: Decimal | None = None
    coupon: str | None = None
    availability: Availability | None = None
    brand: str | None = None
    gtin: str | None = None
    sku: str | None = None
    image: str | None = None
    source: Source | None = None
    raw: str | None = None
    where: str | None = None
    confidence: float = 0.0
    doubts: tuple[str, ...] = ()
    error: str | None = None
    reason: str | None = None

    @property
    def doubtful(self) -> bool:
        """Whether anything about the price or its currency was guessed or disputed."""
        return bool(self.doubts)

    def plain(self) -> dict[str, Any]:
        """The product as JSON values; amounts are decimal strings."""
        values = asdict(self)
        for key in ("price", "list_price", "member_price"):
            values[key] = None if values[key] is None else format(values[key], "f")
        return {**values, "doubts": list(self.doubts), "doubtful": self.doubtful}


_AVAILABILITY: tuple[tuple[str, Availability], ...] = (
    ("outofstock", "out_of_stock"), ("soldout", "out_of_stock"), ("oos", "out_of_stock"),
    ("unavailable", "out_of_stock"),
    ("discontinued", "discontinued"), ("preorder", "preorder"), ("presale", "preorder"), ("backorder", "backorder"),
    ("limitedavailability", "limited"), ("lowstock", "limited"), ("instock", "in_stock"), ("onlineonly", "in_stock"),
    ("instoreonly", "in_stock"), ("madetoorder", "in_stock"), ("available", "in_stock"),
)  # fmt: skip


def availability_of(text: str | None) -> Availability | None:
    """The availability that a schema.org address (`http://schema.org/InStock`) or a catalogue's word names."""
    folded = "".join(c for c in (text or "")[-60:].lower() if c.isalpha())
    folded = folded.replace("schemaorg", "").removeprefix("https").removeprefix("http")
    return next((value for word, value in _AVAILABILITY if word in folded), None)
