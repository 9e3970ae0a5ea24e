"""Sitemaps (sitemaps.org 0.9): addresses of pages from a sitemap or an index of them, also gzipped, within bounds.

Read by expat as a stream; a document type, which could define entities that grow, ends the reading. A sitemap's
addresses are as foreign as any: each meets the gate when it is fetched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from engine.config import Settings
from engine.errors import InputRefused, TaskFailed
from engine.web.answers import Page
from engine.web.charset import decoded
from engine.web.inputs import Inputs, collect
from engine.web.unpack import Body

CAP = 50_000_000
"""Bytes of one unpacked sitemap (sitemaps.org: 50 MB)."""
MOST_SITEMAPS = 50
"""Sitemaps that are read for one list; further ones are reported."""
DEEPEST = 2
"""Levels of indices below the first (sitemaps.org forbids an index in an index; shops do it)."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap names: pages, and further sitemaps when it is an index."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Harvest:
    """The addresses of a sitemap and all that it names, and what could not be read, in sentences."""

    inputs: Inputs
    sitemaps: int
    problems: tuple[str, ...]


def parse(data: bytes, most: int) -> Sitemap:
    """The addresses in one sitemap: XML, or plain text with one a line; at most `most`. Raises InputRefused."""
    data = _unpacked(data)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = [line.strip() for line in decoded(data, "")[0].splitlines()]
        return Sitemap(tuple(line for line in lines if line)[:most], ())
    reader = _Reader(most)
    reader.read(data)
    return Sitemap(tuple(reader.found["url"]), tuple(reader.found["sitemap"]))


def read_sitemap(fetch: Callable[[str], Page], url: str, settings: Settings) -> Harvest:
    """The pages of a sitemap's address and of the sitemaps that it names.

    `fetch` gets a page of kind "sitemap" (`lambda url: fetcher.fetch_waiting(url, 60, "sitemap")`). Raises
    TaskFailed and InputRefused for the first sitemap; what goes wrong with further ones is in `problems`.
    """
    pages: list[str] = []
    problems: list[str] = []
    waiting = deque([(url, 0)])
    seen = {url}
    read = 0
    while waiting and read < MOST_SITEMAPS and len(pages) <= settings.max_urls:
        address, depth = waiting.popleft()
        read += 1
        try:
            found = parse(fetch(address).body, settings.max_urls + 1)
        except (TaskFailed, InputRefused) as error:
            if read == 1:
                raise
            problems.append(f"{address}: {error}")
            continue
        pages += found.pages
        fresh = [item for item in found.sitemaps if item not in seen] if depth < DEEPEST else []
        seen.update(fresh)
        waiting.extend((item, depth + 1) for item in fresh)
    if waiting:
        problems.append(f"{len(waiting):,} further sitemaps were not read: {MOST_SITEMAPS} is the limit for one list.")
    return Harvest(collect(pages, settings), read, tuple(problems))


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    body = Body("gzip", CAP)
    try:
        body.feed(data)
        return body.result()
    except TaskFailed as failure:
        raise InputRefused(f"The sitemap cannot be unpacked: {failure.message}") from None


class _Reader:
    """Collects the text of each loc below a url or a sitemap element."""

    def __init__(self, most: int) -> None:
        self.found: dict[str, list[str]] = {"url": [], "sitemap": []}
        self._most = most
        self._path: list[str] = []
        self._text: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise InputRefused(f"The sitemap is not valid XML ({error}).") from None

    def _start(self, name: str, attributes: object) -> None:
        self._path.append(name)
        self._text = []

    def _characters(self, text: str) -> None:
        if self._path and self._path[-1].endswith("loc"):
            self._text.append(text)

    def _end(self, name: str) -> None:
        parent_space, _, parent = (self._path[-2] if len(self._path) > 1 else "").rpartition(" ")
        space, _, local = name.rpartition(" ")
        # A picture's own loc (image:loc) is in another namespace.
        if local == "loc" and space == parent_space and parent in self.found and len(self.found[parent]) < self._most:
            self.found[parent].append("".join(self._text).strip())
        self._path.pop()
        self._text = []

    def _doctype(self, *_: object) -> None:
        raise InputRefused("The sitemap holds a document type, which sitemaps have no use for: it is not read.")
