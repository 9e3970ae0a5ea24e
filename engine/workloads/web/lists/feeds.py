"""Files that name pages: sitemaps (sitemaps.org 0.9) and indices of them, RSS, Atom, saved HTML, text; gzipped too.

XML is read by expat as a stream, so a document that breaks off gives what it held until then. A document type, which
could define entities that grow, ends the reading. Every address is as foreign as any: each meets the gate when it is
fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urljoin
from xml.parsers import expat

from engine.errors import InputRefused
from engine.workloads.web.fetching.charset import decoded
from engine.workloads.web.lists.packed import unpacked
from engine.workloads.web.lists.texts import found_in

_XML_START = re.compile(r"\s*<(?:\?xml\b|(?:[\w.\-]+:)?(?:urlset|sitemapindex|rss|feed|rdf)\b)", re.IGNORECASE)
_HTML_START = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b.*?\?>", re.DOTALL)
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 (2.2) does not allow."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one file names: pages, further sitemaps when it is an index, and what could not be read, in a sentence."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...] = ()
    problem: str | None = None


def is_markup(data: bytes) -> bool:
    """Whether a file is XML that names pages, or HTML."""
    start = decoded(data[:4096], "")[0]
    return bool(_XML_START.match(start) or _HTML_START.match(start))


def parse(data: bytes, most: int, base: str = "") -> Listing:
    """The addresses in one file, at most `most`; `base` is the file's own address, for links that are relative.

    Raises InputRefused for a file that names nothing, cannot be unpacked or holds a document type.
    """
    data, lost = unpacked(data)
    text = decoded(data, "")[0]
    if _HTML_START.match(text):
        found = _linked(text, base, most)
    elif text.lstrip().startswith("<"):
        found = _Reader(most, base).read(text)
    else:
        found = Listing(tuple(one.text for line in text.splitlines() for one in found_in(line))[:most])
    if not found.pages and not found.sitemaps:
        raise InputRefused(lost or found.problem or "The sitemap is empty: it names no page.")
    return replace(found, problem=lost) if lost else found


def _linked(text: str, base: str, most: int) -> Listing:
    """Where a page's links lead, each once, without those within the page itself; of a page within bounds."""
    from engine.workloads.web.price.bounds import harmless_length  # only saved pages need these
    from engine.workloads.web.price.page import tree_of

    source = text.encode("utf-8", "replace")
    end = harmless_length(source)
    hrefs = (node.attributes.get("href") or "" for node in tree_of(source[:end]).css("a[href]"))
    whole = (_joined(base, href.strip()) for href in hrefs)
    links = dict.fromkeys(link for link in whole if link.lower().startswith(("http://", "https://")))
    cut = f"The page is nested deeper than any list of links; {_before(len(links))}."
    return Listing(tuple(links)[:most], problem=None if end == len(source) else cut)


def _before(kept: int) -> str:
    """What is taken of a file that cannot be read to its end."""
    if not kept:
        return "no address stands before that"
    return "the one address before that is taken" if kept == 1 else f"the {kept:,} addresses before that are taken"


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link).split("#")[0]
    except ValueError:  # brackets that are no IPv6 address, say
        return ""


_PAGES = {("url", "loc"), ("item", "link"), ("entry", "link"), ("item", "guid")}
"""Parent and element whose text or `href` is a page's address: sitemaps, RSS 2.0 and 1.0, Atom (RFC 4287)."""


class _Reader:
    """Collects addresses while expat reads; names count without their case and, but for `image:loc`, their prefix."""

    def __init__(self, most: int, base: str) -> None:
        self._most, self._base = most, base
        self._pages: list[str] = []
        self._sitemaps: list[str] = []
        self._path: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, text: str) -> Listing:
        """What the text names; of one that is not well formed what stands before the fault."""
        body = _FORBIDDEN.sub("", _DECLARATION.sub("", text.lstrip(), count=1))
        problem = None
        try:
            self._parser.Parse(_LOOSE_AMPERSAND.sub("&amp;", body), True)
        except expat.ExpatError as error:
            kept = len(self._pages) + len(self._sitemaps)
            problem = (
                f"The sitemap is not valid XML: it breaks off or is wrong in line {error.lineno:,}; "
                f"{_before(kept)}."
                if kept
                else f"The sitemap is not valid XML from line {error.lineno:,} on, and names no page before that."
            )
        return Listing(tuple(self._pages), tuple(self._sitemaps), problem)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        prefix, _, local = name.lower().rpartition(":")
        parent = self._path[-1] if self._path else ("", "")
        self._path.append((prefix, local))
        self._text.clear()
        if (parent[1], local) == ("entry", "link") and attributes.get("rel", "alternate") == "alternate":
            self._keep(self._pages, attributes.get("href", ""))
        if (parent[1], local) == ("item", "guid") and attributes.get("isPermaLink") == "false":
            self._path[-1] = (prefix, "")

    def _end(self, _name: str) -> None:
        prefix, local = self._path.pop()
        parent_prefix, parent = self._path[-1] if self._path else ("", "")
        text = "".join(self._text).strip()
        self._text.clear()
        if prefix != parent_prefix and parent != "item":  # a picture's own loc (image:loc) has another prefix
            return
        if (parent, local) in _PAGES:
            self._keep(self._pages, text)
        elif (parent, local) == ("sitemap", "loc"):
            self._keep(self._sitemaps, text)

    def _keep(self, found: list[str], text: str) -> None:
        if text and len(found) < self._most:
            address = _joined(self._base, text) if text.startswith("/") else text
            if address and (not found or found[-1] != address):  # a feed's guid often repeats its link
                found.append(address)

    def _doctype(self, *_: object) -> None:
        raise InputRefused("The sitemap holds a document type, which sitemaps have no use for: it is not read.")
