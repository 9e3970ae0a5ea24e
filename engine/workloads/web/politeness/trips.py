"""How far the fetch of one address has come, kept between its attempts, also when another process goes on.

A fetch that is put off (`Later`) comes back as a new call, perhaps in another process: tries made, redirects followed
and time spent are in a small file until then. One worker at a time has an address, so no lock is needed.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.machine.private import make_folder
from engine.workloads.web import small_files

FORGOTTEN_S = 3_600.0
"""Age at which the file of a fetch that nobody took up again is removed."""


@dataclass(slots=True)
class Trip:
    """The state of one fetch. `ready` is time.monotonic, before which the next try may not start."""

    url: str
    hops: int = 0
    attempts: int = 1
    service_s: float = 0.0
    try_s: float = 0.0
    """The part of `service_s` that this try has used of the deadline."""
    ready: float = 0.0
    refreshed: bool = False
    """Whether a page's own word (a meta refresh) was followed: once."""
    cookies: list[Any] = field(default_factory=list)
    """(address, Set-Cookie field) pairs of the answers on the way."""


class Trips:
    """The fetches that were put off, by a key that names them. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_folder(folder / "trips")
        self._text = f"{self._folder}{os.sep}"
        small_files.forget(self._folder, "*", FORGOTTEN_S)  # drafts of a process that was killed, too

    def load(self, name: str, url: str) -> Trip:
        """The fetch of this name, begun at `url` unless it was put off before."""
        path = f"{self._text}{small_files.key(name)}.json"
        if not os.path.exists(path):  # most were never put off: asking is a tenth of the cost of trying to open
            return Trip(url)
        values = small_files.read_json(Path(path))
        if values.pop("name", None) != name or time.time() - values.pop("at", 0.0) > FORGOTTEN_S:
            return Trip(url)
        try:
            return Trip(**values)
        except TypeError:  # written by another version
            return Trip(url)

    def save(self, name: str, trip: Trip) -> None:
        """Keep what a later call has to know; nothing is written for a fetch that has not begun."""
        if trip.hops or trip.attempts > 1:
            small_files.write_json(self._path(name), {"name": name, "at": time.time(), **asdict(trip)})

    def drop(self, name: str, trip: Trip) -> None:
        """The fetch is over."""
        if trip.hops or trip.attempts > 1:
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{small_files.key(name)}.json"
