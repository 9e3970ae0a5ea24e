"""What `resize` was given (files, folders, ZIPs) as a list of image files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.config import Settings


@contextmanager
def gathered(sources: Sequence[Path], pattern: str | None, settings: Settings) -> Iterator[tuple[list[Path], Path | None]]:
    """The files, and the folder below which their folders are kept; ZIPs lie unpacked until the block ends.

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
                files += find_images(source.resolve(), pattern, settings)
            elif source.suffix.lower() == ".zip":
                roots.append(Path(place) / str(number))
                files += unpack(source, roots[-1], settings)
            else:
                files.append(source.resolve())
        yield files, roots[0] if len(roots) == 1 else None
