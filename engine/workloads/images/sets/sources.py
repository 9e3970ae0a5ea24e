"""Which images there are to do: a folder, searched in a stated order, and what of it is left out and why.

Used before a run, by whoever plans it; workers only ever get single paths.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePath

from engine.config import Settings
from engine.errors import InputRefused
from engine.machine.remote_files import is_address
from engine.model import OneByOne, Told, telling
from engine.workloads.images.opening import formats

RESULTS = "resized"
"""The folder, below a folder of originals, in which each run of the app makes one of its own for its results."""
_STAMP = "%Y-%m-%d-%H%M%S"
_STAMPED = re.compile(r"\d{4}-\d\d-\d\d-\d{6}")


def new_results_folder(folder: Path, now: datetime) -> Path:
    """Where a run that starts now writes what it makes of a folder's images."""
    return folder / RESULTS / now.strftime(_STAMP)


def is_results_folder(folder: Path) -> bool:
    """Whether a folder is one that `new_results_folder` has named; somebody's own folder may be called RESULTS."""
    return folder.parent.name == RESULTS and _STAMPED.fullmatch(folder.name) is not None


@dataclass(slots=True)
class Found:
    """The images of a folder, sorted by their path, and what was left out: how many of which kind."""

    paths: list[str]
    """As texts, which take a quarter of the room of `Path`."""
    left_out: Counter[str]

    @property
    def images(self) -> Sequence[Path]:
        """The images, each made a `Path` as it is read."""
        return OneByOne(len(self.paths), lambda at: Path(self.paths[at]))

    @property
    def sentence(self) -> str | None:
        """What was left out, in words; None where nothing was."""
        told = [_LEFT_OUT[kind][count != 1].format(count) for kind, count in sorted(self.left_out.items()) if count]
        return f"Left out: {', '.join(told)}." if told else None


_LEFT_OUT: dict[str, tuple[str, str]] = {
    "broken": ("{} link that leads nowhere", "{:,} links that lead nowhere"),
    "hidden": ("{} hidden image", "{:,} hidden images"),
    "outside": ("{} link that leads out of the folder", "{:,} links that lead out of the folder"),
    "results": ("{} result of an earlier run", "{:,} results of earlier runs"),
    "seen": ("{} link to a folder that is read already", "{:,} links to folders that are read already"),
    "unreadable": ("{} folder that may not be read", "{:,} folders that may not be read"),
}


def find_images(
    folder: Path,
    glob: str | None = None,
    settings: Settings | None = None,
    leave_out: Path | None = None,
    follow_links: bool = False,
    results: Collection[str] = (),
    told: Told | None = None,
) -> Found:
    """The images below a folder, and what was left out: hidden ones, and what lies below `leave_out` or in `results`.

    Folders below it in which the app has written results are left out, too; the folder itself may be one.
    `glob` is matched without case: `*.jpg` against names anywhere, `2024/**/*.jpg` against paths below
    the folder. Links are followed to files and folders that lie in the folder themselves, with `follow_links`
    anywhere; a folder is read once. Where `leave_out` is the folder itself, only `results` (whole paths) tell results
    from originals. `told` hears how many are found.
    Raises InputRefused when there is no image, more than `settings.max_tasks`, or no such folder.
    """
    if not folder.is_dir():
        raise InputRefused(f"There is no folder {folder}: correct the path.")
    limit = settings.max_tasks if settings is not None else None
    walk = _Walk(folder, leave_out.resolve() if leave_out is not None else None, follow_links, frozenset(results))
    found: list[str] = []
    start = len(str(folder).rstrip(os.sep)) + 1
    for path in telling(walk.images(), told, "pictures found"):
        if glob is None or _pattern(glob).fullmatch(path[start:].replace(os.sep, "/")):
            found.append(path)
        if limit is not None and len(found) > limit:
            raise InputRefused(f"{folder} holds more than {limit:,} images, the limit here: choose a part of it.")
    found.sort(key=None if os.sep == "/" else lambda path: path.replace(os.sep, "/"))
    done = Found(found, walk.left_out)
    if not found:
        which = f" that match {glob!r}" if glob else ""
        raise InputRefused(
            f"{folder} holds no images{which}: looked for {', '.join(formats.SUFFIXES)}. {done.sentence or ''}".strip()
        )
    return done


class RealPaths:
    """Whole paths without links, as os.path.realpath gives them; a folder of many files is looked up once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, path: Path | str) -> str:
        """The whole path, links followed."""
        folder, name = os.path.split(path)
        if (real := self._folders.get(folder)) is None:
            real = self._folders[folder] = os.path.realpath(folder)
        found = os.path.join(real, name)
        return os.path.realpath(found) if name in ("", ".", "..") or os.path.islink(found) else found


class _Walk:
    """One walk through a folder: real folders first, then those that links lead to, each of them once."""

    def __init__(self, folder: Path, skipped: Path | None, follow: bool, results: frozenset[str]) -> None:
        self.left_out: Counter[str] = Counter()
        self._folder, self._root, self._follow = folder, folder.resolve(), follow
        self._skipped = None if skipped == self._root else skipped
        self._results = results
        self._seen: set[tuple[int, int]] = set()
        self._links: list[str] = []

    def images(self) -> Iterator[str]:
        """Every image, in no order."""
        yield from self._below(str(self._folder))
        while self._links:
            yield from self._below(self._links.pop(0), True)

    def _below(self, folder: str, linked: bool = False) -> Iterator[str]:
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                status = os.stat(current)
                if self._skipped is not None and Path(current).resolve() == self._skipped:
                    continue
                if (status.st_dev, status.st_ino) in self._seen:
                    self.left_out["seen"] += linked and current == folder
                    continue
                self._seen.add((status.st_dev, status.st_ino))
                with os.scandir(current) as entries:
                    for entry in entries:
                        yield from self._looked_at(entry, waiting)
            except OSError:  # what may not be read holds nothing for this user; the others still count
                self.left_out["unreadable"] += 1

    def _looked_at(self, entry: os.DirEntry[str], waiting: list[str]) -> Iterator[str]:
        image = _is_image(entry.name)
        if entry.name.startswith("."):
            self.left_out["hidden"] += image
        elif entry.is_dir(follow_symlinks=False):
            if is_results_folder(Path(os.path.abspath(entry.path))):
                self.left_out["results"] += _images_below(entry.path)
            else:
                waiting.append(entry.path)
        elif entry.is_symlink():
            yield from self._link(entry, image)
        elif image and entry.is_file(follow_symlinks=False):
            yield from self._file(entry)

    def _link(self, entry: os.DirEntry[str], image: bool) -> Iterator[str]:
        try:
            target = Path(entry.path).resolve(strict=True)
            folder, file = target.is_dir(), target.is_file()
        except (OSError, RuntimeError):  # it leads nowhere, to itself, or where this user may not look
            self.left_out["broken"] += image
            return
        if not folder and not (image and file):
            return
        if self._skipped is not None and target.is_relative_to(self._skipped):
            self.left_out["results"] += 1
        elif not self._follow and not target.is_relative_to(self._root):
            self.left_out["outside"] += 1
        elif folder:
            self._links.append(entry.path)
        else:
            yield from self._file(entry)

    def _file(self, entry: os.DirEntry[str]) -> Iterator[str]:
        if self._results and os.path.realpath(entry.path) in self._results:
            self.left_out["results"] += 1
        else:
            yield entry.path


def _is_image(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in formats.SUFFIXES


def place_of(source: str) -> PurePath:
    """Where the picture of a task lies: a whole path, or one below the run's inputs; else what follows a scheme."""
    if is_address(source):
        return PurePath("/" + source.partition("://")[2].lstrip("/"))
    return PurePath(source.removeprefix("inputs/"))


def _images_below(folder: str) -> int:
    return sum(_is_image(name) for _, _, names in os.walk(folder) for name in names)


@lru_cache(maxsize=32)
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a regular expression: `*` and `?` stay within a folder, `**/` is any depth, no `/` means any folder."""
    text = glob if "/" in glob else "**/" + glob
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text.lstrip("/"))
    return re.compile("".join(_WILD.get(part, re.escape(part)) for part in parts), re.IGNORECASE | re.DOTALL)


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
