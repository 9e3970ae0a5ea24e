"""The robots.txt of every origin in one file, for all processes: written at its end, read where it was written.

    0 .. 15   the number of times that the file was begun anew, and where it ends
    16 ..     records: mark, length of the origin, length of the values, until when they count, origin, values (JSON)

A file of its own for each of thousands of origins costs more than all that politeness does beside it. A record is there
before the end says so, so a crash leaves none that is half written. A file that is full, or that was not written
for a day, begins anew: what was in it is asked for again.
"""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from threading import Lock
from typing import Any

from engine.workloads.web.politeness.byte_locks import LOCKS, HeldByte, LockFile, number_of

LARGEST_FILE = 200_000_000
"""Bytes of the file at which it begins anew; locks begin behind it."""
FORGOTTEN_S = 86_400.0
"""Age of the last word at which the file begins anew."""
PATIENCE_S = 0.5
"""How long the file's end is waited for: its holder only writes one record, unless it was stopped."""
_MARK = b"rbts"
_END = struct.Struct("<QQ")
_RECORD = struct.Struct("<4sIId")
_WRITING = LOCKS
"""The lock under which the file's end moves: behind those of origins."""


class RobotsStore:
    """Values by origin, as they were last kept. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        path = folder / "robots.store"
        old = path.exists() and time.time() - path.stat().st_mtime > FORGOTTEN_S
        self._file = LockFile(path)
        self._begun, self._known_end = 0, _END.size
        self._places: dict[str, tuple[int, int, float]] = {}
        self._lock = Lock()
        if old and (writing := self._file.try_lock(_WRITING)) is not None:
            self._file.write(0, _END.pack(self._header()[0] + 1, _END.size))
            writing.release()

    def try_lock(self, origin: str) -> HeldByte | None:
        """The right to ask this origin for its rules; None when somebody is at it."""
        return self._file.try_lock(number_of(origin))

    def find(self, origin: str) -> dict[str, Any]:
        """What was kept for this origin and still counts; empty where nothing was."""
        with self._lock:
            self._catch_up()
            at, size, until = self._places.get(origin, (0, 0, 0.0))
        if until < time.time():
            return {}
        try:
            values = json.loads(self._file.read(at, size))
        except ValueError:  # the file began anew at this moment
            return {}
        return values if isinstance(values, dict) and values.get("origin") == origin else {}

    def keep(self, origin: str, values: dict[str, Any], until: float) -> None:
        """Keep these values for every process until then (time.time). What cannot be kept in time is not shared."""
        key, content = origin.encode(), json.dumps({**values, "origin": origin}).encode()
        record = _RECORD.pack(_MARK, len(key), len(content), until) + key + content
        writing = self._patiently()
        if writing is None:
            return
        try:
            begun, end = self._header()
            if end + len(record) > LARGEST_FILE:
                begun, end = begun + 1, _END.size
            self._file.write(end, record)
            self._file.write(0, _END.pack(begun, end + len(record)))
        finally:
            writing.release()

    def _header(self) -> tuple[int, int]:
        begun, end = _END.unpack(self._file.read(0, _END.size))
        if end > LARGEST_FILE:  # damaged: anew
            return (begun + 1) % 2**32, _END.size
        return begun % 2**32, max(end, _END.size)

    def _catch_up(self) -> None:
        """Note where the records are that were written since."""
        begun, end = self._header()
        if begun != self._begun or end < self._known_end:
            self._places.clear()
            self._begun, self._known_end = begun, _END.size
        while self._known_end < end:
            start = self._known_end
            mark, key, size, until = _RECORD.unpack(self._file.read(start, _RECORD.size))
            if mark != _MARK or key + size > end - start:
                self._known_end = end  # damaged, or beginning anew at this moment: what follows is asked for again
                return
            origin = self._file.read(start + _RECORD.size, key).decode("utf-8", "replace")
            self._places[origin] = (start + _RECORD.size + key, size, until)
            self._known_end = start + _RECORD.size + key + size

    def _patiently(self) -> HeldByte | None:
        give_up = time.monotonic() + PATIENCE_S
        while (held := self._file.try_lock(_WRITING)) is None and time.monotonic() < give_up:
            time.sleep(0.001)
        return held
