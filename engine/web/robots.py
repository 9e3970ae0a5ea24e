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
from typing import Any

from engine.errors import TaskFailed
from engine.private import make_folder
from engine.web import locks

LARGEST = 512_000
"""Bytes that count (RFC 9309 2.5: at least 500 KiB)."""
KEPT_S = 3_600.0
"""Age at which rules are fetched again (RFC 9309 2.4: no more than a day)."""
FORGOTTEN_S = 86_400.0
"""Age at which the file of rules that nobody asked for again is removed."""
TROUBLE_KEPT_S = 30.0
"""The same where the rules could not be had."""
SHOP_KEPT_S = 60.0
"""The same for demo shops and hosts that the owner allows, where another may soon serve at the same port."""
IN_MEMORY = 512
"""Origins whose parsed rules a process keeps."""
PRODUCT = "Overlap"
"""The name by which a robots.txt would call us."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin lets us do. `failure` is (reason, sentence) where the rules could not be had."""

    parser: Any
    failure: tuple[str, str] | None
    until: float

    def check(self, url: str, origin: str) -> None:
        """Raise TaskFailed (refused_by_robots, or why the rules could not be had) unless the page may be fetched."""
        if self.failure is not None:
            raise TaskFailed(*self.failure)
        if self.parser is not None and not self.parser.can_fetch(url, PRODUCT):
            raise TaskFailed("refused_by_robots", f"Disallowed by robots.txt of {origin}: the page was not asked for.")

    @property
    def crawl_delay_s(self) -> float:
        """Seconds between requests that the origin asks for; 0 where it does not."""
        return 0.0 if self.parser is None else float(self.parser.crawl_delay(PRODUCT) or 0.0)


class Robots:
    """The rules of every origin, in memory and in the folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_folder(folder / "robots")
        self._known: OrderedDict[str, Rules] = OrderedDict()
        self._lock = Lock()
        locks.forget(self._folder, "*.json", FORGOTTEN_S)

    def get(self, origin: str) -> Rules | None:
        """The rules, when they are known and fresh."""
        with self._lock:
            rules = self._known.get(origin)
            if rules is not None and rules.until > time.time():
                self._known.move_to_end(origin)
                return rules
        values = locks.read_json(self._path(origin))
        if values.get("origin") != origin or float(values.get("until", 0.0)) < time.time():
            return None
        return self._remember(origin, values)

    @contextmanager
    def claim(self, origin: str) -> Iterator[bool]:
        """Whether it is ours to fetch these rules; false when another worker is at it."""
        held = locks.try_lock(self._path(origin).with_suffix(".lock"))
        try:
            yield held is not None
        finally:
            if held is not None:
                held.release()

    def learn(self, origin: str, text: str, kept_s: float = KEPT_S) -> Rules:
        """Keep the text of a robots.txt (empty: all is allowed) for every worker."""
        return self._keep(origin, {"text": text}, kept_s)

    def learn_failure(self, origin: str, reason: str, sentence: str, kept_s: float = TROUBLE_KEPT_S) -> Rules:
        """Keep why the rules could not be had: until it is forgotten, pages of this origin fail with it."""
        return self._keep(origin, {"failure": [reason, sentence]}, kept_s)

    def _keep(self, origin: str, values: dict[str, Any], kept_s: float) -> Rules:
        values = {"origin": origin, "until": time.time() + kept_s, **values}
        locks.write_json(self._path(origin), values)
        return self._remember(origin, values)

    def _remember(self, origin: str, values: dict[str, Any]) -> Rules:
        failure = values.get("failure")
        rules = Rules(
            parser=_parsed(str(values.get("text", ""))),
            failure=(str(failure[0]), str(failure[1])) if failure else None,
            until=float(values["until"]),
        )
        with self._lock:
            self._known[origin] = rules
            while len(self._known) > IN_MEMORY:
                self._known.popitem(last=False)
        return rules

    def _path(self, origin: str) -> Path:
        return self._folder / f"{locks.key(origin)}.json"


def _parsed(text: str) -> Any:
    if not text.strip():
        return None
    from protego import Protego

    return Protego.parse(text)
