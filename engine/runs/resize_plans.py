"""Photos to resize as a `Plan`: the names of their results, what of these is there already, and how many fit in memory.

Stands above `plans`, which checks what all jobs have in common.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from heapq import nlargest
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.errors import InputRefused, TaskFailed
from engine.model import Configuration, OneByOne, Plan, Task, Told
from engine.runs.plans import job
from engine.text import counted
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.opening.opening import read_header
from engine.workloads.images.sets.memory import workers_that_fit
from engine.workloads.images.sets.naming import output_names
from engine.workloads.images.sets.sources import RealPaths
from engine.workloads.images.sets.targets import KEEP, Met, Overwriting, met
from engine.workloads.images.sets.unchanged import Done
from engine.workloads.shop.photos import places, sample_photos

LARGEST = 100
"""How many of the largest images are looked at to estimate the memory that a worker needs."""


def resize_plan(
    sources: Sequence[Path | str],
    resizing: Resizing,
    configuration: Configuration,
    settings: Settings,
    target: Path | None = None,
    root: Path | None = None,
    run_folder: Path | None = None,
    title: str | None = None,
    done: Done | None = None,
    overwriting: Overwriting = KEEP,
    identities: Sequence[str] | None = None,
    beside: bool = False,
    html: bool = False,
    told: Told | None = None,
) -> Plan:
    """A job that resizes these files. Output names keep the folders below `root`. What `done` knows is left out.

    Sources below `run_folder` are stored relative to it, so the run can move; results go to `target`,
    else to the run's outputs. `overwriting` says what may be replaced in `target`: no original in any case.
    `identities` tell apart sources of one name (see `output_names`), by default their paths. With `beside`, where
    `target` is `root`, folders keep their names to the letter, so that results lie beside their originals. `html` asks
    for a gallery page of the results. `told` hears how far the planning is. Its tasks are made as they are read.
    Raises InputRefused when there are none or more than the limit, or when every result would replace an original.
    """
    must_be_some(len(sources), settings)
    whole = RealPaths()
    relative = OneByOne(len(sources), lambda at: _below(sources[at], root))
    stored = OneByOne(len(sources), lambda at: _below(sources[at], run_folder, whole))
    rows = output_names(relative, resizing, identities or (None if root else stored), beside, told)
    there = met(target, rows, sources) if target else Met()
    if there.originals and all(there.originals.intersection(names) for names in rows):
        raise InputRefused(
            "Every result would replace an original, which is never done: choose another folder, or names that differ, "
            "such as {stem}-small.{ext}."
        )
    wanted: Sequence[int] = range(len(sources))
    own = set[str]()
    if done is not None:
        wanted = [at for at in wanted if not done.is_current(sources[at], rows[at])]
        own.update(name for at in wanted for name in done.made(sources[at], rows[at]))
    agreed = own
    if there.others:
        asked = {name for at in wanted for name in rows[at]} - own
        agreed = own | overwriting.agreed(Met(others=tuple(name for name in there.others if name in asked)))

    def task(index: int) -> Task:
        at = wanted[index]
        argument: dict[str, Any] = {"source": stored[at], "names": rows[at]}
        return Task(index, relative[at], argument | _taken(argument["names"], there.originals, agreed))

    tasks = OneByOne(len(wanted), task)
    written = {"target": str(target), "overwrite": overwriting.choice} if target else {}
    options = {**resizing.plain(), "html": html, **written}
    title = title or f"{counted(len(tasks), 'photo')} to {', '.join(resizing.sizes)}"
    return job("resize", title, tasks, configuration, options, settings, checked=True)


def must_be_some(images: int, settings: Settings) -> None:
    """Raises InputRefused when there is no image to resize, or more than the server's limit."""
    if not images:
        raise InputRefused("There is no image to resize: choose some files, a folder or a ZIP.")
    if images > settings.max_tasks:
        raise InputRefused(f"{images:,} images are more than this server's limit of {settings.max_tasks:,}.")


def _taken(names: Sequence[str], originals: Collection[str], replaced: Collection[str]) -> dict[str, list[str]]:
    """What a task must know of those of its names that files have: which it may not, and which it may replace."""
    if not originals and not replaced:
        return {}
    known = {"originals": originals, "replace": replaced}
    return {key: taken for key, files in known.items() if (taken := [name for name in names if name in files])}


def _below(path: Path | str, folder: Path | None, whole: RealPaths | None = None) -> str:
    """The path from a folder on; of one that is not below it the name, or all of it where `whole` keeps its folders."""
    if folder is not None:
        text, start = str(path), f"{folder}{os.sep}"
        if text.startswith(start):  # by far the quickest, and there may be a million of them
            return text[len(start) :].replace(os.sep, "/")
        if Path(path).is_relative_to(folder):
            return Path(path).relative_to(folder).as_posix()
    return os.path.basename(path) if whole is None else whole(path)


def fitting(
    sources: Sequence[Path | str], resizing: Resizing, configuration: Configuration, settings: Settings
) -> tuple[Configuration, str | None]:
    """The configuration with as many workers as memory has room for, and why there are fewer than asked for.

    Looks at the headers of the largest files only: reading all of twenty thousand would take seconds.
    """
    largest = nlargest(LARGEST, sources, key=_bytes)
    headers = []
    for source in largest:
        with suppress(TaskFailed):  # a file that cannot be opened gets its own record, and needs no memory
            headers.append(read_header(Path(source), settings))
    if not headers:
        return configuration, None
    workers, why = workers_that_fit(headers, resizing, configuration.workers)
    return replace(configuration, workers=workers), why


def _bytes(path: Path | str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def demo_resize_plan(
    resizing: Resizing,
    configuration: Configuration,
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
    at_once: bool = False,
) -> Plan:
    """A job that resizes the sample photos, which are made first where they are missing (`progress`: done, of).

    `at_once`: they are made while the job runs, each task as soon as its photo is there. What is measured needs all of
    them beforehand.
    """
    photos = places(settings.home) if at_once else sample_photos(settings.home, progress)
    root = photos[0].parent
    return resize_plan(photos, resizing, configuration, settings, root=root, title=f"{len(photos)} sample photos")
