"""What is for this user alone: a folder of its own among the temporary files, and the rights of what Overlap keeps.

Every place that Overlap needs in the system's folder for temporary files (the locks that say whose turn it is,
unpacked archives, sockets) lies in one folder, `overlap-user-<uid>`, that only its owner can enter. Another user may
have taken that name before; then the next free one is taken. So nobody else can read what lies there, hold a lock,
or lay a link where something will be written. Lowest floor, standard library only.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.errors import NotAvailable

_NAMES = 20
"""So many names are tried for the folder before it is given up."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MAY_CHANGE = stat.S_IWGRP | stat.S_IWOTH
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_KEPT = (
    "runs", "samples", "shops", "polite", "uploads", "selectors.json", "readings.db", "overlap.db",
    "overlap.db-journal", "overlap.toml", "backups",
)  # fmt: skip
"""What a home holds; other things in it are not Overlap's to change."""
_held: dict[Path, int] = {}
"""This process's scratch folders, each open: a lock on it says that it is in use."""


def temporary_folder(base: Path | None = None) -> Path:
    """This user's folder below the folder for temporary files (or `base`), made where it is missing.

    Raises NotAvailable where other users could put theirs in its place, or have taken all of its names.
    """
    base = base or _base()
    if sys.platform == "win32":  # there the folder for temporary files is the user's own
        (base / "overlap").mkdir(exist_ok=True)
        return base / "overlap"
    _must_be_sticky(base)
    names = _names(base)
    found = next((path for path in names if _is_own(path)), None)
    return found or _made(base, names)


def existing_folders() -> list[Path]:
    """This user's folders, where there are any: below TMPDIR, and in /tmp, where sockets lie that need short names."""
    if sys.platform == "win32":
        return [path for path in [_base() / "overlap"] if path.is_dir()]
    bases = dict.fromkeys([_base(), Path("/tmp")])
    return [path for base in bases for path in _names(base) if _is_own(path)]


def _base() -> Path:
    import tempfile  # only here, because every trial imports this module and start-up counts

    return Path(tempfile.gettempdir())


def _names(base: Path) -> list[Path]:
    name = f"overlap-user-{os.geteuid()}"
    return [base / name, *(base / f"{name}-{number}" for number in range(1, _NAMES))]


def _must_be_sticky(base: Path) -> None:
    mode = base.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise NotAvailable(
            f"Every user may rename what lies in {base}, so nothing there is safe from others: have its sticky bit "
            f"set (chmod +t {base}), or set TMPDIR to a folder of your own."
        )


def _is_own(path: Path) -> bool:
    """Whether this is a folder, no link, that is this user's and that no other could have changed; closed to all."""
    try:
        folder = os.open(path, os.O_RDONLY | _FOLDER)
    except OSError:  # none, a link, a file, or closed to this user
        return False
    try:
        found = os.fstat(folder)
        if found.st_uid != os.geteuid() or found.st_mode & _MAY_CHANGE:
            return False
        if found.st_mode & _OTHERS:
            os.fchmod(folder, stat.S_IRWXU)
        return True
    finally:
        os.close(folder)


def _made(base: Path, names: list[Path]) -> Path:
    for path in names:
        with contextlib.suppress(FileExistsError):  # another user's, or another process of this one was faster
            path.mkdir(mode=0o700)
        if _is_own(path):
            return path
    raise NotAvailable(
        f"Other users of this machine have taken every name that Overlap's folder in {base} could have "
        f"({names[0].name} and on): set TMPDIR to a folder of your own."
    )


# -- folders for as long as a process lives --------------------------------------


@contextlib.contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """An empty folder that is removed at the end; after a kill, by the next `sweep`."""
    import shutil

    folder = scratch_folder(kind)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if folder in _held:
            os.close(_held.pop(folder))


def scratch_folder(kind: str, parent: Path | None = None) -> Path:
    """An empty folder of this process: `sweep` leaves it alone as long as this process or a fork of it lives."""
    import tempfile

    made = Path(tempfile.mkdtemp(prefix=f"{kind}-{os.getpid()}-", dir=parent or temporary_folder()))
    if sys.platform != "win32":
        import fcntl

        _held[made] = os.open(made, os.O_RDONLY | _FOLDER)
        with contextlib.suppress(OSError):  # a file system without locks: then the process id alone tells
            fcntl.flock(_held[made], fcntl.LOCK_SH | fcntl.LOCK_NB)
    return made


def abandoned(folder: Path) -> Iterator[Path]:
    """The scratch folders below `folder` whose process is gone."""
    for path in folder.iterdir():
        _, _, rest = path.name.partition("-")
        owner = rest.partition("-")[0]
        if owner.isascii() and owner.isdigit() and not is_alive(int(owner)) and not _in_use(path):
            yield path


def is_alive(pid: int) -> bool:
    """Whether a process has this id; also where it is another user's."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _in_use(path: Path) -> bool:
    """Whether a process holds this folder, which may live where its id is not known here (another container)."""
    if sys.platform == "win32":
        return False
    try:
        folder = os.open(path, os.O_RDONLY | _FOLDER)
    except OSError:  # a file or a link: nothing that was made here
        return True
    return _held_by_another(folder)


def is_locked(path: Path) -> bool:
    """Whether a process holds a lock on a file that this one may only read; False where that cannot be asked."""
    if sys.platform == "win32":
        return False
    try:
        file = os.open(path, os.O_RDONLY | _NO_LINK)
    except OSError:
        return False
    return _held_by_another(file)


def _held_by_another(descriptor: int) -> bool:
    """Whether a lock on what is open here is another's; closes it, and so gives a lock that was free back."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(descriptor)
    return False


# -- the rights of what is kept ---------------------------------------------------


def opener(path: str, flags: int) -> int:
    """For `open(..., opener=opener)`: a file that only its owner may read, never through a link."""
    return os.open(path, flags | _NO_LINK, 0o600)


def write_text(path: Path, text: str) -> None:
    """Write a file that only its owner may read; a link of this name is not followed but refused (OSError)."""
    with open(path, "w", encoding="utf-8", opener=opener) as file:
        file.write(text)


def make_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, for its owner alone."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def close_home(home: Path) -> None:
    """Make the home, and take from all others what rights they have in it: homes used to be open to read.

    A folder that is also something else (another user's, everybody's, or the user's own home folder) keeps its
    rights; what Overlap keeps in it is closed.
    """
    make_folder(home)
    if sys.platform == "win32":
        return
    found = home.stat()
    ours = found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX and str(home) != os.path.expanduser("~")
    if ours and not found.st_mode & _OTHERS:
        return
    with contextlib.suppress(OSError):  # a disk without rights (FAT); or what is there goes at this moment
        if ours:
            home.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
        for name in _KEPT:
            _close(home / name)


def _close(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid():
        return
    if stat.S_ISDIR(found.st_mode) and not found.st_mode & _OTHERS:
        return  # closed before, so all below it is out of reach
    if stat.S_ISDIR(found.st_mode):
        for entry in path.iterdir():
            _close(entry)
    if found.st_mode & _OTHERS:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def umask_like(folder: Path) -> int:
    """The umask with which files come to be as open as the folder they are written to, or the nearest above it."""
    while not folder.is_dir():
        folder = folder.parent
    return ~stat.S_IMODE(folder.stat().st_mode) & 0o777
