"""Very many texts that take next to no memory: their bytes lie in a file without a name, their places in arrays.

A million addresses as Python's own strings, with what tells which were there before, take half a gigabyte; here some
twenty megabytes. Few of them never reach the disk.
"""

from __future__ import annotations

import os
import threading
import weakref
from abc import abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any, TypeVar, overload

from engine.errors import InputRefused

Made = TypeVar("Made")

IN_MEMORY = 2_000_000
"""Bytes that wait before they go to the file, and with which few texts stay."""
AT_ONCE = 4_096
"""Texts that are read together when all are asked for in order."""


class MadeWhenRead(Sequence[Made]):
    """Entries that are made only when they are read; slices, and what is sent elsewhere, are tuples of them."""

    @abstractmethod
    def _made(self, at: int) -> Made:
        """The entry with this number, from 0 and below the length."""

    @overload
    def __getitem__(self, at: int) -> Made: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Made]: ...
    def __getitem__(self, at: int | slice) -> Made | Sequence[Made]:
        found = range(len(self))[at]
        return self._made(found) if isinstance(found, int) else tuple(map(self._made, found))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)


class Texts(MadeWhenRead[str]):
    """Texts in the order in which they were added; equal to a like list, and sent elsewhere as a tuple."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._pages = _Pages()
        self._ends = array("Q")
        self._count = 0
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Put one more behind the others. Raises InputRefused where the disk has no room."""
        self._ends.append(self._pages.add(text.encode("utf-8", "surrogatepass")))
        self._count = len(self._ends)

    def first(self, count: int) -> Texts:
        """The first of them, in the same place: nothing may be added to these."""
        found = Texts()
        found._pages, found._ends, found._count = self._pages, self._ends, min(count, self._count)
        return found

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for start in range(0, self._count, AT_ONCE):
            stop = min(start + AT_ONCE, self._count)
            begin = place = self._ends[start - 1] if start else 0
            data = self._pages.read(begin, self._ends[stop - 1])
            for at in range(start, stop):
                end = self._ends[at]
                yield data[place - begin : end - begin].decode("utf-8", "surrogatepass")
                place = end

    def _made(self, at: int) -> str:
        return self._pages.read(self._ends[at - 1] if at else 0, self._ends[at]).decode("utf-8", "surrogatepass")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == self._count and all(
            one == theirs for one, theirs in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]


class _Pages:
    """Bytes one behind the other: the last of them in memory, those before in a file."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._written = 0
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()

    def add(self, data: bytes) -> int:
        """Where these bytes, put behind the others, end."""
        self._waiting += data
        if len(self._waiting) > IN_MEMORY:
            self._write()
        return self._written + len(self._waiting)

    def _write(self) -> None:
        try:
            if self._file is None:
                self._file = TemporaryFile(prefix="overlap-", buffering=0)  # noqa: SIM115 - as long as there are pages
                weakref.finalize(self, self._file.close)
            with self._lock:
                self._file.seek(self._written)
                rest = memoryview(self._waiting)
                while rest:
                    rest = rest[self._file.write(rest) :]
                rest.release()
        except OSError as error:
            raise InputRefused(
                f"The list cannot be kept in {gettempdir()} ({error.strerror}): free some space there."
            ) from None
        self._written += len(self._waiting)
        self._waiting = bytearray()

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from one place to another."""
        if start >= self._written or self._file is None:
            return bytes(self._waiting[start - self._written : stop - self._written])
        here = min(stop, self._written)
        if hasattr(os, "pread"):
            data = os.pread(self._file.fileno(), here - start, start)
        else:  # Windows
            with self._lock:
                self._file.seek(start)
                data = self._file.read(here - start)
        return data if here == stop else data + bytes(self._waiting[: stop - self._written])


class Seen:
    """Which texts were there before, and the number that each got then.

    An open-addressed table of their hashes, of 64 bits; `same` makes sure, where it matters, that the text that got a
    number is the one at hand: two of a million and a half texts have one hash once in ten million lists.
    """

    def __init__(self, same: Callable[[int, str], bool] | None = None) -> None:
        self._same = same
        self._hashes, self._numbers = array("q"), array("I")
        self._slots = array("I", bytes(4 * 1024))
        """For each slot 0, or the place of its hash and number, counted from 1."""

    def __len__(self) -> int:
        return len(self._hashes)

    def number_of(self, text: str, number: int) -> int:
        """The number that the text got when it was first seen: `number`, if that is now."""
        value = hash(text)
        mask = len(self._slots) - 1
        slot = value & mask
        while place := self._slots[slot]:
            if self._hashes[place - 1] == value:
                known = self._numbers[place - 1]
                if self._same is None or self._same(known, text):
                    return known
            slot = (slot + 1) & mask
        self._hashes.append(value)
        self._numbers.append(number)
        self._slots[slot] = len(self._hashes)
        if 2 * len(self._hashes) > len(self._slots):
            self._grow()
        return number

    def _grow(self) -> None:
        slots = array("I", bytes(4 * 2 * len(self._slots)))
        mask = len(slots) - 1
        for place, value in enumerate(self._hashes, 1):
            slot = value & mask
            while slots[slot]:
                slot = (slot + 1) & mask
            slots[slot] = place
        self._slots = slots


def distinct(texts: Iterable[str]) -> Texts:
    """The texts, each once, in the order in which they came first."""
    kept = Texts()
    seen = Seen(lambda number, text: kept[number] == text)
    for text in texts:
        if seen.number_of(text, len(kept)) == len(kept):
            kept.add(text)
    return kept
