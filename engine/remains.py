"""What a crash may leave, segments, semaphores and sockets: how it is named, found and removed.

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
_LONGEST = 50
"""Bytes of a temporary folder's path that leave room for our folder and a socket's name in it."""


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


def keep_sockets_short() -> None:
    """Let multiprocessing keep its sockets in a folder that `sweep` finds and whose path a socket's name may have.

    A socket's name holds 108 bytes on Linux and 104 on macOS (unix(7)); a long TMPDIR leaves too few, and the
    forkserver then cannot start. Like the prefix above, the setting is not a public one (`util.get_temp_dir` reads it).
    """
    import tempfile  # here and below, because every trial imports this module and start-up counts

    settings = getattr(process.current_process(), "_config", None)
    if sys.platform != "win32" and isinstance(settings, dict) and not settings.get("tempdir"):
        usual = tempfile.gettempdir()
        place = usual if len(usual.encode()) <= _LONGEST else "/tmp"
        settings["tempdir"] = tempfile.mkdtemp(prefix=prefix(), dir=place)


def sweep(own: bool) -> list[str]:
    """Remove what is left by owners that are gone or, with `own`, by this process; gives the names removed."""
    gone: list[str] = []
    for path in (found for shelf in _shelves() for found in (*shelf.glob(f"{_NAME}*"), *shelf.glob(f"sem.{_NAME}*"))):
        owner, dash, _ = path.name.removeprefix("sem.").removeprefix(_NAME).partition("-")
        if dash and owner.isdigit() and (int(owner) == os.getpid() if own else not _alive(int(owner))):
            with contextlib.suppress(FileNotFoundError, PermissionError):  # another's, or gone a moment ago
                _remove(path)
                gone.append(path.name)
    return gone


def _shelves() -> list[Path]:
    import tempfile

    places = [_SHELF] if sys.platform == "win32" else [_SHELF, Path(tempfile.gettempdir()), Path("/tmp")]
    return [place for place in dict.fromkeys(places) if place.is_dir()]


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
