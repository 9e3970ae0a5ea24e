"""One walk over the page's body: every price that a reader would see, the heading and the buy buttons.

Prices in pieces (`$`, `19`, `99`) are put together here. Nothing is judged here: visible.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from engine.workloads.web.price.amounts.amount import Amount, find_amounts
from engine.workloads.web.price.amounts.currency import COMPOSED, is_mark
from engine.workloads.web.price.amounts.pieces import SIGN, incomplete, joined, marked, one_line
from engine.workloads.web.price.deciding.labels import (
    BUTTON,
    BUTTON_STARTS,
    BUTTON_WORDS,
    OTHERS,
    OTHERS_STARTS,
    STOCK,
    STOCK_STARTS,
)
from engine.workloads.web.price.page import ParsedPage
from engine.workloads.web.price.product import Availability

MOST_ELEMENTS = 120_000
REACH = 2_000
"""Nodes behind the heading that are walked first: what stands farther has no part in the product's own box."""
MOST_SIGHTS = 250
MOST_TEXTS = 1_000
LONGEST_TEXT = 160
"""Characters of a text node beyond which it is prose, not a price."""
SKIPPED = frozenset(["script", "style", "template", "noscript", "textarea", "title", "svg", "iframe"])
_TELLING = BUTTON_STARTS | OTHERS_STARTS | STOCK_STARTS
_digit = re.compile(r"\d").search
_BARE = re.compile(r"[\d.,'’٫٬،，． \u00a0\u202f*]{1,14}(?:[-–]{1,2})?")
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
class Sight:
    """One price in the visible text. `place` counts nodes from the body's start; `score` is in no unit.

    `node` holds the whole price, `leaf` the piece of it that was met first. `follows` is the text node before it;
    `listed` says that a title such as “You may also like” stands above it, `above` that it stands above the heading.
    `struck` prices have a line through them, `net` ones are before tax, and `gross` is then the one with it beside,
    `former` is what words that call it an old price would take from its score, `labelled` that these stand in the text
    before it, `current` says that its element calls it
    the present one, `aside` that it is a saving, an instalment, a price per unit or the like, `member` that it is for
    members of the shop's programme; `old` is the outcome.
    """

    amount: Amount
    node: LexborNode
    place: int
    before: str
    after: str
    high: Decimal | None = None
    score: float = 0.0
    old: bool = False
    struck: bool = False
    former: float = 0.0
    current: bool = False
    aside: bool = False
    member: bool = False
    net: bool = False
    gross: Decimal | None = None
    labelled: bool = False
    above: bool = False
    leaf: LexborNode | None = None
    follows: LexborNode | None = None
    listed: bool = False


@dataclass(slots=True)
class View:
    """What one walk over the page saw; `stock` is what the text says of it below the heading, `cut` that the
    walk ended before the page did."""

    sights: list[Sight]
    heading: int | None
    buttons: list[int]
    stock: Availability | None = None
    cut: bool = False


@dataclass(slots=True)
class _Text:
    """A text node that may hold a price, with what stands before it."""

    node: LexborNode
    place: int
    index: int
    follows: LexborNode | None
    listed: bool


def walk(page: ParsedPage, body: LexborNode, reach: int = MOST_ELEMENTS) -> Iterator[View]:
    """What a reader sees up to `reach` nodes behind the heading; who asks on gets what is seen to the page's end.

    One pass, which goes on where it stopped. At most MOST_SIGHTS prices in each view.
    """
    heading = page.heading
    heading_tag, heading_id = (heading.tag_id, heading.mem_id) if heading is not None else (-1, -1)
    view = View([], None, [])
    texts: list[str] = []
    found: list[_Text] = []
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
                    found.append(_Text(node, place, len(texts), last, listed))
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


def _seen(view: View, found: list[_Text], texts: list[str], mark: str | None) -> View:
    view.sights = _sights(found, texts, mark)
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
    if SIGN.search(text) or _BARE.fullmatch(text):
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


def _sights(found: list[_Text], texts: list[str], mark: str | None) -> list[Sight]:
    sights: list[Sight] = []
    seen: set[tuple[int, int]] = set()
    for item in found:
        text, index = texts[item.index], item.index
        element = item.node.parent
        if element is None or element.tag in SKIPPED:
            continue
        bare = _BARE.fullmatch(text) is not None
        if bare and element.tag == "option":
            continue
        amounts = [] if bare else [amount for amount in find_amounts(text, mark, 6) if amount.mark]
        before = texts[index - 1][-60:] if index else ""
        after = texts[index + 1][:60] if index + 1 < len(texts) else ""
        leaf = element
        if marked(texts[max(0, index - 3) : index + 4]) if bare else incomplete(text, amounts, before, after):
            whole_price, whole = joined(item.node, element, mark)
            if whole_price is not None:
                if (whole.mem_id, whole_price.start) in seen:
                    continue
                seen.add((whole.mem_id, whole_price.start))
                element, amounts, text = whole, [whole_price], whole_price.raw
        if bare and not amounts and before not in (".", ",") and after not in (".", ",") and _named_price(element):
            amounts = find_amounts(text, mark, 1)
        for sight in _split(amounts, text, element, item.place, before, after):
            sight.leaf, sight.follows, sight.listed = leaf, item.follows, item.listed
            sights.append(sight)
        if len(sights) >= MOST_SIGHTS:
            break
    return sights


def _split(amounts: list[Amount], text: str, element: LexborNode, place: int, before: str, after: str) -> list[Sight]:
    """A sight for each amount of one text; two amounts with a dash between them are one range."""
    if len(amounts) == 2 and re.fullmatch(r"\s*(?:-|–|—|to|bis|à|a|until)\s*", text[amounts[0].end : amounts[1].start]):
        low, high = sorted(amounts, key=lambda amount: amount.value)
        return [Sight(low, element, place, before + " " + text[: amounts[0].start], after, high.value)]
    sights = []
    for number, amount in enumerate(amounts):
        start = amounts[number - 1].end if number else 0
        lead = text[start : amount.start]
        end = amounts[number + 1].start if number + 1 < len(amounts) else len(text)
        tail = text[amount.end : end]
        sights.append(
            Sight(
                amount,
                element,
                place,
                lead if lead.strip() else before if not number else "",
                tail if tail.strip() else after,
            )
        )
    return sights


def _named_price(element: LexborNode) -> bool:
    place: LexborNode | None = element
    for _ in range(2):
        if place is None or not place.is_element_node:
            return False
        attributes = place.attributes
        if "price" in f"{attributes.get('class')} {attributes.get('id')} {attributes.get('itemprop')}".lower():
            return True
        place = place.parent
    return False
