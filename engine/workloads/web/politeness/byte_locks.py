"""One open file whose bytes are locks, and whose first megabytes are shared memory between processes.

A lock on a byte needs no file of its own: nothing is made, opened or cleared up for it, which is what a list with
thousands of hosts would pay for at every page (a new file costs 40 µs on an idle disk and ten times that on a busy one,
a byte 2 µs). The kernel frees a dead process's locks. POSIX locks belong to a process, so threads are kept apart here,
and a file's handle is shared by all who open it: closing a second one would free every lock of the first (fcntl(2)).
"""

from __future__ import annotations

import errno
import mmap
import os
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock, RLock

from engine.machine.private import make_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FIRST = 2**28
"""Where bytes that are locks begin: behind all content, because a locked byte cannot be read on Windows."""
LOCKS = 2**30
"""How many there are. Windows' locks end at 2 GB; two hosts of ten thousand share one in a list of twenty."""
_BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(slots=True)
class _Opened:
    """A file as this process has it open. `lock` guards `held` and, where reads need two calls, the handle.

    `shared` is its content as memory, where it has a size of its own.
    """

    handle: int
    shared: mmap.mmap | None = None
    users: int = 0
    held: set[int] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


_opened: dict[str, _Opened] = {}
_opening = RLock()  # a collected LockFile closes its handle, also while another is opened by this thread


class HeldByte:
    """A locked byte, until `release`. Releasing twice does nothing."""

    __slots__ = ("_file", "_number")

    def __init__(self, file: LockFile, number: int) -> None:
        self._file: LockFile | None = file
        self._number = number

    def release(self) -> None:
        """Free the lock."""
        file, self._file = self._file, None
        if file is not None:
            file.free(self._number)


class LockFile:
    """A file of locks. Safe to share between threads; processes share the path.

    `content` is the size of what it holds in bytes, where that never changes: it is read as memory then, without a call
    to the kernel, in which other threads would take the interpreter.
    """

    def __init__(self, path: Path, content: int = 0) -> None:
        make_folder(path.parent)
        self._path = os.path.join(os.path.realpath(path.parent), path.name)
        with _opening:
            self._opened = _opened.get(self._path) or _Opened(os.open(self._path, _FLAGS, 0o600))
            _opened[self._path] = self._opened
            if content and self._opened.shared is None:
                self._opened.shared = _shared(self._opened.handle, content)
            self._opened.users += 1

    def __del__(self) -> None:
        if not hasattr(self, "_opened"):  # the file could not be opened
            return
        with _opening:
            self._opened.users -= 1
            if not self._opened.users:
                _opened.pop(self._path, None)
                if self._opened.shared is not None:
                    self._opened.shared.close()
                os.close(self._opened.handle)

    def try_lock(self, number: int) -> HeldByte | None:
        """The lock of this number; None when somebody holds it, in this process or another."""
        opened = self._opened
        with opened.lock:
            if number in opened.held or not _locked(opened.handle, FIRST + number):
                return None
            opened.held.add(number)
        return HeldByte(self, number)

    def free(self, number: int) -> None:
        """Free a lock that is held."""
        opened = self._opened
        with opened.lock:
            if number in opened.held:  # not where a fork has left the lock with its parent
                opened.held.discard(number)
                _unlock(opened.handle, FIRST + number)

    def read(self, at: int, size: int) -> bytes:
        """What the file holds there, filled up with zeros where it ends before."""
        if (shared := self._opened.shared) is not None:
            return shared[at : at + size]
        return _read_at(self._opened, at, size).ljust(size, b"\0")

    def write(self, at: int, content: bytes) -> None:
        """Put this into the file there. Raises OSError where the disk is full."""
        if _write_at(self._opened, at, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def number_of(text: str) -> int:
    """The lock that stands for a text."""
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") % LOCKS


if sys.platform == "win32":

    def _shared(handle: int, content: int) -> mmap.mmap | None:
        return None  # a mapped file could not be deleted

    def _read_at(opened: _Opened, at: int, size: int) -> bytes:
        with opened.lock:
            os.lseek(opened.handle, at, os.SEEK_SET)
            return os.read(opened.handle, size)

    def _write_at(opened: _Opened, at: int, content: bytes) -> int:
        with opened.lock:
            os.lseek(opened.handle, at, os.SEEK_SET)
            return os.write(opened.handle, content)

    def _locked(handle: int, at: int) -> bool:
        os.lseek(handle, at, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

    def _unlock(handle: int, at: int) -> None:
        os.lseek(handle, at, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:

    def _shared(handle: int, content: int) -> mmap.mmap | None:
        """The content as memory. What is written still goes through the handle: a full disk is then an OSError."""
        if os.fstat(handle).st_size < content:
            os.ftruncate(handle, content)
        try:
            return mmap.mmap(handle, content, prot=mmap.PROT_READ)
        except (OSError, ValueError):  # a file system without
            return None

    def _read_at(opened: _Opened, at: int, size: int) -> bytes:
        return os.pread(opened.handle, size, at)  # one call, in which other threads may take the interpreter

    def _write_at(opened: _Opened, at: int, content: bytes) -> int:
        return os.pwrite(opened.handle, content, at)

    def _locked(handle: int, at: int) -> bool:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

    def _unlock(handle: int, at: int) -> None:
        fcntl.lockf(handle, fcntl.LOCK_UN, 1, at)

    def _forked() -> None:
        """Locks stay with the parent; a handle stays shared, which only moves the position (each use sets it)."""
        global _opening
        _opening = RLock()
        for opened in _opened.values():
            opened.held.clear()
            opened.lock = Lock()

    os.register_at_fork(after_in_child=_forked)
