"""What a page tells machines about itself, cut out of its source and parsed alone: a tenth of the work of the page.

Many shops state the price once, in JSON-LD or meta tags. Their pages need no tree (read.py tries this first); pages
with marked prices (microdata, RDFa) do, since those belong to whatever product they stand in.
"""

from __future__ import annotations

import re

from engine.workloads.web.price.page import ParsedPage, tree_of

HEAD = 100_000
"""Bytes in which meta tags are expected."""
LONGEST_TAG = 4_000
MOST_TAGS = 32_000
"""Bytes of tags and headings in one excerpt, so that no attributes can cost much (bounds.py)."""
MOST_PIECES = 1_500
"""Elements that are looked at; some frameworks put comments around each text, and then parsing is quicker."""
_PIECE = re.compile(rb"<([!hHlLmMsStT](?:--|(?i:tml|1|ink|eta|cript|tyle|itle)(?=[\s/>])))")
"""Begins with one small set of bytes: all other tags are passed over at once."""
_REST_OF_TAG = re.compile(rb"[^>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^>\"']*+)*+>")
_JSON_LD = b"application/ld+json"
"""As nearly all write it; the longer the word, the quicker it is found."""
_MARKED = re.compile(rb"itemprop\s*=\s*[\"']?[^\"'>]{0,60}?(?:[pP]rice|[cC]urrency[vV]alue)")
_TYPED = re.compile(rb"typeof\s*=\s*[\"'a-zA-Z]")
_ALONE = frozenset([b"html", b"meta", b"link"])
_KEPT = frozenset([b"title", b"h1"])


def excerpt(data: bytes, url: str | None) -> ParsedPage | None:
    """The page with nothing but its JSON-LD, meta tags, title and headings; None where that could not settle a price.

    It raises `Incomplete` when it is asked for what it lacks.
    """
    if data.find(b"price:amount", 0, HEAD) < 0 and not _has_priced_json_ld(data):
        return None
    marked = data.find(b"itemprop")
    if (marked >= 0 and _MARKED.search(data, marked)) or _TYPED.search(data):
        return None
    pieces = _pieces(data)
    if pieces is None:
        return None
    kept = b"\n".join(pieces)
    return ParsedPage(tree_of(kept), kept, url, whole=False)


def _has_priced_json_ld(data: bytes) -> bool:
    """Whether JSON-LD names some price, so that it may settle the page's."""
    place = data.find(_JSON_LD)
    while place >= 0:
        end = data.find(b"</", place)
        if data.find(b"rice", place, end if end >= 0 else len(data)) >= 0:
            return True
        place = data.find(_JSON_LD, place + len(_JSON_LD))
    return False


def _pieces(data: bytes) -> list[bytes] | None:
    """The elements that are kept, in order; None where the source is not plain enough to cut them out."""
    pieces: list[bytes] = []
    place, left = 0, MOST_TAGS
    for _ in range(MOST_PIECES):
        found = _PIECE.search(data, place)
        if found is None:
            return pieces
        start, name = found.start(), found[1].lower()
        if name == b"!--":
            place = data.find(b"-->", start + 2) + 3
            if place < 3:
                return None
            continue
        tag = _REST_OF_TAG.match(data, found.end(), found.end() + LONGEST_TAG)
        if tag is None:
            return None
        place = tag.end()
        if name in _ALONE:
            piece = data[start:place] if name != b"link" or b"canonical" in data[start:place] else b""
        else:
            end = _closing(data, name, place)
            if end < 0 or (name in _KEPT and end - place > LONGEST_TAG):
                return None
            kept = name in _KEPT or (name == b"script" and b"ld+json" in data[start:place].lower())
            piece = data[start:end] + b"</" + name + b">" if kept else b""
            left += end - place if name == b"script" and kept else 0
            place = end
        left -= len(piece)
        if left < 0:
            return None
        if piece:
            pieces.append(piece)
    return None


def _closing(data: bytes, name: bytes, place: int) -> int:
    """Where the closing tag of an element begins, -1 without one."""
    end = data.find(b"</" + name, place)
    if end >= 0:
        return end
    found = re.compile(rb"(?i)</" + name).search(data, place)
    return found.start() if found else -1
