"""Plans whose inputs or results lie at addresses (`s3://bucket/photos`) instead of on a disk; beside `plans`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.errors import InputRefused
from engine.machine.remote_files import checked, is_address, joined, listed
from engine.model import Configuration, Plan, Task
from engine.runs.plans import job
from engine.text import counted
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.opening import formats
from engine.workloads.images.sets.naming import key, output_names
from engine.workloads.images.sets.targets import KEEP, Overwriting


@dataclass(frozen=True, slots=True)
class Source:
    """One picture: what people call it (a relative path), and its address or whole path."""

    label: str
    place: str


def found_at(addresses: Iterable[str]) -> list[Source]:
    """The pictures that these addresses hold: files, folders with all below them, and globs. Raises InputRefused."""
    sources: dict[str, Source] = {}
    for address in addresses:
        root, places = listed(address, tuple(formats.SUFFIXES))
        for place in places:
            sources.setdefault(place, Source(place.removeprefix(root).lstrip("/"), place))
    return list(sources.values())


def resize_plan_at(
    sources: Sequence[Source],
    resizing: Resizing,
    configuration: Configuration,
    settings: Settings,
    target: str,
    overwriting: Overwriting = KEEP,
) -> Plan:
    """A job that resizes these pictures to below `target`, an address or a folder.

    No result takes the place of an original. What is there already is found by the task that would write it, because
    asking a store for twenty thousand names takes longer than the pictures: so `overwriting` cannot ask.
    Raises InputRefused when there are none or more than the limit, or when every result would replace an original.
    """
    if not sources:
        raise InputRefused("There is no image to resize: choose some files, a folder or a ZIP.")
    if len(sources) > settings.max_tasks:
        raise InputRefused(f"{len(sources):,} images are more than this server's limit of {settings.max_tasks:,}.")
    if overwriting.choice == "ask":
        raise InputRefused("What lies at an address is not asked about: choose --overwrite never or all.")
    rows = output_names([one.label for one in sources], resizing, [one.place for one in sources])
    originals = {key(one.place) for one in sources}
    tasks = []
    for index, (source, names) in enumerate(zip(sources, rows, strict=True)):
        taken = [name for name in names if key(_below(target, name)) in originals]
        known = {"originals": taken} if taken else {}
        tasks.append(Task(index, source.label, {"source": source.place, "names": names, **known}))
    if all("originals" in (task.argument or {}) for task in tasks):
        raise InputRefused("Every result would replace an original, which is never done: choose another place or name.")
    where = {"address": checked(target)} if is_address(target) else {"target": target}
    options = {**resizing.plain(), **where, "overwrite": overwriting.choice}
    title = f"{counted(len(tasks), 'photo')} to {', '.join(resizing.sizes)}"
    return job("resize", title, tasks, configuration, options, settings)


def _below(target: str, name: str) -> str:
    return joined(target, name) if is_address(target) else str(Path(target, name))
