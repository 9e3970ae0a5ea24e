"""Addresses, each once, and everything that is not among them with the reason.

Nothing is dropped silently: blank lines, duplicates, rubbish and what exceeds the limit are all counted. Nothing here
touches the network. What people's files and lines hold is found in `engine.workloads.web.lists`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.web.addresses.urls import checked_url
from engine.workloads.web.lists.texts import Found, found_in


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One entry that is not in the list, and why. `place` counts the entries from 1."""

    place: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """A list of addresses, each once, in the order in which they came, and everything that is not in it."""

    urls: tuple[str, ...]
    duplicates: tuple[LeftOut, ...]
    rubbish: tuple[LeftOut, ...]
    blank: int
    over_limit: int
    limit: int
    completed: int = 0
    """Addresses that stood there without a scheme and are read as https."""

    def within(self, limit: int) -> Inputs:
        """The same with no more than `limit` addresses, what is beyond counted."""
        return replace(self, urls=self.urls[:limit], over_limit=max(0, len(self.urls) - limit), limit=limit)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was left out, in words; empty when nothing was."""
        parts = (
            (len(self.duplicates), "duplicate was left out.", "duplicates were left out."),
            (len(self.rubbish), "entry is no web address.", "entries are no web addresses."),
        )
        texts = [f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count]
        if self.completed:
            read = "address without a scheme is" if self.completed == 1 else "addresses without a scheme are"
            texts.append(f"{self.completed:,} {read} read as https.")
        if self.over_limit:
            texts.append(
                f"Only the first {self.limit:,} addresses are taken; {self.over_limit:,} are beyond this limit "
                "(OVERLAP_MAX_URLS): split the list."
            )
        return tuple(texts)


def collect(texts: Iterable[str], settings: Settings) -> Inputs:
    """The addresses among these texts, each once. Two spellings of one address count as the same."""
    entries = ([Found(text)] if (text := raw.strip().removeprefix("\ufeff")) else [] for raw in texts)
    return collect_found(entries).within(settings.max_urls)


def from_text(text: str, settings: Settings) -> Inputs:
    """The addresses of pasted text, as people write them; a line that begins with # is a remark."""
    return collect_found(map(found_in, text.splitlines())).within(settings.max_urls)


def collect_found(entries: Iterable[Sequence[Found]]) -> Inputs:
    """All addresses of entries (lines, or cells of a column) that hold any number of them; without a limit."""
    urls: list[str] = []
    seen: dict[str, int] = {}
    duplicates: list[LeftOut] = []
    rubbish: list[LeftOut] = []
    blank = completed = 0
    for place, entry in enumerate(entries, 1):
        blank += not entry
        for found in entry:
            try:
                address = checked_url(found.text).text
            except TaskFailed as failure:
                rubbish.append(LeftOut(place, found.text, failure.message))
                continue
            if address in seen:
                duplicates.append(LeftOut(place, found.text, f"It is the same as entry {seen[address]}."))
                continue
            seen[address] = place
            urls.append(found.text)
            completed += found.completed
    return Inputs(tuple(urls), tuple(duplicates), tuple(rubbish), blank, 0, len(urls), completed)
