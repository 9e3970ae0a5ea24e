"""The quick way: a price that all machine-readable data agree on, and that the page's source shows undisturbed.

It spares the walk over the page. Only the source around the shown amount is looked at: where another
amount stands near that is not plainly an old price, the slow way decides.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from engine.workloads.web.price.amounts.amount import Amount, find_amounts
from engine.workloads.web.price.amounts.pieces import one_line
from engine.workloads.web.price.deciding.labels import MEMBER, MEMBERS_AFTER
from engine.workloads.web.price.deciding.visible import called_aside
from engine.workloads.web.price.product import Candidate

NEAR = 450
"""Bytes of source before and behind the shown amount that are read, white space counted once."""
WIDE = 1_200
"""The same with all its white space, at most."""
MOST_PLACES = 8
MOST_LETTERS = 20
"""Characters that stand with a shown price in its element."""
MOST_OCCURRENCES = 1_500
GROUP_MARKS = ("", ".", ",", "'", " ", "&nbsp;", "\u00a0")
LEAST_WEIGHT = 0.75
_OLD = re.compile(
    r"<(?:del|s|strike)\b|line-through|\b(?:old|was|list|regular|reg|msrp|rrp|compare|original|strike\w*|before|statt|uvp)\b"
    r"|(?:old|was|list|regular|strike|compare)[_-]?price",
    re.I,
)
_SAVING = re.compile(r"\bsav(?:e|ing)|\d\s?%|\boff\b|rabatt|ersparnis|économi|ahorr", re.I)
"""What is saved on a price: there is an old one then, which the whole page tells."""
_TAG = re.compile(r"<[^>]*>?")
_END = re.compile(rb"(?:[.,](?:00|-{1,2}|\xe2\x80\x93))?(?![\d.,])")
_NO_START = b"0123456789<=\""
_BUSY = re.compile(rb"[\d<=\"]")
_REST = re.compile(rb"([^<>\d]{0,200})<")
_TEXT = re.compile(r"(?:^|>)([^<>]*\d[^<>]*)(?=<|$)")


def undisputed(stated: list[Candidate], raw: bytes) -> Candidate | None:
    """The candidate that all structured sources agree on and that the page shows; None where there is any doubt."""
    if len({candidate.value for candidate in stated}) != 1:
        return None
    if any(candidate.doubts or candidate.high is not None for candidate in stated):
        return None
    best = max(stated, key=lambda candidate: candidate.weight)
    currency = next((candidate.currency for candidate in stated if candidate.currency), None)
    if best.weight < LEAST_WEIGHT:
        return None
    for place in _places(best.value, raw):
        lists = _around(best.value, raw, place)
        if lists is None:
            continue
        amount = best.amount if currency else _marked(best.amount, raw, place)
        if currency or amount.mark:
            list_price = best.list_price or min(lists, default=None)
            return replace(best, amount=amount, currency=currency, list_price=list_price)
    return None


def _places(value: Decimal, raw: bytes) -> Iterator[tuple[int, int]]:
    """Where the value stands as text between two tags, in any number format."""
    whole, _, cents = format(value.quantize(Decimal("0.01")), "f").partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    leads = [(mark.join(groups[:-1]) + mark).encode() for mark in GROUP_MARKS] if len(groups) > 1 else [b""]
    tails = ("." + cents, "," + cents) if cents != "00" else (".00", ",00", "") if len(whole) < 3 else ("",)
    texts = ((groups[-1] + tail).encode() for tail in tails)
    places = (place for text in texts for place in _occurrences(text, leads, raw))
    return islice((place for place in places if _alone(raw, *place)), MOST_PLACES)


def _occurrences(text: bytes, leads: list[bytes], raw: bytes) -> Iterator[tuple[int, int]]:
    """Where a number stands: its last digits, one of its leads before them and no digit behind."""
    place = raw.find(text)
    for _ in range(MOST_OCCURRENCES):
        if place < 0:
            return
        lead = next((len(lead) for lead in leads if raw.startswith(lead, max(0, place - len(lead)))), -1)
        # A digit or a quote before it: it is not the first of a text (_alone).
        begins = lead >= 0 and (place <= lead or raw[place - lead - 1] not in _NO_START)
        end = _END.match(raw, place + len(text)) if begins else None
        if end is not None:
            yield place - lead, end.end()
        place = raw.find(text, place + 1)


def _alone(raw: bytes, start: int, end: int) -> bool:
    """Whether the number is the first of a text between two tags, with but a few letters around it."""
    lead = raw[max(0, start - 200) : start].rpartition(b">")
    rest = _REST.match(raw, end)
    if not lead[1] or rest is None or _BUSY.search(lead[2]):
        return False
    return len(lead[2].strip()) <= MOST_LETTERS and len(rest[1].strip()) <= MOST_LETTERS


def _marked(amount: Amount, raw: bytes, place: tuple[int, int]) -> Amount:
    """The amount with the currency that the page shows beside it, if there is one."""
    text = _TAG.sub(" ", raw[place[0] - 60 : place[1] + 60].decode("utf-8", "ignore").partition(">")[2])
    shown = (found.mark for found in find_amounts(text) if found.value == amount.value and found.mark)
    return replace(amount, mark=amount.mark or next(shown, None))


def _around(value: Decimal, raw: bytes, place: tuple[int, int]) -> list[Decimal] | None:
    """The old prices near the shown amount; None where it is old itself or another amount disputes it."""
    start, end = place
    before = _squeezed(raw[max(0, start - WIDE) : start])[-NEAR:].decode("utf-8", "ignore")
    behind = _squeezed(raw[end : end + WIDE])[:NEAR].decode("utf-8", "ignore")
    if _OLD.search(before[-160:]) or "<option" in before[-160:]:
        return None
    if called_aside(_text(before)[-60:], _text(behind)[:60]):
        return None
    lists: list[Decimal] = []
    for source in (before, behind):
        for other in _others(source):
            if other.value == value:
                continue
            if value < other.value <= 10 * value and _OLD.search(other.context):
                lists.append(other.value)
            elif not other.is_aside() or (not lists and _SAVING.search(other.lead + other.rest)):
                return None
    return lists


def _squeezed(source: bytes) -> bytes:
    return b" ".join(source.split())


@dataclass(frozen=True, slots=True)
class _Other:
    """An amount near the shown one; `context` is the source from the amount before it, the texts stand around it."""

    value: Decimal
    context: str
    lead: str
    rest: str

    def is_aside(self) -> bool:
        """Whether what stands around it calls it an instalment, the shipping, a saving or the like."""
        lead, rest = _text(self.lead)[-60:], _text(self.rest)[:60]
        if MEMBER.search(lead) or MEMBERS_AFTER.match(rest):
            return False  # it is told of the product too, for which the whole page is read
        return called_aside(lead, rest)


def _text(source: str) -> str:
    return one_line(html.unescape(_TAG.sub(" ", source)))


def _others(source: str) -> Iterator[_Other]:
    """The amounts with a currency in a piece of source."""
    last = 0
    for text in _TEXT.finditer(source):
        context = source[last : text.end()]
        shown = one_line(html.unescape(text[1]))
        amounts = [amount for amount in find_amounts(shown, None, 6) if amount.mark and amount.value > 0]
        for number, amount in enumerate(amounts):
            lead = shown[amounts[number - 1].end if number else 0 : amount.start]
            rest = shown[amount.end : amounts[number + 1].start if number + 1 < len(amounts) else len(shown)]
            yield _Other(
                amount.value, context,
                lead if number or lead.strip() else source[last : text.start(1)],
                rest if number + 1 < len(amounts) or rest.strip() else source[text.end() :],
            )  # fmt: skip
        last = text.end()
