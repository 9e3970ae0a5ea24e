"""How much of a page the parser can be given: its work grows with the square of the nesting and of a tag's attributes.

Nothing here parses. Both checks must be right for hostile pages and cheap for shops' own, since every page pays them.
"""

from __future__ import annotations

import re
from collections import Counter

HARMLESS = 64_000
"""Bytes up to which neither nesting nor attributes can cost more than half a second."""
MOST_STEPS = 150_000_000
"""Tags times the depth at which they stand: the parser looks upwards at each tag, at about 3 ns a step."""
MOST_PAIRS = 300_000_000
"""Attributes of a tag, squared: the parser compares each with all before it, 1.7 ns a pair (18 s for 100,000)."""
MANY_ATTRIBUTES = 500
"""Attributes of one tag from which they are counted."""
SHORT = 1_500
"""Bytes of a tag that hold about MANY_ATTRIBUTES with names that differ; longer tags do no harm on small pages."""
MOST_PRODUCT = 2_500_000_000
"""Bytes of a page times bytes of its longest tag: at 3 bytes and 1.7 ns for each pair, half a second."""
MOST_READ = 2_000_000
"""Bytes of tags that are read one by one before all are."""

TAGS_OF_PIECE = 1_000
LEAST_PIECE, MOST_PIECE = 32_768, 262_144
"""The depth is looked at every so many tags, and bytes: less often costs less, and takes pages for deeper."""

_TAG = re.compile(rb"<(/?[a-zA-Z][a-zA-Z0-9:-]*)")
_FLAT = "area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option"
_NEVER_DEEP = frozenset(name.encode() for name in _FLAT.split())
_START = re.compile(rb"<[a-zA-Z]")
_MAY_OPEN = b"= \t\n\r\x0b\x0c"
"""What stands directly before a quote that opens a value: what `rstrip` takes, or the sign itself."""
_PARTING = b" \t\n\r\x0b\x0c/="
"""Each attribute stands behind one of these, or behind another's value, which stands behind the sign."""
_ATTRIBUTE = rb"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?+"
_EACH = re.compile(_ATTRIBUTE)
_EXACT_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+((?:" + _ATTRIBUTE + rb"|[\s/]++)*+)")
_ROUGH_TAG = re.compile(rb"<[a-zA-Z][^>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^>\"']*+)*+")
"""At least as long as the tag that the parser sees, but for quotes in odd places; three times as fast to find."""


def harmless_length(data: bytes) -> int:
    """Bytes of the page, from its start, that can be parsed in bounded time; its length for every shop's page."""
    return min(_too_deep(data), _too_long(data)) if len(data) > HARMLESS else len(data)


def _too_deep(data: bytes) -> int:
    """Where parsing would have taken MOST_STEPS, by an upper bound of every piece's depth; else the page's length."""
    tags = len(data) - len(data.replace(b"<", b""))  # twice as quick as `count`
    # No tag stands deeper than there are tags before it.
    if tags * tags <= 2 * MOST_STEPS:
        return len(data)
    piece = max(LEAST_PIECE, min(len(data) * TAGS_OF_PIECE // tags, MOST_PIECE))
    depths: dict[bytes, int] = {}
    steps = 0
    for start in range(0, len(data), piece):
        found = _TAG.findall(data, start, start + piece)
        steps += len(found) * (sum(depths.values()) + _deepened(depths, Counter(found)))
        if steps > MOST_STEPS:
            return start
    return len(data)


def _deepened(depths: dict[bytes, int], tags: dict[bytes, int]) -> int:
    """The elements that the tags open, which are added to the depths by name, and what they close taken off."""
    opened = 0
    closing: list[tuple[bytes, int]] = []
    for written, number in tags.items():
        name = written.lower()
        if name.startswith(b"/"):
            closing.append((name[1:], number))
        elif name not in _NEVER_DEEP:
            depths[name] = depths.get(name, 0) + number
            opened += number
    for name, number in closing:
        if name in depths:
            depths[name] = max(0, depths[name] - number)
    return opened


def _too_long(data: bytes) -> int:
    """Where the attributes of tags have taken MOST_PAIRS; the page's length for less.

    What looks like a tag in a script counts too: whether a script is one is for the parser to know.
    """
    if all_short(data, max(SHORT, MOST_PRODUCT // len(data))):
        return len(data)
    pairs = 0
    for rough in _ROUGH_TAG.finditer(data):
        if rough.end() - rough.start() > 2 * MANY_ATTRIBUTES and _parts(rough[0]) > MANY_ATTRIBUTES:
            for tag in _EXACT_TAG.finditer(data, *rough.span()):
                pairs += _attributes(tag) ** 2
                if pairs > MOST_PAIRS:
                    return tag.start()
    return len(data)


def _attributes(tag: re.Match[bytes]) -> int:
    few = _parts(tag[0])
    return few if few <= MANY_ATTRIBUTES else len(_EACH.findall(tag[1]))


def _parts(tag: bytes) -> int:
    """At least as many as the tag has attributes: each stands behind white space, a slash or another's quoted value."""
    return len(tag.replace(b"/", b" ").split()) + tag.count(b"=")


def all_short(data: bytes, short: int) -> bool:
    """Whether surely every tag has at most `short` bytes, or no more attributes than fit there.

    The page is cut every few thousand bytes, behind a `>` that is in no tag; the tags of longer pieces are read.
    """
    place, budget = 0, MOST_READ
    rfind, last = data.rfind, len(data) - short
    while place < last:
        end = rfind(b">", place, place + short)
        # The same as _opener, called for the few quotes that may open a value.
        double, single = rfind(b'"', place, end), rfind(b"'", place, end)
        if end < 0 or (
            (data[double - 1] in _MAY_OPEN or data[single - 1] in _MAY_OPEN) and _opener(data, place, end) >= 0
        ):
            end = _last_outside(data, place, place + short)
        if end < 0:
            end = _first_outside(data, place, place + short)
            budget = _left_of(budget, data, place, end, short)
            if budget < 0:
                return False
        place = end + 1
    return True


def _left_of(budget: int, data: bytes, place: int, end: int, short: int) -> int:
    """What is left of the bytes that may be read when the tags of a long piece are; below zero for one too long."""
    first, last = data.find(b"<", place, end), data.rfind(b"<", place, end)
    many, few = short // 3, -1  # as many as a tag of `short` bytes may have
    for found in _START.finditer(data, first, last + 2) if first >= 0 else ():
        start = found.start()
        if _last_outside(data, start, start + short) >= 0:
            continue
        if few < 0:
            few = _few_behind(data, start, end, many)
        if start >= few:
            break
        tag = _EXACT_TAG.match(data, start, end)
        length = 0 if tag is None else tag.end() - start
        budget -= length
        if budget < 0 or (length > 2 * many and tag and _attributes(tag) > many):
            return -1
    return budget


def _few_behind(data: bytes, place: int, end: int, left: int) -> int:
    """From where on no tag of the piece can have more attributes than are left, by what parts them."""
    while end > place:
        begin = max(place, end - MANY_ATTRIBUTES)
        piece = data[begin:end]
        left -= len(piece) - len(piece.translate(None, _PARTING))
        if left < 0:
            return end
        end = begin
    return place


def _last_outside(data: bytes, start: int, end: int) -> int:
    """The last of the last few `>` before `end` that are in no tag; -1 if there is none. `start` is in no tag."""
    for _ in range(12):
        end = data.rfind(b">", start, end)
        if end < 0 or _opener(data, start, end) < 0:
            return end
    return -1


def _first_outside(data: bytes, start: int, end: int) -> int:
    """The first `>` from `end` on that is in no tag; the page's length if there is none near."""
    for _ in range(200):
        end = data.find(b">", end)
        if end < 0:
            break
        quote = _opener(data, start, end)
        if quote < 0:
            return end
        end = data.find(data[quote : quote + 1], end)
        if end < 0:
            break
    return len(data)


def _opener(data: bytes, start: int, end: int) -> int:
    """The quote that may open a value around the `>` at `end`, in a tag that began behind `start`; -1 if there is none.

    It would be the last quote of its kind, behind a `=`.
    """
    for sign in (b'"', b"'"):
        quote = data.rfind(sign, start, end)
        if quote >= 0 and (quote == start or data[quote - 1] in _MAY_OPEN) and _opens(data, start, quote):
            return quote
    return -1


def _opens(data: bytes, start: int, quote: int) -> bool:
    """Whether a quote may open a value: it stands behind a `=`."""
    lead = data[max(start, quote - 20) : quote].rstrip()
    return not lead or lead.endswith(b"=")
