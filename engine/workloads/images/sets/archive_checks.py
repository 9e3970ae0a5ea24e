"""What makes a ZIP refused as a whole, judged by its directory before anything is unpacked.

Used by `engine.workloads.images.sets.archive` alone. Every refusal is an `InputRefused` that says why.
"""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path
from typing import IO

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.images.opening import formats
from engine.workloads.images.sets.naming import safe_parts

_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".cab", ".iso")
_DUST = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What systems leave in archives by themselves; left out without a word."""
_LOCAL_HEADER = 30
_UTF8 = 0x800
_MAX_DEPTH = 40
_DIRECTORY_BYTES = 1000
"""More than an entry of the directory takes on average: a larger directory is refused before it is read into memory."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MIN_RATIO_BYTES = 10_000_000
"""A ratio is judged only above this: a small blank picture compresses a thousandfold and harms nobody."""


def check_directory(archive: Path | IO[bytes], settings: Settings) -> None:
    """Refuse an archive by its last record (APPNOTE 4.3.16, ZIP64's 4.3.14) when its directory is absurdly large."""
    if isinstance(archive, Path):
        with archive.open("rb") as file:
            return check_directory(file, settings)
    length = archive.seek(0, os.SEEK_END)
    archive.seek(max(0, length - (1 << 16) - 200))
    tail = archive.read()
    end, end64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    size = int.from_bytes(tail[end64 + 40 : end64 + 48], "little") if end64 >= 0 and size == 0xFFFFFFFF else size
    if size > max(settings.archive_max_files, 100) * _DIRECTORY_BYTES:
        raise InputRefused(
            f"The ZIP's directory alone has {size / 1e6:,.0f} MB; at most {settings.archive_max_files:,} files are "
            "unpacked here: split it."
        )


def checked_entries(opened: zipfile.ZipFile, settings: Settings) -> list[tuple[zipfile.ZipInfo, str]]:
    """The entries that are images by name, each with a safe relative path. Raises InputRefused, with why."""
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
    if len(parts) > _MAX_DEPTH:
        raise InputRefused(f"The ZIP has folders more than {_MAX_DEPTH} deep: it was not unpacked.")
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
        encoding = "utf-8" if info.flag_bits & _UTF8 else "cp437"
        end = info.header_offset + _LOCAL_HEADER + len(info.orig_filename.encode(encoding)) + info.compress_size
    if end > opened.start_dir:
        raise InputRefused("The ZIP's entries overlap its own directory: it was not unpacked.")
