"""One HTML page, parsed once within bounds, and what the readers share: language, host, heading.

`open_page` promises to end: a page that would cost the parser too much (bounds.py) is cut before it is parsed,
and says so.
Every reader of this package takes a ParsedPage.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from engine.workloads.web.fetching.charset import decoded, reads_as_utf8
from engine.workloads.web.price.amounts.currency import country_of, decimal_mark_of
from engine.workloads.web.price.bounds import harmless_length
from engine.workloads.web.price.elements import Attributes, Elements, elements_of

LARGEST_PAGE = 8_000_000
"""Bytes that are read of one page; the fetcher's own cap is lower."""
LARGEST_SCRIPT = 1_500_000
"""Characters of one script that are looked at."""

HEADINGS = 'h2,[itemprop="name"],[class*="title" i],[id*="title" i],[class*="product-name" i],[class*="productname" i]'


class Incomplete(Exception):
    """An excerpt of a page was asked for something that only the whole page holds."""


@dataclass
class ParsedPage:
    """A parsed page; `raw` is the source that was parsed, in UTF-8.

    `doubts` says what was cut; `host` is None where no address is known.

    Where it is not `whole`, but an excerpt, what cannot be told from that raises Incomplete.
    """

    tree: LexborHTMLParser
    raw: bytes
    url: str | None
    doubts: list[str] = field(default_factory=list)
    whole: bool = True

    @cached_property
    def host(self) -> str | None:
        """The host of the page's address: given, else the page's own canonical link."""
        return (_host_of(self.url) if self.url else None) or _host_of(self.canonical or "")

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page gives for itself."""
        link = self.tree.css_first('link[rel="canonical"][href]')
        if link is not None:
            return link.attributes.get("href")
        metas = (said for _, said in self.elements.metas if said.get("property") == "og:url" and "content" in said)
        return next((said["content"] for said in metas), None)

    @cached_property
    def language(self) -> str | None:
        """The language tag that the page declares (`de-AT`), None where it declares none."""
        root = self.tree.root
        values = root.attributes if root is not None else {}
        tag = values.get("lang") or values.get("xml:lang")
        if tag:
            return tag[:20]
        told = next((said.get("content") for _, said in self.elements.metas if _tells_language(said)), None)
        return (told or "")[:20] or None

    @cached_property
    def scripts(self) -> list[str]:
        """The texts of the inline scripts, JSON-LD and the huge ones left out."""
        if not self.whole:
            raise Incomplete
        scripts = self.elements.scripts
        inline = [(node, attributes.get("type") or "") for node, attributes in scripts if "src" not in attributes]
        return [
            text
            for node, kind in inline[:300]
            if "ld+json" not in kind and 20 < len(text := node.text()) < LARGEST_SCRIPT
        ]

    @cached_property
    def elements(self) -> Elements:
        """The elements that the readers of data ask for."""
        return elements_of(self.tree)

    @cached_property
    def country(self) -> str | None:
        """The country that the address or the language names."""
        return country_of(self.host, self.language)

    @cached_property
    def decimal_mark(self) -> str | None:
        """The decimal mark of the page's language."""
        return decimal_mark_of(self.host, self.language)

    @cached_property
    def title(self) -> str:
        """The page's title element, as one line."""
        node = self.tree.css_first("title")
        return squeeze(node.text()) if node is not None else ""

    @cached_property
    def heading(self) -> LexborNode | None:
        """The element that shows the product's name: an h1, else what is called a title and repeats the page's."""
        heading = self._named(self.elements.headings[:20], -1.0)
        if heading is None and not self.whole:
            raise Incomplete
        return heading or self._named(self.tree.css(HEADINGS)[:60], 0.5)

    def _named(self, nodes: list[LexborNode], least: float) -> LexborNode | None:
        wanted = words(self.title)
        best: tuple[float, LexborNode | None] = (least, None)
        for node in nodes:
            found = words(node.text()[:400])
            score = len(found & wanted) / (len(found) + 1)
            if found and score > best[0]:
                best = (score, node)
        return best[1]


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # an address such as http://[: names no host
        return None


def _tells_language(meta: Attributes) -> bool:
    return meta.get("property") == "og:locale" or (meta.get("http-equiv") or "").lower() == "content-language"


def squeeze(text: str, longest: int = 300) -> str:
    """The text on one line, without idle white space, cut at `longest` characters."""
    return " ".join(text[: longest * 8].split())[:longest]


def words(text: str) -> frozenset[str]:
    """The words of a text, folded, for comparing two names."""
    return frozenset(re.findall(r"\w{2,}", text.casefold()))


def likeness(name: frozenset[str], wanted: frozenset[str]) -> float:
    """The share of words that two names have in common, 0 to 1."""
    return len(name & wanted) / len(name | wanted) if name and wanted else 0.0


def of_another(name: str | None, page: ParsedPage) -> str | None:
    """The doubt that data of this product name are about another product; None where the page shares a word of it."""
    own = words(name or "")
    if not own or page.heading is None:
        return None
    heading = squeeze(page.heading.text()[:400], 80)
    told = words(heading) | words(page.title)
    if not words(heading) or own & told:
        return None
    return f"The page's data are about “{squeeze(name or '', 80)}”, its heading is “{heading}”."


def open_page(html: str | bytes, url: str | None) -> ParsedPage:
    """The page, parsed. Work is bounded for any input; what had to be cut is told in `doubts`."""
    return parsed(*source_of(html), url)


def source_of(html: str | bytes, content_type: str = "") -> tuple[bytes, list[str]]:
    """The page's source in UTF-8, up to LARGEST_PAGE, and what had to be cut."""
    data = _utf8(html, content_type)
    if len(data) <= LARGEST_PAGE:
        return data, []
    return data[:LARGEST_PAGE], [f"Only the first {LARGEST_PAGE // 1_000_000} MB of the page were read."]


def _utf8(html: str | bytes, content_type: str) -> bytes:
    if isinstance(html, str):
        return html.encode("utf-8", "replace")
    body = html[: LARGEST_PAGE + 1]
    # The same in every charset but the one that escapes, ISO-2022-JP, and UTF-16.
    if body.isascii() and b"\x1b" not in body and b"\0" not in body:
        return body
    if reads_as_utf8(body, content_type):  # most pages are, and need not be written anew
        return body
    text, charset = decoded(body, content_type)
    # What was read as UTF-8 is UTF-8, but for a few letters.
    return _whole(body) if charset == "utf-8" and not body.startswith(BOM_UTF8) else text.encode("utf-8", "replace")


def _whole(body: bytes) -> bytes:
    """UTF-8 without a character that is cut off at its end."""
    last = next((count for count in (1, 2, 3) if body[-count:][:1] >= b"\xc0"), 0)
    try:
        body[len(body) - last :].decode()
    except UnicodeDecodeError:
        return body[: len(body) - last]
    return body


def tree_of(source: bytes) -> LexborHTMLParser:
    """The tree of a source that may be parsed, as it is written: nothing is copied about in it as a browser does."""
    return LexborHTMLParser(source, options=LexborDocumentOptions.WO_EVENTS)


def parsed(source: bytes, doubts: list[str], url: str | None) -> ParsedPage:
    """The page of a source, parsed as far as work is bounded."""
    end = harmless_length(source)
    if end < len(source):
        source = source[:end]
        doubts = [*doubts, "The page is nested deeper than any shop's; only what stands before that was read."]
    return ParsedPage(tree_of(source), source, url, doubts)
