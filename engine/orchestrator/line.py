"""The line in which runs wait for their turn on this machine: who came first goes first, and each knows its place.

    turn-<when>-<pid>-<random>.ticket    a file that its run keeps locked as long as it waits
    turn-….txt                           how many seconds the run will take at most, where that is known

Names sort by when their runs came. The kernel frees the lock of a run that was killed, so nobody waits behind the dead.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from engine.machine import private

_YOUNG_S = 5.0
"""A ticket this young may be about to be locked by the run that has just made it."""


class Ticket:
    """A place in the line, held until `give_back`."""

    def __init__(self, folder: Path, most_s: float | None) -> None:
        name = f"turn-{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(2)}"
        self.path = folder / f"{name}.ticket"
        self._lock = FileLock(self.path, timeout=0, mode=0o600)
        self._lock.acquire()
        private.write_text(self.path.with_suffix(".txt"), "" if most_s is None else str(most_s))

    def before(self) -> list[float | None]:
        """Of each run that came before and still waits, how many seconds it will take at most; None where unknown."""
        return [_most_s(path) for path in self._earlier() if _waits(path)]

    def give_back(self) -> None:
        """Leave the line."""
        self._lock.release()
        _remove(self.path)

    def _earlier(self) -> Iterator[Path]:
        yield from (path for path in sorted(self.path.parent.glob("turn-*.ticket")) if path.name < self.path.name)


def _waits(path: Path) -> bool:
    """Whether the run of a ticket waits; what a dead one left is removed."""
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        with lock:
            pass
    except Timeout:
        return True
    except OSError:  # given back a moment ago
        return False
    if time.time_ns() - _made_ns(path) > _YOUNG_S * 1e9:
        _remove(path)
    return False


def _made_ns(path: Path) -> int:
    digits = path.name.split("-")[1]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _most_s(path: Path) -> float | None:
    try:
        return float(path.with_suffix(".txt").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _remove(path: Path) -> None:
    for one in (path, path.with_suffix(".txt")):
        with contextlib.suppress(OSError):
            one.unlink(missing_ok=True)


def told(before: list[float | None], holder_left_s: float | None) -> str:
    """What is said of a place in the line: how many are before it and, where all of them are known, when it is over."""
    others = "" if not before else "; one other is before it" if len(before) == 1 else (
        f"; {len(before)} others are before it"
    )  # fmt: skip
    known = [holder_left_s, *before]
    total_s = sum(one for one in known if one is not None)
    if any(one is None for one in known) or total_s <= 0:
        return others
    minutes = round(total_s / 60)
    return f"{others}; it begins within about {f'{minutes} min' if minutes else f'{max(1, round(total_s))} s'}"
