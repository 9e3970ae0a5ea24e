"""A coupon that the page offers on its product: the shop's own sentence, found in the source below the heading.

Looked for without a parser, so that pages that need no tree have theirs too. What stands above the heading is the
shop's, not the product's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from engine.workloads.web.price.page import squeeze

BELOW_HEADING = 30_000
"""Bytes behind the heading in which the product's own box lies."""
MOST_PLACES = 40
LONGEST = 160
_HEADING = re.compile(rb"<h1")
"""Twice as quick as `bytes.find`, whose work grows with short words."""
_WORDS = (b"oupon", b"oucher", b"utschein")
_BEFORE_CODE = b"heot"
"""The last letters of `with`, `use` or `voucher`, `promo` and `discount`, of which one stands before ` code`."""
_WORTH = r"(?:\d{1,2}\s?%|[$€£]\s?\d{1,4}(?:[.,]\d\d)?|\d{1,4}(?:[.,]\d\d)?\s?(?:€|kr|zł|EUR))"
_COUPON = re.compile(
    rf"{_WORTH}.{{0,50}}\b(?:coupon|voucher|gutschein\w*|code)\b"
    rf"|\b(?:coupon|voucher|gutschein\w*|(?:promo|discount|with|use) code)\b.{{0,50}}{_WORTH}"
    r"|\b(?:(?:coupon|voucher|promo|discount|gutschein)[ -]?code|with code|use code)\b:?\s+[A-Z][A-Z0-9]{3,14}\b",
    re.I,
)
_TAGS = re.compile(rb"</?(?:b|strong|span|em|i|label|a)\b[^<>]{0,200}>")


def coupon_of(source: bytes) -> str | None:
    """What the page says of a coupon, as one line; None where it offers none."""
    found = _HEADING.search(source)
    heading = found.start() if found else 0
    end = heading + BELOW_HEADING
    for places in _places(source, heading, end):
        for place in places[:MOST_PLACES]:
            text = _text_around(source, place)
            if text and _COUPON.search(text):
                return text
    return None


def _places(source: bytes, start: int, end: int) -> Iterator[list[int]]:
    """Where the words stand, in order, word by word."""
    for word in _WORDS:
        yield _found(source, word, start, end)
    codes = _found(source, b" code", start, end)
    for letter in _BEFORE_CODE:
        yield [place - 1 for place in codes if place > start and source[place - 1] == letter]


def _found(source: bytes, word: bytes, start: int, end: int) -> list[int]:
    places: list[int] = []
    place = source.find(word, start, end)
    while place >= 0:
        places.append(place)
        place = source.find(word, place + 1, end)
    return places


def _text_around(source: bytes, place: int) -> str:
    """The text of the block that this place is in, its inline elements joined; empty for what is no shown text."""
    piece = _TAGS.sub(b"", source[max(0, place - 400) : place]).rpartition(b">")[2]
    piece += _TAGS.sub(b"", source[place : place + 400]).partition(b"<")[0]
    if any(mark in piece for mark in (b"{", b"}", b'":', b"=\"", b";", b"\\")) and b"&" not in piece:
        return ""
    text = squeeze(html.unescape(piece.decode("utf-8", "ignore")))
    return text if len(text) <= LONGEST else ""
