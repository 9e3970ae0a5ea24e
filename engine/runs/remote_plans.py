"""Plans whose inputs or results lie at addresses (`s3://bucket/photos`) instead of on a disk; beside `plans`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.errors import InputRefused
from engine.machine.remote_files import checked, is_address, joined, listed
from engine.model import Configuration, Plan, Task
from engine.runs.allowed_addresses import allowed, is_allowed
from engine.runs.plans import job
from engine.runs.resize_plans import must_be_some
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


def found_at(addresses: Iterable[str], results: Iterable[str] = ()) -> list[Source]:
    """The pictures that these addresses hold: files, folders with all below them, and globs.

    What lies below one of the `results`, addresses to which runs wrote, is no source unless that was named itself.
    Raises InputRefused.
    """
    sources: dict[str, Source] = {}
    for address in addresses:
        root, places = listed(address, tuple(formats.SUFFIXES))
        made = tuple(f"{one.rstrip('/')}/" for one in results if one.rstrip("/").startswith(f"{root}/"))
        for place in places:
            if not place.startswith(made):
                sources.setdefault(place, Source(place.removeprefix(root).lstrip("/"), place))
    return list(sources.values())


@dataclass(frozen=True, slots=True)
class Found:
    """What a page may use of what lies at an address, and how many it may not: links and names that lead elsewhere."""

    sources: list[Source]
    refused: int


def found_for_pages(address: str, settings: Settings, results: Sequence[str] = ()) -> Found:
    """The pictures at an address that a visitor typed. Raises InputRefused, SettingRefused, NotAvailable."""
    found = found_at([allowed(address, settings, glob=True)], results)
    kept = [one for one in found if is_allowed(one.place, settings)]
    if not kept:
        raise InputRefused(f"{address} holds no picture that was not made by an earlier run.")
    return Found(kept, len(found) - len(kept))


def resize_plan_at(
    sources: Sequence[Source],
    resizing: Resizing,
    configuration: Configuration,
    settings: Settings,
    target: str | None,
    overwriting: Overwriting = KEEP,
    title: str | None = None,
    origin: str = "",
) -> Plan:
    """A job that resizes these pictures to below `target`, an address or a folder; None is the run's own outputs.

    No result takes the place of an original. What is there already is found by the task that would write it, because
    asking a store for twenty thousand names takes longer than the pictures: so `overwriting` cannot ask. `origin` is
    the address, of a folder or a glob say, that the pictures were found at: kept for who wants to ask for it again.
    Raises InputRefused when there are none or more than the limit, or when every result would replace an original.
    """
    must_be_some(len(sources), settings)
    if overwriting.choice == "ask":
        raise InputRefused("What lies at an address is not asked about: choose --overwrite never or all.")
    rows = output_names([one.label for one in sources], resizing, [one.place for one in sources])
    originals = {key(one.place) for one in sources}
    tasks = []
    for index, (source, names) in enumerate(zip(sources, rows, strict=True)):
        taken = [name for name in names if key(_below(target, name)) in originals] if target else []
        known = {"originals": taken} if taken else {}
        tasks.append(Task(index, source.label, {"source": source.place, "names": names, **known}))
    if all("originals" in (task.argument or {}) for task in tasks):
        raise InputRefused("Every result would replace an original, which is never done: choose another place or name.")
    where: dict[str, Any] = {"overwrite": overwriting.choice} if target else {}
    if target:
        where["address" if is_address(target) else "target"] = checked(target) if is_address(target) else target
    options = {**resizing.plain(), **where, **({"from": origin} if origin else {})}
    title = title or f"{counted(len(tasks), 'photo')} to {', '.join(resizing.sizes)}"
    return job("resize", title, tasks, configuration, options, settings)


def _below(target: str, name: str) -> str:
    return joined(target, name) if is_address(target) else str(Path(target, name))
