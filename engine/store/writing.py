"""Records on their way into the database, written by a thread of their own.

The supervisor reads a trial and holds it to its limits; it must not stop doing so while the disk
is slow or another program keeps the database locked. Rows wait here meanwhile, in memory: a
locked database means that they are saved later. Whatever ends the saving (a full disk, a lock
that outlasts the store's patience, a fault of our own) is raised where rows are handed in, and ends the run:
a row that was handed in is saved, or its run fails with the reason. Where very many wait, they are packed
(MessagePack), in a third of the memory.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import msgspec

from engine.errors import StoreUnusable

Rows = list[tuple[Any, ...]]
Save = Callable[[Rows, int, int], None]
"""Stores rows and counts them: (rows, how many are ok, how many failed)."""


PACKED_FROM = 50_000
"""So many rows may wait as they are; what comes while more wait is packed."""

_encode = msgspec.msgpack.Encoder().encode
_unpacked = msgspec.msgpack.Decoder(Rows).decode


def _packed(rows: Rows) -> Rows | bytes:
    try:
        return _encode(rows)
    except (ValueError, OverflowError, TypeError):  # a text that UTF-8 cannot hold, a number of more than 64 bits
        return rows


class Writer:
    """Saves rows in the order in which they came; a context manager whose end waits until all are saved."""

    def __init__(self, save: Save) -> None:
        self._save = save
        self._waiting: queue.SimpleQueue[tuple[Rows | bytes, int, int] | None] = queue.SimpleQueue()
        self._given, self._taken = 0, 0
        self._problem: StoreUnusable | None = None
        self._thread = threading.Thread(target=self._work, name="overlap-writer", daemon=True)
        self._thread.start()

    def put(self, rows: Rows, ok: int, failed: int) -> None:
        """Hand rows in. Raises StoreUnusable when earlier ones could not be saved."""
        if self._problem:
            raise self._problem
        many = self._given - self._taken > PACKED_FROM
        self._given += ok + failed
        self._waiting.put((_packed(rows) if many else rows, ok, failed))

    def close(self) -> None:
        """Wait until every row is saved. Raises StoreUnusable when some could not be."""
        self._waiting.put(None)
        self._thread.join()
        if self._problem:
            raise self._problem

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            rows, ok, failed = item
            self._taken += ok + failed
            if self._problem is None:
                try:
                    self._save(_unpacked(rows) if isinstance(rows, bytes) else rows, ok, failed)
                except StoreUnusable as problem:
                    self._problem = problem
                except BaseException as error:  # nobody would see this thread end
                    words = " ".join(str(getattr(error, "orig", error)).split())[:200]
                    self._problem = StoreUnusable(f"Results could not be stored ({type(error).__name__}: {words}).")
                    self._problem.__cause__ = error
