"""Which images there are to do: a folder, searched in a stated order and never left.

Used before a run, by whoever plans it; workers only ever get single paths.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from engine.config import Settings
from engine.errors import InputRefused
from engine.images import formats


def find_images(
    folder: Path, glob: str | None = None, settings: Settings | None = None, leave_out: Path | None = None
) -> list[Path]:
    """The images below a folder, sorted by their path; hidden ones and what lies below `leave_out` are left out.

    `glob` is matched without case: `*.jpg` against names anywhere, `2024/**/*.jpg` against paths below
    the folder. Links are followed only to files that lie in the folder themselves. Raises InputRefused
    when there is none, more than `settings.max_tasks`, or no such folder.
    """
    if not folder.is_dir():
        raise InputRefused(f"There is no folder {folder}: correct the path.")
    limit = settings.max_tasks if settings is not None else None
    skipped = leave_out.resolve() if leave_out is not None else None
    found: list[Path] = []
    for path in _walk(folder, folder.resolve(), skipped):
        if glob is None or _pattern(glob).fullmatch(_relative(path, folder)):
            found.append(path)
        if limit is not None and len(found) > limit:
            raise InputRefused(f"{folder} holds more than {limit:,} images, the limit here: choose a part of it.")
    if not found:
        told = f" that match {glob!r}" if glob else ""
        raise InputRefused(f"{folder} holds no images{told}: looked for {', '.join(formats.SUFFIXES)}.")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _walk(folder: Path, root: Path, skipped: Path | None) -> Iterator[Path]:
    waiting = [str(folder)]
    while waiting:
        current = waiting.pop()
        if skipped is not None and Path(current).resolve() == skipped:
            continue
        try:
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif _is_image(entry, root):
                        yield Path(entry.path)
        except PermissionError:
            # A folder that may not be read holds nothing for this user; the others still count.
            continue


def _is_image(entry: os.DirEntry[str], root: Path) -> bool:
    if os.path.splitext(entry.name)[1].lower() not in formats.SUFFIXES:
        return False
    if entry.is_symlink():
        target = Path(entry.path).resolve()
        return target.is_file() and target.is_relative_to(root)
    return entry.is_file(follow_symlinks=False)


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


@lru_cache(maxsize=32)
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a regular expression: `*` and `?` stay within a folder, `**/` is any depth, no `/` means any folder."""
    text = glob if "/" in glob else "**/" + glob
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text.lstrip("/"))
    return re.compile("".join(_WILD.get(part, re.escape(part)) for part in parts), re.IGNORECASE | re.DOTALL)


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
