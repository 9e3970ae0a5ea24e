"""Addresses, each once, and everything that is not among them with the reason.

Nothing is dropped silently: blank lines, duplicates, rubbish and what exceeds the limit are all counted. Nothing here
touches the network. What people's files and lines hold is found in `engine.workloads.web.lists`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.web.addresses.urls import checked_url
from engine.workloads.web.lists.kept import MadeWhenRead, Seen, Texts
from engine.workloads.web.lists.texts import Found, found_in


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One entry that is not in the list, and why. `place` counts the entries from 1."""

    place: int
    text: str
    why: str


class LeftOuts(MadeWhenRead[LeftOut]):
    """Entries that are not in the list, each made when it is read; `why` tells from its text and its number."""

    def __init__(self, why: Callable[[str, int], str]) -> None:
        self._why = why
        self._texts, self._places, self._numbers = Texts(), array("I"), array("I")

    def add(self, place: int, text: str, number: int = 0) -> None:
        """Put one more behind the others."""
        self._texts.add(text)
        self._places.append(place)
        self._numbers.append(number)

    def __len__(self) -> int:
        return len(self._places)

    def _made(self, at: int) -> LeftOut:
        text = self._texts[at]
        return LeftOut(self._places[at], text, self._why(text, self._numbers[at]))


def _same_as(_: str, entry: int) -> str:
    return f"It is the same as entry {entry}."


def _no_address(text: str, _: int) -> str:
    try:
        checked_url(text)
    except TaskFailed as failure:
        return failure.message
    return ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """A list of addresses, each once, in the order in which they came, and everything that is not in it."""

    urls: Sequence[str]
    duplicates: Sequence[LeftOut]
    rubbish: Sequence[LeftOut]
    blank: int
    over_limit: int
    limit: int
    completed: int = 0
    """Addresses that stood there without a scheme and are read as https."""

    def within(self, limit: int) -> Inputs:
        """The same with no more than `limit` addresses, what is beyond counted."""
        urls = self.urls.first(limit) if isinstance(self.urls, Texts) else self.urls[:limit]
        return replace(self, urls=urls, over_limit=max(0, len(self.urls) - limit), limit=limit)

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
    urls, places = Texts(), array("I")
    seen = Seen(lambda number, address: checked_url(urls[number]).text == address)
    duplicates, rubbish = LeftOuts(_same_as), LeftOuts(_no_address)
    blank = completed = 0
    for place, entry in enumerate(entries, 1):
        blank += not entry
        for found in entry:
            try:
                address = checked_url(found.text).text
            except TaskFailed:
                rubbish.add(place, found.text)
                continue
            number = seen.number_of(address, len(urls))
            if number < len(urls):
                duplicates.add(place, found.text, places[number])
                continue
            places.append(place)
            urls.add(found.text)
            completed += found.completed
    return Inputs(urls, duplicates, rubbish, blank, 0, len(urls), completed)
