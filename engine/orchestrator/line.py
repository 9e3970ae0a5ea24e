"""The line in which runs wait for their turn on this machine: who came first goes first, and each knows its place.

    turn-<when>-<pid>-<random>.ticket    a file that its run keeps locked as long as it waits
    turn-….txt                           how many seconds the run will take, where that can be said, and by what

Names sort by when their runs came. The kernel frees the lock of a run that was killed, so nobody waits behind the dead.
"""

from __future__ import annotations

import contextlib
import math
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from engine.machine import private

_STEP_S = 15
"""What begins within a minute is told in such steps: each change is a line in a terminal, and a row in the database."""
_YOUNG_S = 5.0
"""A ticket this young may be about to be locked by the run that has just made it."""


JUDGED, AT_MOST = "judged", "at most"


class Expected(NamedTuple):
    """How many seconds a run will take, or will still take. That is a limit which it keeps, or, where `judged`, an
    estimate from runs like it or from its own pace."""

    seconds: float
    judged: bool = False

    def written(self) -> str:
        """As it stands in a file."""
        return f"{self.seconds}\n{JUDGED if self.judged else AT_MOST}"


def expected_from(text: str) -> Expected | None:
    """What `written` gave; None for anything else."""
    seconds, _, basis = text.partition("\n")
    try:
        found = float(seconds)
    except ValueError:
        return None
    return Expected(found, basis.partition("\n")[0] == JUDGED) if math.isfinite(found) and found >= 0 else None


class Ticket:
    """A place in the line, held until `give_back`."""

    def __init__(self, folder: Path, expected: Expected | None) -> None:
        name = f"turn-{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(2)}"
        self.path = folder / f"{name}.ticket"
        self._lock = FileLock(self.path, timeout=0, mode=0o600)
        self._lock.acquire()
        private.write_text(self.path.with_suffix(".txt"), "" if expected is None else expected.written())

    def before(self) -> list[Expected | None]:
        """Of each run that came before and still waits, how long it will take; None where nobody can say."""
        return [_expected(path) for path in self._earlier() if _waits(path)]

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


def _expected(path: Path) -> Expected | None:
    try:
        return expected_from(path.with_suffix(".txt").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _remove(path: Path) -> None:
    for one in (path, path.with_suffix(".txt")):
        with contextlib.suppress(OSError):
            one.unlink(missing_ok=True)


def told(before: list[Expected | None], holder: Expected | None) -> str:
    """What is said of a place in the line: how many are before it, and when it is over or that nobody can say."""
    others = "" if not before else "; one other is before it" if len(before) == 1 else (
        f"; {len(before)} others are before it"
    )  # fmt: skip
    known = [one for one in (holder, *before) if one is not None]
    total_s = sum(one.seconds for one in known)
    if len(known) <= len(before):
        return f"{others}; when it begins cannot be estimated"
    if total_s <= 0:
        return others
    length = f"{round(total_s / 60)} min" if total_s > 45 else f"{_STEP_S * math.ceil(total_s / _STEP_S)} s"
    if any(one.judged for one in known):
        return f"{others}; it begins in about {length}, judged by earlier runs and the pace so far"
    return f"{others}; it begins within about {length}"
