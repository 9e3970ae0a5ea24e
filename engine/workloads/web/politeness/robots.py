"""robots.txt: fetched once for each origin across workers and processes, kept in the folder, asked for every page.

RFC 9309 decides what an answer means: none there (4xx) allows everything, a server in trouble (5xx) forbids everything
until it is asked again, and only the first 500 KiB count. protego reads the rules: it was tested on thousands of
real files and knows Crawl-delay. Who needs rules that somebody else is fetching is put off, not made to wait.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from engine.errors import TaskFailed
from engine.workloads.web import small_files
from engine.workloads.web.politeness.robots_store import FORGOTTEN_S, RobotsStore

LARGEST = 512_000
"""Bytes that count (RFC 9309 2.5: at least 500 KiB)."""
KEPT_S = 3_600.0
"""Age at which rules are fetched again (RFC 9309 2.4: no more than a day)."""
TROUBLE_KEPT_S = 30.0
"""The same where the rules could not be had."""
SHOP_KEPT_S = 60.0
"""The same for demo shops and hosts that the owner allows, where another may soon serve at the same port."""
IN_MEMORY = 50_000
"""Origins whose parsed rules a process keeps, and …"""
CHARACTERS_IN_MEMORY = 8_000_000
"""… the length of their texts together: parsed, rules take about ten times as much."""
PRODUCT = "Overlap"
"""The name by which a robots.txt would call us."""


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What one origin lets us do. `failure` is (reason, sentence) where the rules could not be had."""

    parser: Any
    failure: tuple[str, str] | None
    until: float
    crawl_delay_s: float
    """Seconds between requests that the origin asks for; 0 where it does not."""
    length: int
    """Characters of the text."""

    def check(self, url: str, origin: str) -> None:
        """Raise TaskFailed (refused_by_robots, or why the rules could not be had) unless the page may be fetched."""
        if self.failure is not None:
            raise TaskFailed(*self.failure)
        if self.parser is not None and not self.parser.can_fetch(url, PRODUCT):
            raise TaskFailed("refused_by_robots", f"Disallowed by robots.txt of {origin}: the page was not asked for.")


class Held(Protocol):
    """The right to ask an origin for its rules."""

    def release(self) -> None:
        """Let others."""


class Store(Protocol):
    """Where the rules of origins are kept for all workers: `RobotsStore` on one machine."""

    def try_lock(self, origin: str) -> Held | None:
        """The right to ask this origin for its rules; None when somebody is at it."""

    def find(self, origin: str) -> dict[str, Any]:
        """What was kept for this origin and still counts; empty where nothing was."""

    def keep(self, origin: str, values: dict[str, Any], until: float) -> None:
        """Keep these values for every worker until then (time.time)."""


def store_in(folder: Path) -> RobotsStore:
    """The store of the processes that share this folder."""
    small_files.forget(folder / "robots", "*", FORGOTTEN_S)  # earlier versions made files for each origin
    return RobotsStore(folder)


class Claim:
    """The right to fetch the rules of one origin, unless somebody has: then `known` holds them."""

    def __init__(self, robots: Robots, origin: str) -> None:
        self._robots, self._origin = robots, origin
        self.known = robots.get(origin)

    def learn(self, text: str, kept_s: float = KEPT_S) -> RobotsRules:
        """Keep the text of a robots.txt (empty: all is allowed) for every worker."""
        return self._robots.keep(self._origin, {"text": text}, kept_s)

    def learn_failure(self, reason: str, sentence: str, kept_s: float = TROUBLE_KEPT_S) -> RobotsRules:
        """Keep why the rules could not be had: until it is forgotten, pages of this origin fail with it."""
        return self._robots.keep(self._origin, {"failure": [reason, sentence]}, kept_s)


class Robots:
    """The rules of every origin, in memory and in the folder. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, RobotsRules] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def get(self, origin: str) -> RobotsRules | None:
        """The rules, when they are known and fresh."""
        with self._lock:
            rules = self._known.get(origin)
            if rules is not None and rules.until > time.time():
                self._known.move_to_end(origin)
                return rules
        values = self._store.find(origin)
        return self._remember(origin, values) if values else None

    @contextmanager
    def claim(self, origin: str) -> Iterator[Claim | None]:
        """The right to fetch these rules; None when another worker is at it."""
        held = self._store.try_lock(origin)
        try:
            yield None if held is None else Claim(self, origin)
        finally:
            if held is not None:
                held.release()

    def keep(self, origin: str, values: dict[str, Any], kept_s: float) -> RobotsRules:
        """Keep what an origin said for every worker, for so many seconds."""
        values = {**values, "until": time.time() + kept_s}
        self._store.keep(origin, values, values["until"])
        return self._remember(origin, values)

    def _remember(self, origin: str, values: dict[str, Any]) -> RobotsRules:
        text, failure = str(values.get("text", "")), values.get("failure")
        parser = _parsed(text)
        rules = RobotsRules(
            parser=parser,
            failure=(str(failure[0]), str(failure[1])) if failure else None,
            until=float(values["until"]),
            crawl_delay_s=0.0 if parser is None else float(parser.crawl_delay(PRODUCT) or 0.0),
            length=len(text),
        )
        with self._lock:
            before = self._known.pop(origin, None)
            self._known[origin] = rules
            self._characters += rules.length - (before.length if before else 0)
            while len(self._known) > IN_MEMORY or (self._characters > CHARACTERS_IN_MEMORY and len(self._known) > 1):
                self._characters -= self._known.popitem(last=False)[1].length
        return rules


def _parsed(text: str) -> Any:
    if not text.strip():
        return None
    from protego import Protego

    return Protego.parse(text)
