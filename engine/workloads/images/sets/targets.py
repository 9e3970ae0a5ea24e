"""Where results go, looked at before the start: can the folder be written, and what would they meet there?

Files are compared by what the system says that they are (device and number), not by their names: a link, a hard
link, another spelling or a file system that ignores case cannot make an original look like a free name.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import InputRefused

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Met:
    """What results would meet in their folder; each is a name as it was asked for.

    `originals` are sources of the run, which are never replaced; `others` are files of whatever origin.
    """

    originals: frozenset[str] = field(default_factory=frozenset)
    others: tuple[str, ...] = ()


Choice = Literal["never", "ask", "all"]
CHOICES: tuple[Choice, ...] = ("never", "ask", "all")


@dataclass(frozen=True, slots=True)
class Overwriting:
    """What may be replaced among the files that are there already: nothing, all, or what `agree` gives of the names."""

    choice: Choice = "never"
    agree: Callable[[Sequence[str]], Collection[str]] | None = None

    def agreed(self, there: Met) -> frozenset[str]:
        """The names that may be replaced, asked for where that is the choice and some exist."""
        if self.choice != "ask" or self.agree is None or not there.others:
            return frozenset()
        return frozenset(self.agree(there.others))


KEEP = Overwriting()


def met(folder: Path, rows: Iterable[Sequence[str]], sources: Iterable[Path | str]) -> Met:
    """What the results `rows` (names below `folder`, a list for each source) would meet there."""
    if not folder.is_dir():
        return Met()
    there: dict[str, Identity | None] = {}
    places: dict[str, bool] = {}
    for name in (name for row in rows for name in row):
        parent = os.path.dirname(name)
        if parent not in places:
            places[parent] = (folder / parent).is_dir()
        if not places[parent]:
            continue
        path = os.path.join(folder, name)
        if (identity := identity_of(path)) or os.path.lexists(path):
            there[name] = identity
    # Only sources that are something there count: a million others need not be remembered.
    found = {identity for identity in there.values() if identity}
    known = {identity for source in (sources if found else ()) if (identity := identity_of(source)) in found}
    originals = frozenset(name for name, identity in there.items() if identity in known)
    return Met(originals, tuple(name for name in there if name not in originals))


def identity_of(path: Path | str) -> Identity | None:
    """What a file is to its system, links followed: device and number; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def ready(folder: Path) -> Path:
    """The folder, made where it is missing and known to take files. Raises InputRefused with what stands against it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        why = _NOT_A_FOLDER if isinstance(error, (FileExistsError, NotADirectoryError)) else error.strerror or error
        raise InputRefused(f"The folder {folder} cannot be written ({why}): choose another one.") from None


_NOT_A_FOLDER = "a part of its path is a file"
