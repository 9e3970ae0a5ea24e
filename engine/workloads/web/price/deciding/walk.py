"""One walk over the page's body: the texts that may hold a price (`sights` makes prices of them), the heading and the
buy buttons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

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
NEARER = ((300, 400), (300, 1_200))
"""Nodes above the heading and below it that are looked at first: what is farther has no part in the product's box."""
PORTION = 500
"""Nodes that are fetched at once."""
MOST_TEXTS = 1_000
LONGEST_TEXT = 160
"""Characters of a text node beyond which it is prose, not a price."""
_TELLING = frozenset(
    "".join(letters)
    for start in BUTTON_STARTS | OTHERS_STARTS | STOCK_STARTS
    for letters in product(*((letter, letter.upper()) for letter in start))
)
"""The first letters of texts that tell something besides prices, in every case: quicker than to fold each text."""
_no_ascii_digit = frozenset("0123456789").isdisjoint
_digit = re.compile(r"\d").search
_BEHIND = re.compile(r"\d(?:[.,]-)?\s{0,2}([^\W\d_]{2,5}|[đĐрР])(?![^\W\d_])")
_BEFORE = re.compile(r"\d\s{0,2}\.?([^\W\d_]{1,5})(?![^\W\d_])")
"""Letters behind a number, and, read from the text's end, before one: a digit comes first, which is quick to find."""
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
_TELLING_TAGS = {_TEXT, *_SKIPPED_TAGS, *_tags("button", "input", "form")}


@dataclass(slots=True)
class View:
    """What one walk over the page saw; `stock` is what the text says of it below the heading, `cut` that the
    walk did not go over the whole page."""

    sights: list[Sight]
    heading: int | None
    buttons: list[int]
    stock: Availability | None = None
    cut: bool = False


def walk(page: ParsedPage, body: LexborNode) -> Iterator[View]:
    """What a reader sees around the heading, nearer nodes first (NEARER), at last the whole page.

    Each view has all of the one before, seen anew; at most MOST_SIGHTS prices.
    """
    heading = page.heading
    nodes = islice(body.traverse(include_text=True, skip_empty=True), MOST_ELEMENTS)
    passed: list[LexborNode] = []
    tags: list[int] = []  # numbers: the names would be made anew for each node
    place: int | None = None
    while place is None and (portion := list(islice(nodes, PORTION))):
        numbers = [node.tag_id for node in portion]
        found = _place_of(heading, portion, numbers) if heading is not None else None
        place = None if found is None else len(passed) + found
        passed += portion
        tags += numbers
    for above, reach in NEARER if place is not None else ():
        begin, end = max(0, (place or 0) - above), (place or 0) + reach
        passed += islice(nodes, max(0, end - len(passed)))
        tags += [node.tag_id for node in passed[len(tags) :]]
        yield _Walk(place, page.decimal_mark).over(passed[:end], tags[:end], begin, True)
        if len(passed) < end:
            break
    passed += nodes
    tags += [node.tag_id for node in passed[len(tags) :]]
    yield _Walk(place, page.decimal_mark).over(passed, tags, 0, False)


def _place_of(heading: LexborNode, nodes: list[LexborNode], tags: list[int]) -> int | None:
    """Where the heading is among these nodes; None where it is not."""
    number, identity = heading.tag_id, heading.mem_id
    places = (place for place, tag in enumerate(tags) if tag == number) if number in tags else ()
    return next((place for place in places if nodes[place].mem_id == identity), None)


class _Walk:
    """What one walk meets: `texts` are all that it read, `found` those that may hold a price."""

    def __init__(self, heading: int | None, mark: str | None) -> None:
        self.view = View([], heading, [])
        self.mark = mark
        self.texts: list[str] = []
        self.found: list[Text] = []
        self.listed = False

    def over(self, nodes: list[LexborNode], tags: list[int], begin: int, cut: bool) -> View:
        """What the nodes from `begin` on show."""
        skip = False
        last: LexborNode | None = None
        heading, texts = self.view.heading, self.texts
        for place, tag in enumerate(tags[begin:], begin):
            if tag not in _TELLING_TAGS:
                if place == heading:
                    self.listed = False
                continue
            node = nodes[place]
            if tag != _TEXT:
                if tag in _SKIPPED_TAGS:
                    skip = True
                elif _buys(node):
                    self.view.buttons.append(place)
                continue
            if skip:
                if (parent := node.parent) is not None and parent.tag_id in _SKIPPED_TAGS:
                    continue
                skip = False
            if text := one_line(node.text_content or ""):
                if len(text) > LONGEST_TEXT:
                    text = text[:LONGEST_TEXT]
                elif text[:3] in _TELLING or _has_digit(text):
                    self._read(text, node, place, last)
                texts.append(text)
                last = node
        return self._seen(cut)

    def _read(self, text: str, node: LexborNode, place: int, last: LexborNode | None) -> None:
        """What a short text says that has a digit or begins as something that tells."""
        if _has_digit(text) and _like_a_price(text):
            if len(self.found) < MOST_TEXTS:
                self.found.append(Text(node, place, len(self.texts), last, self.listed))
        elif text[:3] in _TELLING:
            view = self.view
            if BUTTON.match(text):
                view.buttons.append(place)
            elif OTHERS.match(text):
                self.listed = True
            elif view.stock is None and not self.listed and view.heading is not None and place > view.heading:
                view.stock = next((stock for pattern, stock in STOCK if pattern.match(text)), None)

    def _seen(self, cut: bool) -> View:
        view = self.view
        view.cut = cut
        view.sights = sights_of(self.found, self.texts, self.mark)
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


def _has_digit(text: str) -> bool:
    return not _no_ascii_digit(text) or (not text.isascii() and _digit(text) is not None)


def _like_a_price(text: str) -> bool:
    """Whether a text with a digit is worth a closer look: it has a sign, is a bare number, or names a currency."""
    plain = text.isascii()
    if "$" in text or (not plain and SIGN.search(text)) or BARE.fullmatch(text):
        return True
    if len(text) >= 60:
        return False
    if not plain:
        text = _INVISIBLE.sub(" ", text)
    if any(map(is_mark, _BEHIND.findall(text))) or any(is_mark(word[::-1]) for word in _BEFORE.findall(text[::-1])):
        return True
    if plain and not ("/" in text or "." in text or "'" in text):
        return False  # no composed mark is of Latin letters alone
    return _COMPOSED.search(text) is not None
