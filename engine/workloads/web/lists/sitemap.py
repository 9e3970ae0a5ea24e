"""Following a sitemap or an index of them over the network, within bounds. What one file names: `lists.feeds`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.config import Settings
from engine.errors import InputRefused, TaskFailed
from engine.text import counted
from engine.workloads.web.fetching.answers import FetchedPage
from engine.workloads.web.lists.feeds import Listing, parse
from engine.workloads.web.lists.inputs import Inputs, collect

Fetch = Callable[[str], FetchedPage]
"""Gets a page of kind "sitemap": `lambda url: fetcher.fetch_waiting(url, 60, "sitemap")`."""

MOST_SITEMAPS = 50
"""Sitemaps that are read for one list; further ones are reported."""
DEEPEST = 2
"""Levels of indices below the first (sitemaps.org forbids an index in an index; shops do it)."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """The addresses of a sitemap and all that it names, and what could not be read, in sentences."""

    inputs: Inputs
    sitemaps: int
    problems: tuple[str, ...]


def read_sitemap(fetch: Fetch, url: str, settings: Settings) -> Harvest:
    """The pages of a sitemap's address and of the sitemaps that it names.

    Raises TaskFailed and InputRefused for the first sitemap; what goes wrong with further ones is in `problems`.
    """
    return follow(fetch, (), settings, first=(url, parse(fetch(url).body, settings.max_urls + 1, url)))


def follow(
    fetch: Fetch, sitemaps: Sequence[str], settings: Settings, first: tuple[str, Listing] | None = None
) -> Harvest:
    """The pages of several sitemaps, as those that an index names; what goes wrong with any is in `problems`.

    `first` is a sitemap that was read already, by its address.
    """
    pages: list[str] = []
    problems: list[str] = []
    waiting = deque((item, 1) for item in dict.fromkeys(sitemaps))
    seen = set(sitemaps)
    read = deeper = 0
    began_s = time.monotonic()

    def take(address: str, depth: int, found: Listing) -> None:
        nonlocal deeper
        seen.add(address)
        pages.extend(found.pages)
        if found.problem:
            problems.append(f"{address}: {found.problem}")
        fresh = [item for item in dict.fromkeys(found.sitemaps) if item not in seen]
        seen.update(fresh)
        if depth < DEEPEST:
            waiting.extend((item, depth + 1) for item in fresh)
        else:
            deeper += len(fresh)

    if first is not None:
        read = 1
        take(first[0], 0, first[1])
    while (
        waiting
        and read < MOST_SITEMAPS
        and len(pages) <= settings.max_urls
        and time.monotonic() - began_s < settings.reading_limit_s
    ):
        address, depth = waiting.popleft()
        read += 1
        try:
            take(address, depth, parse(fetch(address).body, settings.max_urls + 1, address))
        except (TaskFailed, InputRefused) as error:
            problems.append(f"{address}: {error}")
    if waiting:
        limit_s = f"{settings.reading_limit_s:,.0f} s (OVERLAP_READING_LIMIT_S)"
        limits = f"{MOST_SITEMAPS} and {limit_s} are the limits for one list"
        if len(pages) > settings.max_urls:
            limits = f"those before them name more than {settings.max_urls:,} pages, the limit (OVERLAP_MAX_URLS)"
        problems.append(f"{_sitemaps(len(waiting))} not read: {limits}.")
    if deeper:
        problems.append(f"{_sitemaps(deeper)} not read: an index may name another one {DEEPEST} times, no deeper.")
    return Harvest(collect(pages, settings), read, tuple(problems))


def _sitemaps(count: int) -> str:
    return counted(count, "further sitemap was", "further sitemaps were")
