"""Putting a finished file in its place: whole or not at all, and never over a file that is not this run's to replace.

The content is written beside its name first. A name that nobody has yet is then taken by a hard link, which fails
where another file, a link or a folder has it, however the file system compares names (case, Unicode's forms), and
whichever program was faster. Only where replacing was asked for, `os.replace` takes it.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from engine.errors import TaskFailed
from engine.workloads.images.making.parts import new_part

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES}
"""What systems say that have no hard links there: FAT, exFAT, some shares. os.open then says what is really wrong."""


def write(target: Path, data: bytes, replace: bool = False) -> None:
    """Put `data` in place at once: a reader sees nothing, the old file, or the whole new one.

    A file that is there already with this very content is left as it is: a run that is tried again made it.
    Raises TaskFailed: exists (without `replace`, something else has the name), not_written.
    """
    part: Path | None = None
    try:
        try:
            part = new_part(target, data)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = new_part(target, data)
        if replace:
            os.replace(part, target)
            part = None
        else:
            _take(part, target)
    except FileExistsError:
        if not _holds(target, data):
            raise exists(target) from None
    except OSError as error:
        raise TaskFailed("not_written", f"{target.name} cannot be written: {error.strerror or error}.") from None
    finally:
        if part is not None:
            with suppress(OSError):  # a disk that has just become read-only keeps it
                part.unlink(missing_ok=True)


def exists(target: Path) -> TaskFailed:
    """The failure of a result whose name something else has."""
    return TaskFailed(
        "exists",
        f"{target.name} is there already, and this run did not write it: choose another folder or name, "
        "or allow overwriting (--overwrite, or the choice in the form).",
    )


def _take(part: Path, target: Path) -> None:
    """Give the part its name. Raises FileExistsError when anything has it."""
    if os.name == "nt":
        os.rename(part, target)  # fails there where anything has the name
        return
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # The name is taken by an empty file of our own, which the whole one then replaces.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        os.replace(part, target)


def _holds(target: Path, data: bytes) -> bool:
    """Whether the file at `target` has this content; what is no plain file has not."""
    try:
        status = os.lstat(target)
        return stat.S_ISREG(status.st_mode) and status.st_size == len(data) and target.read_bytes() == data
    except OSError:
        return False
