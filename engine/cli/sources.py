"""What `resize` was given (files, folders, ZIPs) as a list of image files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from engine.cli.terminal.telling import tell
from engine.config import Settings
from engine.errors import InputRefused
from engine.machine import leftovers, private
from engine.model import Configuration, Plan, Run, Told
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.targets import Choice
from engine.workloads.images.sets.unchanged import Done


def destination(sources: Sequence[Path], target: Path | None, beside: bool) -> Path:
    """The folder of the results, made and known to be writable; with `beside` the one in which all sources lie.

    Raises click.UsageError unless exactly one of the two is said, and InputRefused for what cannot be.
    """
    from engine.workloads.images.sets.targets import ready

    if (target is None) != beside:
        raise click.UsageError("Say where the results go: --to FOLDER, or --beside the originals.")
    if target is not None:
        return ready(Path(os.path.abspath(target)))
    if any(source.suffix.lower() == ".zip" and not source.is_dir() for source in sources):
        raise InputRefused("What comes out of a ZIP has no folder to write beside: name one with --to.")
    folders = {str(source.resolve() if source.is_dir() else Path(os.path.abspath(source)).parent) for source in sources}
    if len(folders) > 1:
        raise InputRefused("With --beside the sources must lie in one folder: name that, or start once for each.")
    return ready(Path(folders.pop()))


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files; the folder below which their folders are kept, where there is one; and what each is known by.

    `identities` tell files of one name apart, the same in every run: paths, or names within their archives.
    """

    files: Sequence[str]
    root: Path | None
    identities: Sequence[str]


@contextmanager
def gathered(
    sources: Sequence[Path], pattern: str | None, settings: Settings, leave_out: Path, done: Done | None = None,
    told: Told | None = None,
) -> Iterator[Gathered]:
    """The images that were named; ZIPs lie unpacked until the block ends. What was left out is told on stderr.

    What lies below `leave_out`, the folder of the results, is no source, nor is what `done` knows as a result.
    `done` is told what came out of which ZIP, `told` how many are found. Links are followed.
    Raises InputRefused for an archive that is not safe.
    """
    leftovers.sweep(own=False)  # what a command that was killed had unpacked may fill the disk
    with private.scratch("unpacked") as place:
        given = list(dict.fromkeys(Path(os.path.abspath(one)) for one in sources))
        if len(given) == 1 and given[0].is_dir():
            folder = given[0].resolve()
            files = _images(folder, pattern, settings, leave_out, done, told)
            yield Gathered(files, folder, files)
            return
        found: dict[str, str] = {}
        roots: list[Path] = []
        for number, source in enumerate(given):
            if source.is_dir():
                roots.append(source.resolve())
                found.update((path, path) for path in _images(roots[-1], pattern, settings, leave_out, done, told))
            elif source.suffix.lower() == ".zip":
                roots.append(place / str(number))
                found.update(_unpacked(source, roots[-1], settings, done))
            else:
                found[str(source)] = str(source)
        root = roots[0] if len(roots) == 1 and all(Path(path).is_relative_to(roots[0]) for path in found) else None
        yield Gathered(list(found), root, list(found.values()))


def _images(
    folder: Path, pattern: str | None, settings: Settings, leave_out: Path | None, done: Done | None,
    told: Told | None = None,
) -> list[str]:
    from engine.workloads.images.sets.sources import find_images

    results = done.results() if done is not None else ()
    found = find_images(folder, pattern, settings, leave_out, follow_links=True, results=results, told=told)
    if found.sentence:
        tell(f"{folder}: {found.sentence}")
    return found.paths


def _unpacked(archive: Path, folder: Path, settings: Settings, done: Done | None) -> dict[str, str]:
    from engine.workloads.images.sets.archive import unpack

    names: dict[Path, str] = {}

    def note(path: Path, name: str, state: str) -> None:
        names[path] = f"{archive}/{name}"
        if done is not None:
            done.unpacked(path, archive, name, state)

    return {str(path): names[path] for path in unpack(archive, folder, settings, note)}


def resized_at(
    store: Store, sources: Sequence[Path | str], target: Path | str | None, resizing: Resizing, how: Configuration,
    overwrite: Choice,
) -> Plan:
    """The plan of a resize whose sources or results lie at addresses. Raises click.UsageError, InputRefused."""
    from engine.machine.remote_files import is_address, must_be_writable
    from engine.runs.remote_plans import Source, found_at, resize_plan_at
    from engine.workloads.images.sets.targets import Overwriting, ready

    if target is None:
        raise click.UsageError("Say where the results go: --to FOLDER or --to ADDRESS.")
    where = str(target) if is_address(target) else str(ready(Path(os.path.abspath(target))))
    found = found_at([str(source) for source in sources if is_address(source)], [where])
    if is_address(where):
        must_be_writable(where)
    local = [Path(source) for source in sources if not is_address(source)]
    if any(path.suffix.lower() == ".zip" and not path.is_dir() for path in local):
        raise InputRefused("A ZIP goes to a folder of this machine only: unpack it first, and name its folder.")
    for path in local:
        root = path.resolve() if path.is_dir() else Path(os.path.abspath(path)).parent
        files = _images(root, None, store.settings, root, None) if path.is_dir() else [os.path.abspath(path)]
        found += [Source(Path(file).relative_to(root).as_posix(), file) for file in files]
    return resize_plan_at(found, resizing, how, store.settings, where, Overwriting(overwrite))


def note_done(store: Store, run: Run, done: Done) -> None:
    """Remember which sources are finished, so that a later `--skip-unchanged` leaves them out.

    A list that cannot be written (the disk is full) is told: it costs the next run time, and this one nothing.
    """
    try:
        finished = {task for task, status in store.records.settled(run).items() if status == "ok"}
        with done:
            for task in store.folder(run).tasks():
                if task.index in finished:
                    done.add(Path(task.argument["source"]), task.argument["names"])
    except OSError as error:
        tell(
            f"The list of what is done cannot be written ({error.strerror or error}): "
            "a later --skip-unchanged will do these pictures again."
        )
