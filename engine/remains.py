"""What a crash may leave in shared memory, segments and semaphores: how it is named, found and removed.

A name carries the process id of its owner (a trial, or a lab's runner), so that others can tell what
has no owner any more: a process that is killed with its resource tracker comes to no tidy end.
Lowest floor, standard library only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from multiprocessing import process
from pathlib import Path

_NAME = "overlap-"
_SHELF = Path("/dev/shm")
"""Where Linux keeps segments and, as sem.NAME, semaphores (shm_overview(7), sem_overview(7))."""


def prefix() -> str:
    """What the names of what this process makes begin with."""
    return f"{_NAME}{os.getpid()}-"


def name_semaphores(beginning: str) -> None:
    """Let this process and its workers name their semaphores so that `sweep` finds them after a kill.

    multiprocessing names them /mp-… and removes them in the end, but a process that is killed with its resource
    tracker comes to no end. The setting is the library's own (`SemLock._make_name` reads it), but not a public one.
    """
    settings = getattr(process.current_process(), "_config", None)
    if sys.platform == "linux" and isinstance(settings, dict) and "semprefix" in settings:
        settings["semprefix"] = "/" + beginning.rstrip("-")


def sweep(own: bool) -> list[str]:
    """Remove what is left by owners that are gone or, with `own`, by this process; gives the names removed."""
    gone: list[str] = []
    for path in [*_SHELF.glob(f"{_NAME}*"), *_SHELF.glob(f"sem.{_NAME}*")] if _SHELF.is_dir() else ():
        owner = path.name.removeprefix("sem.").removeprefix(_NAME).partition("-")[0]
        if owner.isdigit() and (int(owner) == os.getpid() if own else not _alive(int(owner))):
            with contextlib.suppress(FileNotFoundError, PermissionError):  # another's, or gone a moment ago
                path.unlink()
                gone.append(path.name)
    return gone


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
