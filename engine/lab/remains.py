"""Shared memory segments that a crash may leave behind: how they are named, found and removed.

A segment's name carries the process id of the runner, so that a later run can tell whose segments have
no owner any more. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
from multiprocessing import shared_memory
from pathlib import Path

_NAME = "overlap-lab-"
_SHELF = Path("/dev/shm")
"""Where Linux keeps segments by name (shm_overview(7)); other systems list them nowhere."""


def prefix() -> str:
    """What the names of this process's segments begin with."""
    return f"{_NAME}{os.getpid()}-"


def sweep(own: bool) -> list[str]:
    """Remove segments whose runner is gone, and with `own` this process's too; gives the names removed."""
    gone = []
    for path in _SHELF.glob(f"{_NAME}*") if _SHELF.is_dir() else ():
        owner = path.name.removeprefix(_NAME).partition("-")[0]
        if owner.isdigit() and (int(owner) == os.getpid() if own else not _alive(int(owner))):
            with contextlib.suppress(FileNotFoundError, PermissionError):  # another's, or gone a moment ago
                path.unlink()
                gone.append(path.name)
    return gone


def unlink_quietly(segment: shared_memory.SharedMemory) -> None:
    """Remove a segment's name; one that is gone already is no error."""
    with contextlib.suppress(FileNotFoundError):
        segment.unlink()


def _alive(pid: int) -> bool:
    if not hasattr(os, "kill") or os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
