"""From candidates to one price: structured data where it is undisputed, else what agrees with the visible page.

The rules: a price that machine-readable data state and the page shows is taken at once. Where sources
contradict each other, the one that is seen near the heading wins and the contradiction is told. Where
only weak signs are left, nothing is said: silence beats a wrong price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.web.price.amount import Amount
from engine.web.price.currency import COUNTRY_CURRENCY, currency_of
from engine.web.price.embedded import hints, read_embedded, stated_currency
from engine.web.price.meta import read_meta
from engine.web.price.microdata import read_microdata
from engine.web.price.page import Incomplete, Page, squeeze
from engine.web.price.product import Candidate, Facts, Product
from engine.web.price.quick import undisputed
from engine.web.price.sights import Sight
from engine.web.price.structured import read_json_ld
from engine.web.price.visible import look, signature, supported

ENOUGH = 3.0
"""Score of a visible price from which it may stand alone."""
CLEAR = 6.0
"""Score from which a visible price with no rival needs no further support."""
SEEN = 0.5
"""Score of a visible price from which it confirms what the data say."""
STRONG = 5.0
"""Score from which a visible price overrules data that the page does not show."""
CLOSE = 0.7
"""Difference of scores below which two visible prices are as good as each other."""


def decide_quickly(excerpt: Page, source: bytes) -> Product | None:
    """The product that an excerpt of the page settles; None where the whole page is needed."""
    try:
        meta, meta_facts = read_meta(excerpt)
        found = [*read_json_ld(excerpt), *meta]
        quick = undisputed(_stated(found), source)
        return None if quick is None else _product(excerpt, quick, _facts(found, meta_facts, excerpt), 0.95)
    except Incomplete:  # the name or the currency stands elsewhere
        return None


def decide(page: Page) -> Product:
    """The one product of the page; without a price where nothing is sure enough."""
    meta, meta_facts = read_meta(page)
    found = [*read_json_ld(page), *read_microdata(page), *meta]
    facts = _facts(found, meta_facts, page)
    stated = _stated(found)
    quick = undisputed(stated, page.tree.raw_html)
    if quick is not None:
        return _product(page, quick, facts, 0.95)
    view = look(page)
    facts = facts.or_else(Facts(availability=view.stock))
    sights = supported(view.sights, {candidate.value for candidate in stated})
    if not _settled(stated, sights):
        stated += read_embedded(page)
        facts = _facts([*found, *stated], meta_facts, page).or_else(facts)
        named = {candidate.value for candidate in found}
        sights = supported(
            sights, {value for value in (*hints(page), *(item.value for item in stated)) if value not in named}
        )
    return _weigh(page, stated, sights, facts)


def _stated(found: list[Candidate]) -> list[Candidate]:
    """The candidates that state a price."""
    return [candidate for candidate in found if candidate.weight > 0 and candidate.value > 0]


def _settled(stated: list[Candidate], sights: list[Sight]) -> bool:
    """Whether the best visible price is what the structured data say, or without any stands far above all others."""
    if not sights or sights[0].score < ENOUGH or sights[0].old:
        return False
    values = {item.value for item in stated}
    if values:
        return values == {sights[0].amount.value}
    rival = next((sight.score for sight in sights if sight.amount.value != sights[0].amount.value), 0.0)
    return sights[0].score >= CLEAR and rival < sights[0].score - 3.0


def _weigh(page: Page, stated: list[Candidate], sights: list[Sight], facts: Facts) -> Product:
    best: dict[Decimal, Sight] = {}
    for each in sights:
        best.setdefault(each.amount.value, each)
    top = _first_of_equals(sights)
    shown = [
        candidate
        for candidate in stated
        if (sight := best.get(candidate.value)) and sight.score >= SEEN and not sight.old
    ]
    if shown:
        chosen = max(
            shown, key=lambda item: (best[item.value].score + (1.0 if item is stated[0] else 0.0), item.weight)
        )
        chosen = min(
            (item for item in shown if _beside(best[item.value], best[chosen.value])), key=lambda item: item.value
        )
        rival: Sight | None = top if top is not None and top.amount.value != chosen.value else None
        if rival is not None and rival.score > best[chosen.value].score + (6.0 if chosen.weight >= 0.75 else 3.0):
            return _from_sight(page, rival, sights, stated, facts, 0.6)
        values = {candidate.value for candidate in stated if candidate.weight >= 0.6}
        confidence = 0.92 if len(values) <= 1 else 0.75
        return _product(page, chosen, facts, confidence, sights, best[chosen.value])
    if top is not None and top.score >= (STRONG if stated else ENOUGH):
        return _from_sight(page, top, sights, stated, facts, 0.6 if stated else 0.7)
    sure = [candidate for candidate in stated if candidate.weight >= 0.6]
    if sure:
        chosen = max(sure, key=lambda candidate: (candidate.weight, -candidate.value))
        if len({candidate.value for candidate in sure}) == 1 or chosen.high is not None:
            return _product(page, chosen, facts, 0.7 if chosen.weight >= 0.75 else 0.55, sights, None, unseen=True)
    return _silent(facts, "No price stands out on this page: a selector can name the place where it is.")


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
    return min((sight for sight in equals if _beside(sight, first)), key=lambda sight: sight.amount.value)


def _beside(one: Sight, other: Sight) -> bool:
    """Whether two prices stand side by side in places as good: the lower is then what is paid."""
    return one is other or (abs(one.place - other.place) <= 12 and one.score > other.score - 1.5)


def _from_sight(
    page: Page, sight: Sight, sights: list[Sight], stated: list[Candidate], facts: Facts, confidence: float
) -> Product:
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
    currency, guess = _currency(page, sight.amount, None, stated)
    if guess:
        doubts.append(guess)
    return Product(
        **_plain(facts), price=sight.amount.value, currency=currency, list_price=_list_price(sight, sights, stated),
        source="text", raw=squeeze(sight.amount.raw, 80), where="visible text", confidence=round(confidence, 2),
        doubts=tuple(doubts),
    )  # fmt: skip


def _product(
    page: Page, chosen: Candidate, facts: Facts, confidence: float, sights: list[Sight] | None = None,
    seen: Sight | None = None, unseen: bool = False,
) -> Product:  # fmt: skip
    doubts = list(dict.fromkeys(chosen.doubts))
    if chosen.high is not None:
        confidence = min(confidence, 0.65)
    if unseen:
        doubts.append("The price stands in the page's data; it was not found in the visible text.")
    mark = seen.amount if seen is not None else chosen.amount
    currency, guess = _currency(page, mark, chosen.currency, [chosen])
    if guess:
        doubts.append(guess)
    list_price = chosen.list_price or (_list_price(seen, sights or [], []) if seen is not None else None)
    return Product(
        **_plain(facts), price=chosen.value, currency=currency,
        list_price=list_price if list_price and list_price > chosen.value else None, source=chosen.source,
        raw=squeeze(chosen.amount.raw, 80), where=chosen.where, confidence=confidence, doubts=tuple(doubts),
    )  # fmt: skip


def _silent(facts: Facts, error: str) -> Product:
    return Product(**_plain(facts), error=error, doubts=(error,))


def _plain(facts: Facts) -> dict[str, Any]:
    return {key: getattr(facts, key) for key in ("name", "brand", "gtin", "sku", "image", "availability")}


def _facts(found: list[Candidate], meta: Facts, page: Page) -> Facts:
    facts = Facts()
    for candidate in found:
        facts = facts.or_else(candidate.facts)
    if not facts.name and page.heading is not None:
        facts = facts.or_else(Facts(name=squeeze(page.heading.text()) or None))
    facts = facts.or_else(meta)
    return facts if facts.name else facts.or_else(Facts(name=page.title or None))


def _currency(
    page: Page, amount: Amount, stated: str | None, candidates: list[Candidate]
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
