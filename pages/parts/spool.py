"""Uploads written to a run's folder, under safe and distinct names."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any, TypeVar

from engine.images.naming import key, safe_parts

Item = TypeVar("Item")


def spool(files: Iterable[tuple[str, IO[Any]]], folder: Path) -> list[Path]:
    """Write named files below a folder, in their order; folders in names are kept, equal names get a number."""
    taken: set[str] = set()
    written = []
    for name, content in files:
        target = folder / _unused("/".join(safe_parts(name)) or "picture", taken)
        target.parent.mkdir(parents=True, exist_ok=True)
        content.seek(0)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
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
