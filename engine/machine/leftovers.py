"""What a crash may leave, segments, semaphores and sockets: how it is named, found and removed.

A name carries the process id of its owner (a trial, or a lab's runner), so that others can tell what
has no owner any more: a process that is killed with its resource tracker comes to no tidy end.
Lowest floor, standard library only.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from multiprocessing import process
from pathlib import Path

from engine.machine import private

_NAME = "overlap-"
_SHELF = Path("/dev/shm")
"""Where Linux keeps segments and, as sem.NAME, semaphores (shm_overview(7), sem_overview(7))."""
_LONGEST = 36
"""Bytes of a temporary folder's path that leave room for our folders and a socket's name in it."""


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
    import tempfile  # only here, because every trial imports this module and start-up counts

    settings = getattr(process.current_process(), "_config", None)
    if sys.platform != "win32" and isinstance(settings, dict) and not settings.get("tempdir"):
        usual = tempfile.gettempdir()
        place = private.temporary_folder(Path(usual if len(usual.encode()) <= _LONGEST else "/tmp"))
        settings["tempdir"] = str(private.scratch_folder("s", place))


def sweep(own: bool) -> list[str]:
    """Remove what is left by owners that are gone or, with `own`, by this process; gives the names removed.

    Only what this user owns, and only under names that are given here: shared memory, and scratch folders.
    """
    gone: list[str] = []
    for path in [*_left_in_memory(own), *_left_folders()]:
        with contextlib.suppress(FileNotFoundError, PermissionError):  # gone a moment ago, or locked (Windows)
            _remove(path)
            gone.append(path.name)
    return gone


def _left_in_memory(own: bool) -> Iterator[Path]:
    if sys.platform == "win32" or not _SHELF.is_dir():
        return
    for path in (*_SHELF.glob(f"{_NAME}*"), *_SHELF.glob(f"sem.{_NAME}*")):
        owner, dash, _ = path.name.removeprefix("sem.").removeprefix(_NAME).partition("-")
        if dash and owner.isascii() and owner.isdigit():
            left = int(owner) == os.getpid() if own else not private.is_alive(int(owner))
            if left and _is_own_file(path):
                yield path


def _is_own_file(path: Path) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return found.st_uid == os.geteuid() and stat.S_ISREG(found.st_mode)


def _left_folders() -> Iterator[Path]:
    for folder in private.existing_folders():
        yield from private.abandoned(folder)


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
