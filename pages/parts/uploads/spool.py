"""Uploads written to a run's folder, under safe and distinct names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeVar

from engine.errors import InputRefused
from engine.machine.private import make_folder
from engine.store.folders import link
from engine.workloads.images.sets.naming import key, safe_parts

Item = TypeVar("Item")


def spool(files: Iterable[tuple[str, Path]], folder: Path) -> list[Path]:
    """Put files below a folder under these names, in their order; folders in names are kept, equal ones numbered.

    A file is not copied where the file system has hard links. Raises InputRefused for one that is gone.
    """
    taken: set[str] = set()
    written = []
    for name, source in files:
        target = folder / _unused("/".join(safe_parts(name)) or "picture", taken)
        make_folder(target.parent)
        try:
            link(source, target)
        except FileNotFoundError:
            raise InputRefused(f"{name} is no longer on this server: upload it again.") from None
        written.append(target)
    return written


def _unused(name: str, taken: set[str]) -> str:
    path, number, unused = PurePosixPath(name), 1, name
    while key(unused) in taken:
        number += 1
        unused = path.with_name(f"{path.stem}-{number}{path.suffix}").as_posix()
    taken.add(key(unused))
    taken.update(key(folder.as_posix()) for folder in PurePosixPath(unused).parents)
    return unused


def spread(items: Sequence[Item], most: int | None) -> list[Item]:
    """At most `most` of the items, evenly spread from the first to the last; all of them for None."""
    if most is None or len(items) <= most:
        return list(items)
    return [items[round(step * (len(items) - 1) / max(1, most - 1))] for step in range(most)]
