"""The quick way: a price that all machine-readable data agree on, and that the page's source shows undisturbed.

It spares the walk over the page. Only the source around the shown amount is looked at: where another
amount stands near that is not plainly an old price, the slow way decides.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from engine.workloads.web.price.amounts.amount import Amount, find_amounts
from engine.workloads.web.price.amounts.pieces import one_line
from engine.workloads.web.price.product import Candidate

NEAR = 450
"""Bytes of source before and behind the shown amount that are read."""
MOST_PLACES = 20
MOST_OCCURRENCES = 1_500
GROUP_MARKS = ("", ".", ",", "'", " ", "&nbsp;", "\u00a0")
LEAST_WEIGHT = 0.75
_OLD = re.compile(
    r"<(?:del|s|strike)\b|line-through|\b(?:old|was|list|regular|reg|msrp|rrp|compare|original|strike\w*|before|statt|uvp)\b"
    r"|(?:old|was|list|regular|strike|compare)[_-]?price",
    re.I,
)
_TAG = re.compile(r"<[^>]*>?")
_END = re.compile(rb"(?:[.,](?:00|-{1,2}|\xe2\x80\x93))?(?![\d.,])")
_NO_START = b"0123456789<=\""
_BUSY = re.compile(rb"[\d<=\"]")
_SHORT_END = re.compile(rb"[^<>\d]{0,20}<")
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
    lead = raw[max(0, start - 20) : start].rpartition(b">")
    return bool(lead[1]) and _BUSY.search(lead[2]) is None and _SHORT_END.match(raw, end) is not None


def _marked(amount: Amount, raw: bytes, place: tuple[int, int]) -> Amount:
    """The amount with the currency that the page shows beside it, if there is one."""
    text = _TAG.sub(" ", raw[place[0] - 60 : place[1] + 60].decode("utf-8", "ignore").partition(">")[2])
    shown = (found.mark for found in find_amounts(text) if found.value == amount.value and found.mark)
    return replace(amount, mark=amount.mark or next(shown, None))


def _around(value: Decimal, raw: bytes, place: tuple[int, int]) -> list[Decimal] | None:
    """The old prices near the shown amount; None where it is old itself or another amount disputes it."""
    start, end = place
    before = raw[max(0, start - NEAR) : start].decode("utf-8", "ignore")
    behind = raw[end : end + NEAR].decode("utf-8", "ignore")
    if _OLD.search(before[-160:]) or "<option" in before[-160:]:
        return None
    lists: list[Decimal] = []
    for source in (before, behind):
        for other, context in _amounts(source):
            if other == value:
                continue
            if other < value or not _OLD.search(context):
                return None
            lists.append(other)
    return lists


def _amounts(source: str) -> list[tuple[Decimal, str]]:
    """The amounts with a currency in a piece of source, each with the source from the amount before it."""
    found: list[tuple[Decimal, str]] = []
    last = 0
    for text in _TEXT.finditer(source):
        context = source[last : text.end()]
        shown = one_line(html.unescape(text[1]))
        amounts = (amount for amount in find_amounts(shown, None, 6) if amount.mark and amount.value > 0)
        found.extend((amount.value, context) for amount in amounts)
        last = text.end()
    return found
