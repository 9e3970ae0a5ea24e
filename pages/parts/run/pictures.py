"""Where a resize run's pictures are, and which of them may be shown.

Imports no Streamlit: the routes use it. Paths come from the run's own records and are checked
against the folders that they must lie in.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from threading import Semaphore
from typing import Any

from engine.errors import TaskFailed
from engine.machine.private import make_folder
from engine.model import Run
from engine.protocol.results import resized_picture
from engine.store import Store
from engine.text import storable
from engine.workloads.images.gallery import page_of

SHOWN_AS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
}
"""Suffix to media type of what browsers show; nothing else is ever served to be shown."""

THUMB_EDGE = 360
SMALL_BYTES = 50_000
"""A picture of this size is its own thumbnail."""
_AT_ONCE = Semaphore(2)
"""Thumbnails that are made at a time: the gallery must leave the CPUs to the run."""


def is_imported(run: Run) -> bool:
    """Whether the run was read from a file: its paths are anybody's words, no file of this machine is behind them."""
    return bool(run.options.get("imported"))


def has_files(run: Run) -> bool:
    """Whether the results lie where this server can show them: not of an imported run, nor at an address."""
    return not is_imported(run) and not run.options.get("address")


def results_folder(store: Store, run: Run) -> Path:
    """Where the run's pictures are written; for an imported run a folder of its own, which is empty."""
    if is_imported(run):
        return store.folder(run).outputs
    target = run.options.get("target")
    return Path(str(target)) if target else store.folder(run).outputs


def made_files(store: Store, run: Run) -> tuple[Path, list[str]]:
    """The folder of results and the names below it of every picture that was made, and of their gallery page."""
    folder = results_folder(store, run)
    page = None if is_imported(run) else page_of(folder, run)
    names = [page.name] if page is not None else []
    for status, text in store.records.latest_columns(run, "status", "output"):
        if status == "ok" and text:
            names += [name for path in _paths(text) if (name := _below(path, folder))]
    return folder, _real_names(store, run, names)


def _paths(output: Any) -> list[str]:
    picture = resized_picture(output)
    return [file.path for file in picture.files if file.path is not None] if picture else []


def _real_names(store: Store, run: Run, told: list[str]) -> list[str]:
    """Names of results as the disk has them, from how records tell them: they differ beside originals whose folders'
    names are not UTF-8, and only then are the tasks looked through."""
    if is_imported(run) or not any("\\x" in name for name in told):
        return told
    arguments = [task.argument for task in store.folder(run).tasks()]
    names = [name for one in arguments if isinstance(one, dict) for name in one.get("names") or ()]
    real = {storable(name): name for name in names}
    return [real.get(name, name) for name in told]


def _below(path: str, folder: Path) -> str | None:
    """A recorded path's part below the folder. Records tell paths as text that can be stored, so the folder's name,
    which may not be UTF-8, is compared as such."""
    found, told = Path(path), Path(storable(str(folder)))
    return found.relative_to(told).as_posix() if found.is_relative_to(told) else None


def found_picture(store: Store, run: Run, task: int, which: str) -> Path | None:
    """The file of a task's picture: `thumb`, `after` (or `after-1` and on for further sizes) or `before`."""
    asked = re.fullmatch(r"(thumb|after|before)(?:-(\d{1,2}))?", which, re.ASCII)
    if run.workload != "resize" or asked is None:
        return None
    kind, position = asked[1], int(asked[2] or 0)
    if kind == "before":
        return source_of(store, run, task)
    paths = _made(store, run, task)
    if position >= len(paths):
        return None
    folder = results_folder(store, run)
    name = _below(paths[position], folder)
    path = _inside(folder / _real_names(store, run, [name])[0], [folder]) if name else None
    return thumbnail(store, run, path) if path and kind == "thumb" else path


def _made(store: Store, run: Run, task: int) -> list[str]:
    record = store.records.one(run, task)
    return _paths(record.output) if record is not None and record.status == "ok" else []


def source_of(store: Store, run: Run, task: int) -> Path | None:
    """The original of a task, where it is this server's to show: uploaded, a sample, or in one of its folders."""
    folder = store.folder(run)
    if is_imported(run):
        return None
    argument = next((each.argument for each in folder.tasks() if each.index == task), None)
    if not isinstance(argument, dict) or not isinstance(argument.get("source"), str):
        return None
    shown = [folder.inputs, store.settings.home / "samples", *store.settings.folders]
    return _inside(folder.path / argument["source"], shown)


def _inside(path: Path, folders: list[Path]) -> Path | None:
    real = Path(os.path.realpath(path))
    inside = any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)
    return real if inside and real.is_file() else None


def thumbnail(store: Store, run: Run, picture: Path) -> Path:
    """A small copy of a picture that a run made, kept in the run's folder; a small picture is its own."""
    from engine.workloads.images.making.options import Resizing
    from engine.workloads.images.making.resizing import resize_file

    small = Resizing((str(THUMB_EDGE),), optimize=False, animation="first")
    seen = picture.stat()
    if seen.st_size <= SMALL_BYTES:
        return picture
    name = hashlib.blake2b(f"{picture}\n{seen.st_mtime_ns}".encode(), digest_size=12).hexdigest()
    target = store.folder(run).path / "thumbs" / f"{name}{picture.suffix.lower()}"
    if not target.is_file():
        try:
            make_folder(target.parent)
            with _AT_ONCE:
                resize_file(picture, [target], small, store.settings, [target])
        except (TaskFailed, OSError):  # it was just replaced or removed, or the disk is full: what there is will do
            return picture
    return target
