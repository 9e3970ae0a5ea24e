"""Web addresses in a line of text as people write it: bullets, Markdown, HTML, quotes, names beside them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from engine.workloads.web.addresses.urls import LONGEST
from engine.workloads.web.fetching.charset import decoded

_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
_BULLET = re.compile(r"\s*(?:[-*+•‣–·]|\d{1,6}[.)])\s+")
_HREF = re.compile(r"""<a\b[^>]{0,500}?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_HYPERLINK = re.compile(r"""=\s*HYPERLINK\(\s*"+([^"]+)\"""", re.IGNORECASE)
_PLAIN = re.compile(r"https?://[^\s<>\"“”„«»|]+", re.IGNORECASE)
_NEXT = re.compile(r"[,;](?=https?://)|\)\[|\]\(", re.IGNORECASE)
"""Where one address ends and another begins without a blank: in a list, or in Markdown's ``[text](address)``."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:(?!\d+(?:[/?#]|$))", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_AFTER = ",;.!'’”\"»"
"""What ends a sentence or a list rather than an address."""


_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LOOKED_AT = 4_096
"""Bytes in which NULs tell UTF-16."""


@dataclass(frozen=True, slots=True)
class Found:
    """One address as text; `completed` says that it stood there without a scheme and is read as https."""

    text: str
    completed: bool = False


def text_of(data: bytes) -> str:
    """The text of a file of addresses, without the NULs that broken programs leave in it."""
    if b"\0" in data[:LOOKED_AT] and not data.startswith(_MARKS):
        # UTF-16 whose mark is missing: every second byte of Latin text is a NUL.
        start = data[:LOOKED_AT]
        for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if start[first::2].count(0) * 5 > len(start) * 2:
                return data.decode(name, "replace").replace("\0", "")
    return decoded(data, "")[0].replace("\0", "")


def found_in(line: str) -> list[Found]:
    """The addresses of one line, in order; where there is none, the line itself, for whoever says why it is none.

    Empty for a blank line, and for a remark, which begins with #.
    """
    clean = _INVISIBLE.sub("", line).replace("\u00a0", " ").strip()
    if not clean or clean.startswith("#"):
        return []
    if exact := _exactly(clean):
        return exact
    bare = _BULLET.sub("", clean, count=1)
    marked = [unescape(text.strip()) for text in _marked(bare)]
    texts = [text for text in marked if text] or [_trimmed(text) for text in _plain(bare)]
    return [Found(text) for text in texts] or _without_scheme(bare) or [Found(_unquoted(bare))]


def without_scheme(text: str) -> Found | None:
    """A text that is an address but for its scheme, such as ``www.shop.example/1``, read as https."""
    fits = len(text) <= LONGEST and "@" not in text and _HOST.fullmatch(text)
    return Found(f"https://{text}", completed=True) if fits else None


def linked(cell: str) -> str:
    """What a table's cell leads to: the address of a HYPERLINK formula, else the cell itself."""
    formula = _HYPERLINK.match(cell.strip())
    return formula[1] if formula else _INVISIBLE.sub("", cell).strip()


def _exactly(line: str) -> list[Found]:
    """A line that is one address and nothing else keeps every character, a comma in its query included."""
    alone = _PLAIN.fullmatch(line) and not _NEXT.search(line) and _trimmed(line) == line
    return [Found(line)] if alone else []


def _marked(line: str) -> Iterator[str]:
    """Addresses that markup tells apart from the text around them."""
    formula = _HYPERLINK.match(line)
    if formula:
        yield formula[1]
    for one in _HREF.finditer(line) if "href" in line.lower() else ():
        yield next(group for group in one.groups() if group is not None)


def _plain(line: str) -> Iterator[str]:
    for run in _PLAIN.findall(line):
        yield from (part for part in _NEXT.split(run) if part.lower().startswith("http"))


def _trimmed(text: str) -> str:
    """An address without what belongs to the sentence behind it: a full stop, a comma, a bracket that none opened."""
    while text and len(text) <= LONGEST:
        last = text[-1]
        opening = _CLOSING.get(last)
        if last in _AFTER or (opening and text.count(last) > text.count(opening)):
            text = text[:-1]
        else:
            break
    return text


def _without_scheme(line: str) -> list[Found]:
    """Words that are addresses without a scheme; only where the line names no other scheme."""
    words = [_trimmed(word.strip("<>\"'“”„«»(),;")) for word in re.split(r"[\s|]+|[,;](?=www\.)", line)]
    if any(_SCHEME.match(word) for word in words):
        return []
    likely = [word for word in words if word.lower().startswith("www.") or "/" in word or len(words) == 1]
    return [found for word in likely if (found := without_scheme(word))]


def _unquoted(text: str) -> str:
    return text.strip("<>\"'“”„«» ")
