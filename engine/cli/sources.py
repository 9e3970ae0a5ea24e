"""What `resize` was given (files, folders, ZIPs) as a list of image files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.config import Settings
from engine.images.archive import Note
from engine.images.unchanged import Done
from engine.model import Run
from engine.store import Store


@contextmanager
def gathered(
    sources: Sequence[Path], pattern: str | None, settings: Settings, leave_out: Path, done: Done | None = None
) -> Iterator[tuple[list[Path], Path | None]]:
    """The files, and the folder below which their folders are kept; ZIPs lie unpacked until the block ends.

    What lies below `leave_out`, the folder of the results, is no source. `done` is told what came out of which ZIP.

    Raises InputRefused for an archive that is not safe.
    """
    from engine.images.archive import unpack
    from engine.images.sources import find_images

    with tempfile.TemporaryDirectory(prefix="overlap-unpacked-") as place:
        files: list[Path] = []
        roots: list[Path] = []
        for number, source in enumerate(sources):
            if source.is_dir():
                roots.append(source.resolve())
                files += find_images(source.resolve(), pattern, settings, leave_out)
            elif source.suffix.lower() == ".zip":
                roots.append(Path(place) / str(number))
                files += unpack(source, roots[-1], settings, _noting(done, source))
            else:
                files.append(source.resolve())
        yield files, roots[0] if len(roots) == 1 else None


def _noting(done: Done | None, archive: Path) -> Note | None:
    return (lambda path, name, state: done.unpacked(path, archive, name, state)) if done is not None else None


def note_done(store: Store, run: Run, done: Done) -> None:
    """Remember which sources are finished, so that a later `--skip-unchanged` leaves them out."""
    finished = {task for task, status in store.records.settled(run).items() if status == "ok"}
    for task in store.folder(run).tasks():
        if task.index in finished:
            done.add(Path(task.argument["source"]), task.argument["names"])
    done.close()
