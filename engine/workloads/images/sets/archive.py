"""ZIP archives: unpacking what a stranger sent, and streaming results from disk.

Nothing is believed of an archive: it is refused as a whole, before anything is written, when its
directory shows links, paths that lead outside, archives within, entries that overlap, or more than
the limits; and while it is unpacked, when the data are not what the directory said. The
standard library's zipfile does both directions: zipstream-ng is LGPL, stream-zip brings a
cryptography package, and stored entries need neither.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.images.sets.archive_checks import check_directory, checked_entries
from engine.workloads.images.sets.naming import key

_BLOCK = 1 << 18


Note = Callable[[Path, str, str], None]
"""Told of a file that was unpacked: where it lies, its name in the archive, and its size and CRC-32 as one text."""


def unpack(
    archive: Path | IO[bytes], folder: Path, settings: Settings, note: Note | None = None
) -> list[Path]:
    """Unpack the images of a ZIP below `folder`, in the archive's order; names become safe, folders are kept.

    Files that are no images by name are left out. Raises InputRefused, with why, before anything is
    written where the directory shows it; what was written before a later refusal is removed.
    """
    try:
        check_directory(archive, settings)
        with zipfile.ZipFile(archive) as opened:
            entries = checked_entries(opened, settings)
            written = _extract(opened, entries, folder, settings)
            for path, (info, _) in zip(written, entries, strict=True):
                if note is not None:
                    note(path, info.filename, f"{info.file_size} {info.CRC:08x}")
            return written
    except OSError as error:
        raise InputRefused(f"The ZIP cannot be unpacked ({error.strerror or error}): nothing of it was kept.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise InputRefused(f"The ZIP cannot be read ({error}): make it again and upload it once more.") from None


def _extract(
    opened: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, str]], folder: Path, settings: Settings
) -> list[Path]:
    budget = int(settings.archive_max_mb * 1e6)
    written: list[Path] = []
    taken: set[str] = set()
    try:
        for info, name in entries:
            target = folder / _unused(name, taken)
            target.parent.mkdir(parents=True, exist_ok=True)
            written.append(target)
            budget -= _copy(opened, info, target, budget)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return written


def _unused(name: str, taken: set[str]) -> str:
    """The name, numbered when another entry would land on the same file or folder."""
    path, number = Path(name), 1
    unused = name
    while key(unused) in taken:
        number += 1
        unused = path.with_name(f"{path.stem}-{number}{path.suffix}").as_posix()
    taken.add(key(unused))
    taken.update(key(folder.as_posix()) for folder in Path(unused).parents)
    return unused


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, budget: int) -> int:
    """Unpack one entry in blocks; zipfile checks its CRC and stops at the size that was declared."""
    length = 0
    with opened.open(info) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            length += len(block)
            if length > min(info.file_size, budget):
                raise InputRefused(f"The ZIP's {info.filename!r} is larger than it says: it was not unpacked.")
            file.write(block)
    if length != info.file_size:
        raise InputRefused(f"The ZIP's {info.filename!r} is shorter than it says: it was not unpacked.")
    return length


class _Sink:
    """A file that cannot seek: what zipfile writes is handed on and forgotten."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def zip_stream(folder: Path, names: Iterable[str]) -> Iterator[bytes]:
    """A ZIP (ZIP64 where needed) of files below `folder`, in blocks; memory stays bounded whatever the files' sizes.

    Entries are stored, not compressed: pictures are compressed already. A file that has gone is left out.
    Names that lead out of the folder raise InputRefused before the first byte.
    """
    base = folder.resolve()
    wanted = list(dict.fromkeys(names))
    parents = {os.path.dirname(name) for name in wanted}
    outside = {parent for parent in parents if not (base / parent).resolve().is_relative_to(base)}
    for name in wanted:
        if os.path.isabs(name) or ".." in name.replace("\\", "/").split("/") or os.path.dirname(name) in outside:
            raise InputRefused(f"{name!r} is not below the folder of results.")
    return _stream(base, wanted)


def _stream(base: Path, names: list[str]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:  # type: ignore[call-overload]
        for name in names:
            path = base / name
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    yield from _entry(packed, name, file, sink)
    yield sink.taken()


def _entry(packed: zipfile.ZipFile, name: str, file: IO[bytes], sink: _Sink) -> Iterator[bytes]:
    info = zipfile.ZipInfo.from_file(file.name, name, strict_timestamps=False)
    with packed.open(info, "w", force_zip64=info.file_size >= zipfile.ZIP64_LIMIT) as entry:
        while block := file.read(_BLOCK):
            entry.write(block)
            yield sink.taken()
    yield sink.taken()
