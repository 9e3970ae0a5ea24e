"""ZIP archives: unpacking what a stranger sent, and streaming results from disk.

Nothing is believed of an archive: it is refused as a whole, before anything is written, when its
directory shows links, paths that lead outside, archives within, entries that overlap, or more than
the limits; and while it is unpacked, when the data are not what the directory said. The
standard library's zipfile does both directions: zipstream-ng is LGPL, stream-zip brings a
cryptography package, and stored entries need neither.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from engine.config import Settings
from engine.errors import InputRefused
from engine.images import formats
from engine.images.naming import key, safe_parts

_BLOCK = 1 << 18
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".cab", ".iso")
_DUST = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What systems leave in archives by themselves; left out without a word."""
_LOCAL_HEADER = 30
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MIN_RATIO_BYTES = 10_000_000
"""A ratio is judged only above this: a small blank picture compresses a thousandfold and harms nobody."""


def unpack(archive: Path | IO[bytes], folder: Path, settings: Settings) -> list[Path]:
    """Unpack the images of a ZIP below `folder`, in the archive's order; names become safe, folders are kept.

    Files that are no images by name are left out. Raises InputRefused, with why, before anything is
    written where the directory shows it; what was written before a later refusal is removed.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked(opened, settings)
            return _extract(opened, entries, folder, settings)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise InputRefused(f"The ZIP cannot be read ({error}): make it again and upload it once more.") from None


def _checked(opened: zipfile.ZipFile, settings: Settings) -> list[tuple[zipfile.ZipInfo, str]]:
    infos = [info for info in opened.infolist() if not info.is_dir()]
    _check_counts(infos, settings)
    _check_overlaps(opened, infos)
    kept = []
    for info in infos:
        _check_entry(info, settings)
        parts = safe_parts(info.filename)
        if Path(info.filename.lower()).suffix in formats.SUFFIXES and not _dust(info.filename):
            kept.append((info, "/".join(parts)))
    if not kept:
        known = ", ".join(formats.SUFFIXES)
        raise InputRefused(f"The ZIP holds no image by name ({known}): choose another one.")
    return kept


def _dust(name: str) -> bool:
    return name.startswith(_DUST[0]) or name.rsplit("/", 1)[-1] in _DUST or "/__MACOSX/" in name


def _check_counts(infos: list[zipfile.ZipInfo], settings: Settings) -> None:
    if len(infos) > settings.archive_max_files:
        raise InputRefused(
            f"The ZIP holds {len(infos):,} files; at most {settings.archive_max_files:,} are unpacked here: split it."
        )
    unpacked = sum(info.file_size for info in infos)
    if unpacked > settings.archive_max_mb * 1e6:
        raise InputRefused(
            f"The ZIP unpacks to {unpacked / 1e6:,.0f} MB; at most {settings.archive_max_mb:,.0f} MB are unpacked "
            "here: split it, or start the server with the pictures' folder (OVERLAP_FOLDERS)."
        )


def _check_entry(info: zipfile.ZipInfo, settings: Settings) -> None:
    name = info.filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":":
        raise InputRefused(f"The ZIP holds the path {name!r}, which leads out of its folder: it was not unpacked.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise InputRefused(f"The ZIP holds {name!r}, which is a link or a device, not a file: it was not unpacked.")
    if info.flag_bits & 0x1:
        raise InputRefused(f"The ZIP is encrypted ({name!r}): unpack it and make one without a password.")
    if info.compress_type not in _METHODS:
        raise InputRefused(f"The ZIP uses a compression that is not read here ({name!r}): make an ordinary ZIP.")
    if name.lower().endswith(_ARCHIVES):
        raise InputRefused(f"The ZIP holds another archive ({name!r}): unpack that one first and leave it out.")
    if info.file_size > max(_MIN_RATIO_BYTES, settings.archive_max_ratio * max(info.compress_size, 1)):
        raise InputRefused(
            f"The ZIP's {name!r} unpacks to {info.file_size / max(info.compress_size, 1):,.0f} times its size; "
            f"at most {settings.archive_max_ratio:g} times is allowed: it was not unpacked."
        )


def _check_overlaps(opened: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share data, as bombs of overlapping files do (Fifield, A better zip bomb, 2019)."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise InputRefused(f"The ZIP's entries overlap (at {info.filename!r}): it was not unpacked.")
        end = info.header_offset + _LOCAL_HEADER + len(info.orig_filename.encode()) + info.compress_size
    if end > opened.start_dir:
        raise InputRefused("The ZIP's entries overlap its own directory: it was not unpacked.")


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
    wanted = list(names)
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
