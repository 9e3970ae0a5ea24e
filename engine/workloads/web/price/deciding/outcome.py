"""The chosen price as a Product: its currency, list price, doubts and how sure it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.workloads.web.price.amounts.amount import Amount
from engine.workloads.web.price.amounts.currency import COUNTRY_CURRENCY, currency_of
from engine.workloads.web.price.deciding.former import is_plain, reduces
from engine.workloads.web.price.deciding.labels import FROM
from engine.workloads.web.price.deciding.sights import Sight
from engine.workloads.web.price.page import ParsedPage, squeeze
from engine.workloads.web.price.product import Candidate, Facts, Product
from engine.workloads.web.price.sources.embedded import stated_currency

CLOSE = 0.7
"""Difference of scores below which two visible prices are as good as each other."""


BESIDE = 2.0
"""The same for a lower price right beside another, which may be what is paid."""


def product_from_sight(
    page: ParsedPage, sight: Sight, sights: list[Sight], stated: list[Candidate], facts: Facts, confidence: float
) -> Product:
    """The product whose price is a visible one; what the data say against it is a doubt."""
    doubts = list(sight.amount.doubts)
    if sight.high:
        doubts.append(f"The page shows a range of prices from {sight.amount.value} to {sight.high}.")
    contradicted = sorted(
        {candidate.value for candidate in stated if candidate.weight >= 0.6 and candidate.value != sight.amount.value}
    )
    if contradicted:
        doubts.append(f"The page's data say {contradicted[0]}, the visible page {sight.amount.value}.")
    second = next((other for other in sights if not other.old and other.amount.value != sight.amount.value), None)
    if second is not None and second.score > sight.score - CLOSE:
        confidence -= 0.15
        doubts.append(f"Another price, {second.amount.value}, stands in a place as good.")
    doubts += _said_of(sight, sights)
    if sight.gross is not None:
        doubts.append(_before_tax(sight.amount.value, sight.gross))
    if FROM.search(sight.before):
        doubts.append("The page calls it the lowest of several prices.")
    if sight.labelled:
        doubts.append("What stands before the price calls it a former one, and no other stands beside it.")
    currency, guess = _currency(page, sight.amount, None, stated)
    if guess:
        doubts.append(guess)
    return Product(
        **_plain(facts), price=sight.amount.value, currency=currency, list_price=_list_price(sight, sights, stated),
        member_price=_member_price(sight, sights),
        source="text", raw=squeeze(sight.amount.raw, 80), where="visible text", confidence=round(confidence, 2),
        doubts=tuple(doubts),
    )  # fmt: skip


def product_of(
    page: ParsedPage, chosen: Candidate, facts: Facts, confidence: float, sights: list[Sight] | None = None,
    seen: Sight | None = None, unseen: bool = False,
) -> Product:  # fmt: skip
    """The product whose price the data state; `seen` is where the page shows it, `unseen` says that it does not."""
    doubts = list(dict.fromkeys(chosen.doubts))
    if chosen.high is not None:
        confidence = min(confidence, 0.65)
    if unseen:
        doubts.append("The price stands in the page's data; it was not found in the visible text.")
    if seen is not None and seen.gross is not None:
        doubts.append(_before_tax(chosen.value, seen.gross))
    if seen is not None and not doubts:
        doubts += _said_of(seen, sights or [])
    mark = seen.amount if seen is not None else chosen.amount
    currency, guess = _currency(page, mark, chosen.currency, [chosen])
    if guess:
        doubts.append(guess)
    list_price = chosen.list_price or (_list_price(seen, sights or [], []) if seen is not None else None)
    for_members = chosen.member_price or (_member_price(seen, sights or []) if seen is not None else None)
    return Product(
        **_plain(facts), price=chosen.value, currency=currency,
        list_price=list_price if list_price and list_price > chosen.value else None, source=chosen.source,
        member_price=for_members if for_members and for_members < chosen.value else None,
        raw=squeeze(chosen.amount.raw, 80), where=chosen.where, confidence=confidence, doubts=tuple(doubts),
    )  # fmt: skip


def _said_of(sight: Sight, sights: list[Sight]) -> list[str]:
    """What the page shows of a price that makes it doubtful: another kind of price, or a lower one right beside it."""
    reduced = sight.said >= 0 and _list_price(sight, sights, []) is not None  # a discount's own name, say
    if sight.aside and sight.gross is None and not reduced:
        return ["What stands around the price calls it a part, a rate, a price per unit or the like."]
    lower = (
        other
        for other in sights
        if not (other.old or other.member or other.net) and reduces(other, sight) and is_plain(other, sight)
    )
    beside = max(lower, key=lambda other: other.score, default=None)
    if beside is None or beside.score < sight.score - BESIDE:
        return []
    return [f"A lower price, {beside.amount.value}, stands right beside it."]


def _before_tax(value: Decimal, gross: Decimal) -> str:
    return f"{value} is the price before tax; the page shows {gross} with tax."


def silent(facts: Facts, error: str) -> Product:
    """The product without a price, and why."""
    return Product(**_plain(facts), error=error, doubts=(error,))


def _plain(facts: Facts) -> dict[str, Any]:
    return {key: getattr(facts, key) for key in ("name", "brand", "gtin", "sku", "image", "availability")}


def _currency(
    page: ParsedPage, amount: Amount, stated: str | None, candidates: list[Candidate]
) -> tuple[str | None, str | None]:
    """The currency and, where it is a guess, why: from the mark-up, the page's data, the symbol, then the country."""
    if stated:
        return stated, None
    told = {candidate.currency for candidate in candidates if candidate.currency}
    code, guess = currency_of(amount.mark, page.country)
    if code and guess is None:
        return code, None
    if len(told) == 1:
        return told.pop(), None
    script = stated_currency(page)
    if script and (code is None or amount.mark is None or _fits(script, amount.mark)):
        return script, None
    if code or guess:
        return code, guess
    country = page.country
    if country in COUNTRY_CURRENCY:
        return COUNTRY_CURRENCY[
            country
        ], f"The currency is a guess: no sign of it stands beside the price, and the page is for {country.upper()}."
    return None, "The currency is unknown: no sign of it stands beside the price."


def _fits(code: str, mark: str) -> bool:
    return code.endswith("D") or code in ("MXN", "CLP", "COP", "ARS", "UYU") if "$" in mark else True


def _list_price(sight: Sight, sights: list[Sight], stated: list[Candidate]) -> Decimal | None:
    """The old price shown beside the price: struck out or so called, higher, and near."""
    told = [
        candidate.list_price for candidate in stated if candidate.list_price and candidate.value == sight.amount.value
    ]
    if told:
        return told[0]
    value = sight.amount.value
    near = [
        other
        for other in sights
        if other.old and value < other.amount.value <= value * 10 and abs(other.place - sight.place) < 60
    ]
    return min(near, key=lambda other: abs(other.place - sight.place)).amount.value if near else None


def _member_price(sight: Sight, sights: list[Sight]) -> Decimal | None:
    """What members pay, shown beside the price: so called, lower, and near."""
    value = sight.amount.value
    near = [
        other
        for other in sights
        if other.member and value / 10 < other.amount.value < value and abs(other.place - sight.place) < 60
    ]
    return min(near, key=lambda other: abs(other.place - sight.place)).amount.value if near else None
