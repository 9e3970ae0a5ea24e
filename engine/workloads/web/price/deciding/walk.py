"""One walk over the page's body: the texts that may hold a price (`sights` makes prices of them), the heading and the
buy buttons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from engine.workloads.web.price.amounts.currency import COMPOSED, is_mark
from engine.workloads.web.price.amounts.pieces import SIGN, one_line
from engine.workloads.web.price.deciding.labels import (
    BUTTON,
    BUTTON_STARTS,
    BUTTON_WORDS,
    OTHERS,
    OTHERS_STARTS,
    STOCK,
    STOCK_STARTS,
)
from engine.workloads.web.price.deciding.sights import BARE, SKIPPED, Sight, Text, sights_of
from engine.workloads.web.price.page import ParsedPage
from engine.workloads.web.price.product import Availability

MOST_ELEMENTS = 120_000
REACH = 2_000
"""Nodes behind the heading that are walked first: what stands farther has no part in the product's own box."""
MOST_TEXTS = 1_000
LONGEST_TEXT = 160
"""Characters of a text node beyond which it is prose, not a price."""
_TELLING = BUTTON_STARTS | OTHERS_STARTS | STOCK_STARTS
_digit = re.compile(r"\d").search
_LETTERS = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,5})\.?\s{0,2}\d|\d(?:[.,]-)?\s{0,2}([^\W\d_]{2,5}|[đĐрР])(?![^\W\d_])")
_COMPOSED = re.compile(rf"\d\s{{0,2}}(?i:{COMPOSED})(?![^\W\d_])|(?<![^\W\d_])(?i:{COMPOSED})\.?\s{{0,2}}\d")
_INVISIBLE = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Marks of writing direction, which stand between an amount and an Arabic or Hebrew currency."""


def _tags(*names: str) -> frozenset[int]:
    """The parser's own numbers of these tags."""
    numbers = (LexborHTMLParser(f"<{name}>", is_fragment=True).css_first(name) for name in names)
    return frozenset(node.tag_id for node in numbers if node is not None)


_TYPED = frozenset(["hidden", "text", "radio", "checkbox", "email", "search", "number", "password", "tel"])
"""Kinds of input that nobody buys with."""
_TEXT = 2
"""LXB_TAG__TEXT in lexbor's tag/const.h; a test holds it against the installed parser."""
_SKIPPED_TAGS = _tags(*SKIPPED)
_BUYING_TAGS = _tags("button", "input", "form")


@dataclass(slots=True)
class View:
    """What one walk over the page saw; `stock` is what the text says of it below the heading, `cut` that the
    walk ended before the page did."""

    sights: list[Sight]
    heading: int | None
    buttons: list[int]
    stock: Availability | None = None
    cut: bool = False


def walk(page: ParsedPage, body: LexborNode, reach: int = MOST_ELEMENTS) -> Iterator[View]:
    """What a reader sees up to `reach` nodes behind the heading; who asks on gets what is seen to the page's end.

    One pass, which goes on where it stopped. At most MOST_SIGHTS prices in each view.
    """
    heading = page.heading
    heading_tag, heading_id = (heading.tag_id, heading.mem_id) if heading is not None else (-1, -1)
    view = View([], None, [])
    texts: list[str] = []
    found: list[Text] = []
    skip = listed = False
    last: LexborNode | None = None
    special = {*_SKIPPED_TAGS, *_BUYING_TAGS, heading_tag}
    nodes = body.traverse(include_text=True, skip_empty=True)
    end = MOST_ELEMENTS
    for place, node in enumerate(islice(nodes, MOST_ELEMENTS)):
        if place > end:
            yield _seen(replace(view, buttons=[*view.buttons], cut=True), found, texts, page.decimal_mark)
            end = MOST_ELEMENTS
        tag = node.tag_id  # a number: the name would be made anew for each of thousands of nodes
        if tag != _TEXT:
            skip = False
            if tag in special:
                if tag in _SKIPPED_TAGS:
                    skip = True
                elif tag == heading_tag and node.mem_id == heading_id:
                    view.heading, listed, end = place, False, place + reach
                elif tag in _BUYING_TAGS and _buys(node):
                    view.buttons.append(place)
            continue
        if skip or not (text := one_line(node.text_content or "")):
            continue
        if len(text) <= LONGEST_TEXT:
            if _digit(text) and _like_a_price(text):
                if len(found) < MOST_TEXTS:
                    found.append(Text(node, place, len(texts), last, listed))
            elif text[:3].lower() in _TELLING:
                if BUTTON.match(text):
                    view.buttons.append(place)
                elif OTHERS.match(text):
                    listed = True
                elif view.stock is None and not listed and view.heading is not None:
                    view.stock = next((stock for pattern, stock in STOCK if pattern.match(text)), None)
        else:
            text = text[:LONGEST_TEXT]
        texts.append(text)
        last = node
    yield _seen(view, found, texts, page.decimal_mark)


def _seen(view: View, found: list[Text], texts: list[str], mark: str | None) -> View:
    view.sights = sights_of(found, texts, mark)
    for sight in view.sights:
        sight.above = view.heading is not None and sight.place < view.heading
    return view


def _buys(node: LexborNode) -> bool:
    attributes = node.attributes
    if attributes.get("type") in _TYPED:
        return False
    told = " ".join(
        value[:100]
        for key in ("value", "name", "id", "class", "alt", "title", "action")
        if (value := attributes.get(key))
    )
    told = told.lower()
    return any(word in told for word in BUTTON_WORDS) and BUTTON.search(told) is not None


def _like_a_price(text: str) -> bool:
    """Whether a text with a digit is worth a closer look: it has a sign, is a bare number, or names a currency."""
    if SIGN.search(text) or BARE.fullmatch(text):
        return True
    if len(text) >= 60:
        return False
    if not text.isascii():
        text = _INVISIBLE.sub(" ", text)
    if any(is_mark(first or second) for first, second in _LETTERS.findall(text)):
        return True
    if text.isascii() and not ("/" in text or "." in text or "'" in text):
        return False  # no composed mark is of Latin letters alone
    return _COMPOSED.search(text) is not None
