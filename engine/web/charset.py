"""From a page's bytes to its text: byte order mark, header, meta element, then detection on a bounded prefix.

A declared charset that does not fit the bytes is not believed: the next source is asked, and at the end what cannot be
read becomes U+FFFD. Labels follow the WHATWG encoding standard where Python's names differ. Detection is
charset-normalizer's, which requests brings along; it is imported only for pages that declare nothing and are not UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

META_PREFIX = 4_096
"""Bytes searched for a meta element: browsers look at 1,024, shops often need more."""
DETECT_PREFIX = 16_384
"""Bytes that detection looks at: its time grows with them."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)
_META = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE
)
# https://encoding.spec.whatwg.org/#names-and-labels: what browsers read these labels as.
_READ_AS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-user-defined": "cp1252",
}


def decoded(body: bytes, content_type: str) -> tuple[str, str]:
    """The text and the name of the charset that read it; never raises."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace"), name
    declared: str | None = None
    for label in _declared(body, content_type):
        declared = declared or label
        text = _strictly(body, label)
        if text is not None:
            return text, label
    name = _detected(body) or declared or "utf-8"
    return body.decode(name, errors="replace"), name


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Charsets that the page claims, known to Python, and UTF-8, which fits nothing else by chance."""
    header = _HEADER.search(content_type)
    if header and (name := _known(header[1])):
        yield name
    meta = _META.search(body[:META_PREFIX])
    if meta and (name := _known(meta[1].decode("ascii"))):
        # A meta element that could be read as ASCII cannot stand in a UTF-16 page (WHATWG HTML, "prescan").
        yield "utf-8" if name.startswith(("utf-16", "utf-32")) else name
    yield "utf-8"


def _known(label: str) -> str | None:
    name = _READ_AS.get(label.lower(), label)
    try:
        found = codecs.lookup(name)
        b" ".decode(name)
    except UnicodeError:  # one byte is too short for UTF-16, which is a charset all the same
        return found.name
    except (LookupError, ValueError):  # unknown, or a codec that is none of text (rot13, hex)
        return None
    return found.name


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, ValueError):
        # One broken character in a long page is no reason to doubt UTF-8.
        if name != "utf-8":
            return None
    text = body.decode("utf-8", errors="replace")
    return text if text.count("\ufffd") <= max(1, len(text) // 10_000) else None


def _detected(body: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(body[:DETECT_PREFIX], steps=5, chunk_size=512).best()
    return None if best is None else _known(best.encoding)
