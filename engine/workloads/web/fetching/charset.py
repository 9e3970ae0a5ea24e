"""From a page's bytes to its text: byte order mark, header, meta element, then detection on a bounded prefix.

A page is decoded here, once; whoever reads it reads that text. Labels mean what browsers take them for (the WHATWG
encoding standard, by webencodings). A declared charset that does not fit the bytes is not believed: the next source
is asked, and what cannot be read at the end becomes U+FFFD. Detection is charset-normalizer's, which requests brings
along; it is imported only for pages that declare nothing, are not UTF-8 and are not mostly ASCII.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from webencodings import lookup

META_PREFIX = 4_096
"""Bytes searched for a meta element: browsers look at 1,024, shops often need more."""
DETECT_PREFIX = 16_384
"""Bytes that detection looks at: its time grows with them."""
PIECE = 2_048
"""Bytes that are looked at together for anything but ASCII."""
BROKEN_SHARE = 20
"""A charset is believed while at most one in so many of the characters that are not ASCII cannot be read."""
FOREIGN_SHARE = 50
FEWEST_FOREIGN = 20
"""Detection needs so many bytes that are not ASCII, and one in FOREIGN_SHARE: fewer are a Western page's accents."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BEGINNINGS = tuple(mark for mark, _ in _MARKS)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)
_META = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE
)
_READ_BY = {"gbk": "gb18030", "replacement": "utf-8", "x-user-defined": "cp1252"}
"""gb18030 is how the standard decodes GBK; the other two are no charsets that a page's text can be kept in."""
_ASCII = bytes(range(128))
_SUPERSETS = {codecs.lookup(name).name for name in ("cp1252", "latin-1", "ascii")}


def decoded(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text and the name of the charset that read it; never raises."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace"), name
    declared: str | None = None
    for name in _claims(body, content_type):
        declared = declared or name
        text = _fitting(body, name)
        if text is not None:
            return text, name
    name = _detected(body) or declared or "cp1252"
    return body.decode(name, errors="replace"), name


def reads_as_utf8(body: bytes, content_type: str = "") -> bool:
    """Whether `decoded` would take these bytes for UTF-8, with no mark before it and none broken in it.

    A quarter of the work of decoding: most pieces of most pages are ASCII, which is told at once.
    """
    if body.startswith(_BEGINNINGS) or next(_claims(body, content_type)) != "utf-8":
        return False
    start = -1
    for place in range(0, len(body), PIECE):
        if not body[place : place + PIECE].isascii():
            start = place if start < 0 else start
        elif start >= 0:
            if not _is_utf8(body[start:place]):
                return False
            start = -1
    return start < 0 or _is_utf8(body[start:])


def claims_charset(body: bytes) -> bool:
    """Whether its beginning names a charset, as a page's does."""
    return _META.search(body[:META_PREFIX]) is not None


def _claims(body: bytes, content_type: str) -> Iterator[str]:
    """Charsets that the page claims, as Python's codecs, and UTF-8, which fits nothing else by chance."""
    header = _HEADER.search(content_type)
    in_header = _codec(header[1]) if header else None
    meta = _META.search(body[:META_PREFIX])
    in_meta = _codec(meta[1].decode("ascii")) if meta else None
    if in_meta and in_meta.startswith("utf-16"):
        in_meta = "utf-8"  # an element that reads as ASCII cannot stand in a UTF-16 page (WHATWG HTML, "prescan")
    if not in_header and in_meta and in_meta != "utf-8" and _plainly_utf8(body):
        yield "utf-8"
    if in_header in _SUPERSETS and in_meta == "utf-8":
        # What many servers put on every page by default; where the bytes bear the page's own word out, it wins.
        yield from (in_meta, in_header)
    elif in_header:
        yield in_header
    if in_meta:
        yield in_meta
    yield "utf-8"


def _plainly_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 with more than ASCII in them, which no text in another charset is by chance."""
    return not body.isascii() and _is_utf8(body)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _codec(label: str) -> str | None:
    """The name of Python's codec for a label, None for one that browsers do not know."""
    found = lookup(label)
    return None if found is None else _READ_BY.get(found.name) or codecs.lookup(found.codec_info.name).name


def _fitting(body: bytes, name: str) -> str | None:
    """The text where the charset fits the bytes; a few broken characters in a long page are no reason to doubt it."""
    try:
        return body.decode(name)
    except UnicodeDecodeError as error:
        if name == "utf-8" and error.reason == "unexpected end of data":  # cut off within its last character
            return body[: error.start].decode()
        text = body.decode(name, errors="replace")
    return text if text.count("\ufffd") * BROKEN_SHARE <= _foreign(body) else None


def _foreign(data: bytes) -> int:
    return len(data.translate(None, _ASCII))


def _detected(body: bytes) -> str | None:
    """The charset that the bytes look like."""
    foreign = _foreign(body)
    if foreign < FEWEST_FOREIGN or foreign * FOREIGN_SHARE < len(body):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(body[:DETECT_PREFIX], steps=5, chunk_size=512).best()
    return None if best is None else codecs.lookup(best.encoding).name
