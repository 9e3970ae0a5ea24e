"""Names of outputs: known before anything is decoded, safe on every system, and distinct.

A pattern may hold {stem}, {ext}, {index} (from 1), {size}, and {width} and {height}, which are the
*asked* box: for `400x300` 400 and 300, for a longest edge the edge twice, for an open side `auto`,
for a percentage `50pct` twice. {size} is `400x300`, `w400`, `h300`, `400` or `50pct`. It may hold `/`.
With several sizes a pattern that tells none of them apart gets `_{size}` behind its {stem}.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from pathvalidate import sanitize_filename

from engine.images import formats
from engine.images.options import Resizing
from engine.images.sizes import Size

_KEPT = {".jpg": "jpg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}
_LIKE = {"GIF": "png", "BMP": "png", "TIFF": "png"}
"""What `keep` makes of formats that are not written: lossless stays lossless, everything else becomes JPEG."""

_MAX_BYTES = 180
"""Of one part of a path; file systems allow 255 bytes, some encrypted ones 143 characters, and a suffix must fit."""


def output_names(relative_paths: Sequence[str], resizing: Resizing) -> list[list[str]]:
    """One list per source, one relative name with forward slashes per size; folders are kept.

    All names are distinct, also on systems that ignore case or normalise Unicode, none is also a folder's.
    """
    sizes, pattern = resizing.parsed, pattern_of(resizing)
    wanted = [
        [_name(path, size, pattern, resizing, index) for size in sizes]
        for index, path in enumerate(relative_paths, start=1)
    ]
    return _distinct(wanted)


def pattern_of(resizing: Resizing) -> str:
    """The pattern in force: with an extension always, and with the size when there are several."""
    pattern = resizing.name if "{ext}" in resizing.name else resizing.name + ".{ext}"
    tells = any(field in pattern for field in ("{size}", "{width}", "{height}"))
    if len(resizing.sizes) == 1 or tells:
        return pattern
    if "{stem}" in pattern:
        return pattern.replace("{stem}", "{stem}_{size}")
    return pattern.replace(".{ext}", "_{size}.{ext}")


def extension_for(suffix: str, resizing: Resizing) -> str:
    """The extension (no dot) that a source with this suffix gets."""
    if resizing.format != "keep":
        return formats.WRITTEN[resizing.format]
    suffix = suffix.lower()
    return _KEPT.get(suffix) or _LIKE.get(formats.SUFFIXES.get(suffix, ""), "jpg")


def key(path: str) -> str:
    """What two paths have in common when some system takes them for the same (case, Unicode's forms)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def safe_parts(path: str) -> list[str]:
    """The parts of a relative path, each safe on every system; `..`, `.`, drives and roots are gone."""
    parts = path.replace("\\", "/").split("/")
    return [part for text in parts if text not in ("", ".", "..") and (part := _safe(text))]


_PLAIN = re.compile(r"[A-Za-z0-9_-]{8,80}(\.[A-Za-z0-9]{1,5})?")
"""Safe as it is: ASCII, and longer than every name that Windows reserves (CONOUT$ is the longest)."""


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text  # pathvalidate takes 50 µs a name; a plan of 20,000 photographs should not wait for it.
    plain = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    clean = sanitize_filename(plain, replacement_text="_", platform="universal", max_len=_MAX_BYTES)
    return _shortened(clean.strip(" ."), _MAX_BYTES)


def _shortened(name: str, limit: int) -> str:
    """A name of at most `limit` bytes of UTF-8, its extension kept."""
    if len(name.encode()) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        stem, extension = name, ""
    room = limit - len(f"{dot if extension else ''}{extension}".encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .")
    return f"{cut}.{extension}" if extension else cut


def _name(path: str, size: Size, pattern: str, resizing: Resizing, index: int) -> str:
    *folders, file = path.replace("\\", "/").split("/")
    suffix = PurePosixPath(file).suffix
    fields = {
        "stem": file.removesuffix(suffix) if suffix else file,
        "ext": extension_for(suffix, resizing),
        "index": index,
        "size": size.text,
        "width": _edge(size, size.width),
        "height": _edge(size, size.height),
    }
    # The stem must not bring slashes or dots of its own: it is made safe before it is put in.
    fields["stem"] = _shortened("_".join(safe_parts(str(fields["stem"]))), _MAX_BYTES - 40) or "image"
    made = safe_parts(pattern.format(**fields)) or ["image." + str(fields["ext"])]
    return "/".join([*safe_parts("/".join(folders)), *made])


def _edge(size: Size, edge: int) -> str:
    return size.text if size.kind == "percent" else str(edge or "auto")


def _distinct(wanted: Iterable[list[str]]) -> list[list[str]]:
    rows = [list(row) for row in wanted]
    taken = {key(folder) for folder in {folder for row in rows for name in row for folder in _folders(name)}}
    counts: dict[str, int] = {}
    for row in rows:
        for at, name in enumerate(row):
            row[at] = _free(name, taken, counts)
            taken.add(key(row[at]))
    return rows


def _folders(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _free(name: str, taken: set[str], counts: dict[str, int]) -> str:
    """The name, or with the first number from 2 that makes it new; `counts` spares trying them all again."""
    if key(name) not in taken:
        return name
    folder, slash, file = name.rpartition("/")
    stem, dot, extension = file.rpartition(".")
    while True:
        number = counts[key(name)] = counts.get(key(name), 1) + 1
        candidate = f"{folder}{slash}{stem}-{number}{dot}{extension}"
        if key(candidate) not in taken:
            return candidate
