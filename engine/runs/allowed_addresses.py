"""Which storage addresses the app's visitors may use: those below a prefix of OVERLAP_ADDRESSES, and nothing else.

The one gate for whatever a page reads from, or writes to, an address: what is typed, what a glob finds, where results
go, and the tasks of every run that is started or continued from a page. Commands and Python programs do not ask it:
their user has the credentials anyhow.

All addresses of a kind are reached with the credentials that this server was started with. Nobody can write other
credentials into an address: what stands before its first slash, a bucket or an account, has to be exactly a prefix's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.config import Settings
from engine.errors import InputRefused, SettingRefused
from engine.machine.remote_files import PACKAGES, WILD, is_address
from engine.model import OneByOne, Plan, Run, Task

_ODD = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True, slots=True)
class _Place:
    """An address in parts: its kind, and its bucket and folders; of file:// the folders from the root on."""

    kind: str
    parts: tuple[str, ...]

    def holds(self, other: _Place) -> bool:
        """Whether the other place is this one, or below it."""
        return self.kind == other.kind and other.parts[: len(self.parts)] == self.parts


def prefixes(settings: Settings) -> tuple[str, ...]:
    """The prefixes as the configuration has them. Raises SettingRefused for one that cannot be used."""
    for prefix in settings.addresses:
        if WILD.search(prefix) or _place(prefix) is None:
            raise SettingRefused(
                f"OVERLAP_ADDRESSES names {prefix!r}, which is no prefix of addresses: write such as "
                "s3://bucket/folder or file:///data, without wildcards."
            )
    return settings.addresses


def allowed(address: str, settings: Settings, glob: bool = False) -> str:
    """The address in the one way in which it is written here (a file:// without links), if it lies below a prefix.

    Wildcards may stand in it only where `glob` is set. Raises InputRefused for every other address.
    """
    address = address.strip()
    place = _place(address)
    if place is None:
        raise InputRefused(f"{address!r} is no storage address: write such as {_examples(settings)}.")
    if WILD.search(address) and not glob:
        raise InputRefused(f"{address} has a wildcard: name one folder, without *, ? and [.")
    if not any((below := _place(prefix)) and below.holds(place) for prefix in prefixes(settings)):
        raise InputRefused(f"{address} is not below {_examples(settings)}: this server's pages use nothing else.")
    return f"{place.kind}://{'/' if place.kind == 'file' else ''}{'/'.join(place.parts)}"


def is_allowed(address: str, settings: Settings) -> bool:
    """Whether a file's own address lies below a prefix: one that was listed, whose name may hold anything."""
    place = _place(address)
    return place is not None and any((below := _place(one)) and below.holds(place) for one in settings.addresses)


def within(plan: Plan, settings: Settings) -> Plan:
    """The plan of a resize, whose tasks are checked as they are read. Raises InputRefused for what is not allowed."""
    who = "This run"
    _check_target(plan.options, settings, who)
    tasks = plan.tasks
    if isinstance(tasks, OneByOne):
        return replace(plan, tasks=OneByOne(len(tasks), lambda at: _checked(tasks[at], settings, who)))
    return replace(plan, tasks=tuple(_checked(task, settings, who) for task in tasks))


def must_be_within(run: Run, tasks: Iterable[Task], settings: Settings) -> None:
    """Raises InputRefused for a stored resize, of a command say, that uses an address which is not allowed."""
    who = f"Run {run.id}"
    _check_target(run.options, settings, who)
    for task in tasks:
        _checked(task, settings, who)


def _check_target(options: Mapping[str, Any], settings: Settings, who: str) -> None:
    target = options.get("address")
    if target and not is_allowed(str(target), settings):
        raise _refused(who, str(target))


def _checked(task: Task, settings: Settings, who: str) -> Task:
    source = task.argument.get("source") if isinstance(task.argument, dict) else None
    if is_address(source) and not is_allowed(str(source), settings):
        raise _refused(who, str(source))
    return task


def _refused(who: str, address: str) -> InputRefused:
    return InputRefused(
        f"{who} uses {address}, which this server's pages may not: run it from a terminal, or have whoever runs this "
        "server add its folder to OVERLAP_ADDRESSES."
    )


def _examples(settings: Settings) -> str:
    named = prefixes(settings)
    return " or ".join(named[:3]) + (" …" if len(named) > 3 else "") if named else "s3://bucket/folder"


def _place(address: str) -> _Place | None:
    """Where an address points; None for what is none, or could mean another place than it seems to."""
    kind, found, path = address.partition("://")
    kind = kind.lower()
    if not found or kind not in PACKAGES or _ODD.search(path):
        return None
    local = kind == "file"
    if local != path.startswith("/"):
        return None  # a bucket is missing, or a folder that depends on where this process was started
    parts = tuple(_parts(path.removeprefix("/") if local else path))
    if any(part in ("", ".", "..") for part in parts) or not (parts or local):
        return None
    if local:
        return _Place(kind, tuple(_parts(os.path.realpath("/" + "/".join(parts)).replace(os.sep, "/").lstrip("/"))))
    return _Place("gs" if kind == "gcs" else kind, parts)


def _parts(path: str) -> Iterator[str]:
    yield from path.removesuffix("/").split("/") if path else ()
