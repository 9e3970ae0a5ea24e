"""What processes know of hosts together: when the next request may be sent, and by how much a host is slowed.

A table in the first two megabytes of the file of locks (`byte_locks`): groups of eight records, one group for each
host's number. A record whose time is over is free, so that the table never has to be cleared up.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from engine.workloads.web.politeness.byte_locks import LOCKS, HeldByte, LockFile, number_of

PATIENCE_S = 0.5
"""How long a group's lock is waited for: its holder only reads and writes some bytes, unless it was stopped."""
SANE_S = 3_600.0
"""A stored time further ahead than this is from before a reboot, when the clock started again."""
SLOWED_S = 3_600.0
"""How long a host that nobody asks any more is remembered as slow."""
GROUPS = 8_192
EACH = 8
"""Records in a group: it overflows where nine hosts of one group were asked within a gap."""
_RECORD = struct.Struct("<8sddd")  # the host's mark, next_s, slow_s, and how many good answers since


@dataclass(slots=True)
class HostState:
    """What is known of one host. Times are time.monotonic."""

    next_at: float = 0.0
    """Before this no request may be sent."""
    slow_s: float = 0.0
    """What errors have added to the host's gap."""
    good: int = 0
    """Good answers in a row since it is slowed."""


class Hosts:
    """The table of hosts, and their locks. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._file = LockFile(folder / "hosts.table", GROUPS * EACH * _RECORD.size)

    def try_lock(self, name: str, what: str) -> HeldByte | None:
        """A lock of this host: its door or one of its places; None when somebody holds it."""
        return self._file.try_lock(number_of(f"{what} {name}"))

    def look(self, name: str) -> HostState:
        """What is known of a host. Raises TimeoutError when a stopped process holds the table."""
        mark = _mark(name)
        at = _place_of(mark)
        # Read twice alike it is nobody's half-written record, and needs no lock.
        if (records := self._read(at)) == self._read(at):
            return _state(_find(records, mark))
        with self._group(name) as (mark, at):
            return _state(_find(self._read(at), mark))

    @contextmanager
    def change(self, name: str) -> Iterator[HostState]:
        """What is known of a host, kept as it is at the block's end. Raises TimeoutError as `look` does."""
        with self._group(name) as (mark, at):
            records = self._read(at)
            state = _state(_find(records, mark))
            yield state
            index = _index(records, mark)
            self._file.write(at + index * _RECORD.size, _RECORD.pack(mark, state.next_at, state.slow_s, state.good))

    def busy(self, name: str) -> HeldByte | None:
        """The lock under which a host's group is read and written: to be held for moments only."""
        return self._file.try_lock(_group_of(_mark(name)))

    def _read(self, at: int) -> list[tuple[bytes, float, float, float]]:
        return list(_RECORD.iter_unpack(self._file.read(at, _RECORD.size * EACH)))

    @contextmanager
    def _group(self, name: str) -> Iterator[tuple[bytes, int]]:
        mark = _mark(name)
        give_up = time.monotonic() + PATIENCE_S
        while (held := self._file.try_lock(_group_of(mark))) is None:
            if time.monotonic() > give_up:
                raise TimeoutError("The table of hosts is held for too long.")
            time.sleep(0.001)
        try:
            yield mark, _place_of(mark)
        finally:
            held.release()


def _mark(name: str) -> bytes:
    return sha256(name.encode("utf-8", "surrogatepass")).digest()[-8:]


def _group_of(mark: bytes) -> int:
    """The number of the lock of a host's group: behind those of hosts."""
    return LOCKS + int.from_bytes(mark[:4], "big") % GROUPS


def _place_of(mark: bytes) -> int:
    """Where the records of a host's group begin."""
    return (_group_of(mark) - LOCKS) * EACH * _RECORD.size


def _find(records: list[tuple[bytes, float, float, float]], mark: bytes) -> tuple[bytes, float, float, float] | None:
    return next((record for record in records if record[0] == mark), None)


def _state(record: tuple[bytes, float, float, float] | None) -> HostState:
    if record is None:
        return HostState()
    _, next_at, slow_s, good = record
    return HostState(sane(next_at), slow_s, int(good))


def _index(records: list[tuple[bytes, float, float, float]], mark: bytes) -> int:
    """Which record is this host's: its own, else the one whose time has been over for longest."""
    marks = [record[0] for record in records]
    if mark in marks:
        return marks.index(mark)
    sanest = time.monotonic() + SANE_S
    untils = [_until(record) if record[1] < sanest else 0.0 for record in records]
    return untils.index(min(untils))


def _until(record: tuple[bytes, float, float, float]) -> float:
    next_at = record[1]
    return next_at + SLOWED_S if record[2] and next_at else next_at


def sane(at: float) -> float:
    """A stored time, 0 where it cannot be one."""
    return at if at < time.monotonic() + SANE_S else 0.0
