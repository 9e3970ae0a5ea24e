"""Files with a kernel lock: what workers and processes share, and what a dead process frees.

filelock's `lock_descriptor` is used rather than its FileLock: the same portable lock at 5 µs instead of 90 µs, which is
paid for every request. A handle is one open file; two handles on one path exclude each other, also within a process.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.private import write_text

PATIENCE_S = 0.5
"""How long a short lock is waited for: its holder only reads and writes some bytes, unless it was stopped."""


class Held:
    """A locked file, until `release`. Releasing twice does nothing."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Free the lock."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def key(text: str) -> str:
    """A short file name for a host or an address."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def try_lock(path: Path) -> Held | None:
    """The lock of this file, which is made when it is missing; None when somebody holds it."""
    from filelock import lock_descriptor

    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        locked = lock_descriptor(handle, blocking=False)
    except BaseException:
        os.close(handle)
        raise
    if not locked:
        os.close(handle)
        return None
    return Held(handle)


@contextmanager
def shared(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON object in a file, locked while the block runs and written back if it was changed.

    Raises TimeoutError when the lock does not come free. The lock lies beside the file, because a
    locked byte cannot be read by others on Windows and a replaced file would take its lock along.
    """
    held = _patiently(path.with_suffix(".lock"))
    try:
        values = read_json(path)
        before = dict(values)
        yield values
        if values != before:
            write_json(path, values)
    finally:
        held.release()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty when there is none or it is damaged (a crash cut it short)."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Replace a file as a whole, so that no reader sees half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.draft")
    write_text(draft, json.dumps(values))
    os.replace(draft, path)


def forget(folder: Path, pattern: str, age_s: float) -> None:
    """Remove the files of this folder that were not written for so long."""
    for path in folder.glob(pattern):
        # Another process may be clearing up too.
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > age_s:
                path.unlink()


def _patiently(path: Path) -> Held:
    give_up = time.monotonic() + PATIENCE_S
    while (held := try_lock(path)) is None:
        if time.monotonic() > give_up:
            raise TimeoutError(f"The lock {path.name} is held for too long.")
        time.sleep(0.001)
    return held
