"""Files that a command writes for its user: whole, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_whole(target: Path, chunks: Iterable[bytes]) -> None:
    """Write these pieces to a file; a file that was there before stays as it is until all of them are written.

    A link is followed, and a file keeps its rights. Written to directly are what is no file, such as a pipe, and a file
    in a folder that takes no other. Raises OSError, and what `chunks` raises.
    """
    mode = _mode_of(target)
    place = Path(os.path.realpath(target))
    draft = None if _is_odd(mode, place) else _draft(target, place)
    if draft is None:
        with open(target, "wb") as file:
            file.writelines(chunks)
        return
    try:
        with open(draft, "wb") as file:
            file.writelines(chunks)
        os.chmod(draft, stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())
        os.replace(draft, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _is_odd(mode: int | None, place: Path) -> bool:
    """Whether it is no file that could be replaced: a pipe, say, or a link that leads to itself."""
    return not stat.S_ISREG(mode) if mode is not None else place.is_symlink()


def _draft(target: Path, place: Path) -> str | None:
    """An empty file beside `place`; None where its folder takes none. Raises OSError that names the target."""
    try:
        descriptor, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}-")
    except PermissionError:
        return None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    os.close(descriptor)
    return draft


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except OSError:
        return None


def _umask() -> int:
    """The rights that new files of this process are not given; the system tells them only in exchange for others."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
