"""One at a time: a lock among this user's temporary files, that says what it waits for. Standard library only."""

from __future__ import annotations

import os
import sys
import time

from engine.errors import NotAvailable
from engine.machine.private import temporary_folder


def say(text: str) -> None:
    """Print a line for people without delay."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Turn:
    """The right to do what only one process of this user may do at a time, until `end`; a context manager.

    The system ends it with the process. Raises NotAvailable where no folder for it is safe from other users.
    """

    def __init__(self, name: str, doing: str) -> None:
        self._file = _opened(name)
        if self._file is not None and not _locks(self._file):
            say(f"Another start of Overlap is {doing}: waiting for it. (Ctrl-C gives up)")
            while not _locks(self._file):
                time.sleep(0.1)

    def end(self) -> None:
        """Let the next one in. A second call does nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()


def _opened(name: str) -> int | None:
    """The file that is locked; None where there is no place for one: nobody waits for anybody then."""
    try:
        path = temporary_folder() / f"{name}.lock"
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except NotAvailable:
        raise
    except OSError:
        return None


def _locks(file: int) -> bool:
    """Whether the file could be locked; it stays so until it is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # another process has it
        return False
    except OSError:  # a file system without locks
        return True
    return True
