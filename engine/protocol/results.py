"""What a resize and a scrape gave, read from a record's output, with the type of every value checked.

A run that was imported may say anything, and older versions wrote fewer values: what is missing or of another type
reads as None, so that no view, report or chart fails on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from engine.protocol.checks import number, text, whole


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file that was made of a picture; edges in pixels."""

    path: str | None
    width: int | None
    height: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class ResizedPicture:
    """A picture's source and every file made of it, the first size first."""

    files: tuple[WrittenFile, ...]
    source_width: int | None
    source_height: int | None
    source_bytes: int | None
    source_format: str | None
    note: str | None

    @property
    def written_bytes(self) -> int | None:
        """Of all its files; None where one does not say."""
        known = [file.bytes for file in self.files if file.bytes is not None]
        return sum(known) if self.files and len(known) == len(self.files) else None

    @property
    def sizes(self) -> tuple[int, int] | None:
        """Bytes of the source and of everything written from it; None where either is not known."""
        return (self.source_bytes, self.written_bytes) if self.source_bytes and self.written_bytes else None


@dataclass(frozen=True, slots=True)
class ScrapedPage:
    """What was read from a shop's page. `price_text` is what was read, `price` the number for tables and charts."""

    name: str | None
    price: float | None
    price_text: str | None
    currency: str | None
    availability: str | None
    gtin: str | None
    sku: str | None
    raw: str | None
    doubtful: bool
    doubts: tuple[str, ...]
    unchanged_since: str | None = None
    """When the page was read, where its shop said that it is still the same (UTC, ISO 8601)."""
    list_price: float | None = None
    """What it cost before."""
    member_price: float | None = None
    """What members of the shop's programme pay."""
    coupon: str | None = None
    """What the page says of a coupon."""


def total_sizes(pictures: Iterable[ResizedPicture | None]) -> tuple[int, int]:
    """Bytes of all sources and of all that was written; a picture whose sizes are not known counts on neither side."""
    known = [picture.sizes for picture in pictures if picture and picture.sizes]
    return sum(before for before, _ in known), sum(after for _, after in known)


def resized_picture(output: Any) -> ResizedPicture | None:
    """The output of a resize; None for what is no object. JSON text is read first, as the store's columns give it."""
    if not isinstance(values := _decoded(output), Mapping):
        return None
    also = values.get("also")
    files = [values, *(also if isinstance(also, list) else [])]
    return ResizedPicture(
        files=tuple(_file(file) for file in files if isinstance(file, Mapping)),
        source_width=_whole(values.get("source_width")),
        source_height=_whole(values.get("source_height")),
        source_bytes=_whole(values.get("source_bytes")),
        source_format=_text(values.get("source_format")),
        note=_text(values.get("note")),
    )


def scraped_page(output: Any) -> ScrapedPage | None:
    """The output of a scrape; None for what is no object. JSON text is read first, as the store's columns give it."""
    if not isinstance(values := _decoded(output), Mapping):
        return None
    price, doubts = values.get("price"), values.get("doubts")
    return ScrapedPage(
        name=_text(values.get("name")),
        price=price_of(price),
        price_text=None if price_of(price) is None else str(price),
        currency=_text(values.get("currency")),
        availability=_text(values.get("availability")),
        gtin=_text(values.get("gtin")),
        sku=_text(values.get("sku")),
        raw=_text(values.get("raw")),
        doubtful=values.get("doubtful") is True,
        doubts=tuple(map(str, doubts)) if isinstance(doubts, Sequence) and not isinstance(doubts, str) else (),
        unchanged_since=_text(values.get("unchanged_since")),
        list_price=price_of(values.get("list_price")),
        member_price=price_of(values.get("member_price")),
        coupon=_text(values.get("coupon")),
    )


def price_of(value: Any) -> float | None:
    """A price, which records hold as a decimal text, as a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        price = float(value)
    except (ValueError, OverflowError):
        return None
    return price if isfinite(price) else None


def _decoded(output: Any) -> Any:
    if not isinstance(output, str):
        return output
    try:
        return json.loads(output)
    except ValueError:  # a text that is no JSON: the output itself was a text
        return None


def _file(values: Mapping[str, Any]) -> WrittenFile:
    sizes = (_whole(values.get(name)) for name in ("width", "height", "bytes"))
    return WrittenFile(_text(values.get("path")), *sizes)


def _whole(value: Any) -> int | None:
    return int(value) if whole(value) or (number(value) and value == int(value) and value >= 0) else None


def _text(value: Any) -> str | None:
    return value if text(value) else None


def shop_of(url: str) -> str:
    """The shop that an address belongs to: its host, or the demo shop's first folder (all share one host)."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # an address that nobody can fetch, from a file
        return url
    local = parts.scheme == "demo" or host in ("127.0.0.1", "localhost", "::1")
    return next((part for part in parts.path.split("/") if part), "demo") if local else host or url
