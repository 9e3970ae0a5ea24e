"""Names of outputs: known before anything is decoded, safe on every system, and distinct.

A pattern may hold {stem}, {ext}, {index} (from 1), {size}, and {width} and {height}, which are the
*asked* box: for `400x300` 400 and 300, for a longest edge the edge twice, for an open side `auto`,
for a percentage `50pct` twice. {size} is `400x300`, `w400`, `h300`, `400` or `50pct`. It may hold `/`.
With several sizes a pattern that does not tell them apart gets `_{size}` behind its {stem}.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b

from pathvalidate import sanitize_filename

from engine.model import OneByOne, Told, telling
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.making.sizes import Size
from engine.workloads.images.opening import formats

_KEPT = {".jpg": "jpg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}
_LIKE = {"GIF": "png", "BMP": "png", "TIFF": "png"}
"""What `keep` makes of formats that are not written: lossless stays lossless, everything else becomes JPEG."""

_MAX_BYTES = 180
"""Of one part of a path; file systems allow 255 bytes, some encrypted ones 143 characters, and a suffix must fit."""


def output_names(
    relative_paths: Sequence[str],
    resizing: Resizing,
    identities: Sequence[str] | None = None,
    keep_folders: bool = False,
    told: Told | None = None,
) -> Sequence[list[str]]:
    """One list per source, one relative name with forward slashes per size and format (the
    formats of the first size first); folders are kept. They are made one by one as they are read.

    All names are distinct, also on systems that ignore case or normalise Unicode, none is also a folder's. Where
    several sources would get one name (`a.jpg` and `a.png` as WebP), each is marked by its own ending, else by a
    digest of what it is: `identities` (their whole paths, say), by default the relative paths. `keep_folders` leaves
    folders as they are called, because they exist; else they are made safe, too.
    """
    whole = identities or relative_paths
    if len(whole) != len(relative_paths):
        raise ValueError("each path needs an identity")
    pattern = pattern_of(resizing)
    forms = _Forms(pattern, resizing, keep_folders)

    @cache
    def numbers() -> list[int]:
        """Of each source, how many like it came so far; only where names are shared it has to be known."""
        known: Counter[tuple[str, str]] = Counter()
        found = []
        for pair in zip(relative_paths, whole, strict=True):
            known[pair] += 1
            found.append(known[pair])
        return found

    def marks(at: int) -> Iterator[str]:
        return _marks(relative_paths[at], whole[at], numbers()[at], "{stem}" in pattern)

    def names(at: int, mark: str) -> list[str]:
        return forms.names(relative_paths[at], at + 1, mark)

    return _distinct(names, marks, len(relative_paths), told)


def pattern_of(resizing: Resizing) -> str:
    """The pattern in force: with an extension always, and with the size when there are several."""
    pattern = resizing.name if "{ext}" in resizing.name else resizing.name + ".{ext}"
    told = [[text for field, text in _told(size).items() if "{" + field + "}" in pattern] for size in resizing.parsed]
    if all(told.count(one) == 1 for one in told):
        return pattern
    if "{stem}" in pattern:
        return pattern.replace("{stem}", "{stem}_{size}")
    return pattern.replace(".{ext}", "_{size}.{ext}")


def extensions_for(suffix: str, resizing: Resizing) -> list[str]:
    """The extensions (no dot) that a source with this suffix gets, one for each format that differs for it."""
    kept = _kept(suffix.lower(), resizing)
    alike = {"jpeg": "jpg"}
    found = [kept if one == "keep" else formats.WRITTEN[one] for one in resizing.formats]
    return list({alike.get(extension, extension): extension for extension in reversed(found)}.values())[::-1]


def _kept(suffix: str, resizing: Resizing) -> str:
    if suffix == ".gif" and resizing.animation != "first":
        return "gif"
    return _KEPT.get(suffix) or _LIKE.get(formats.SUFFIXES.get(suffix, ""), "jpg")


def key(path: str) -> str:
    """What two paths have in common when some system takes them for the same (case, Unicode's forms)."""
    if path.isascii():
        return path.lower()
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


def _suffix(file: str) -> str:
    """The ending of a file's name with its dot, as pathlib tells it up to Python 3.13."""
    at = file.rfind(".")
    return file[at:] if 0 < at < len(file) - 1 else ""


class _Forms:
    """What names of one plan are made of: all that is the same for every source is known beforehand."""

    def __init__(self, pattern: str, resizing: Resizing, keep_folders: bool) -> None:
        self._pattern, self._told = pattern, [_told(size) for size in resizing.parsed]
        self._keeps_folders = keep_folders
        self._extensions = lru_cache(maxsize=64)(lambda suffix: extensions_for(suffix, resizing))

    def names(self, path: str, index: int, mark: str) -> list[str]:
        """One source's names. `index` counts sources from 1; `mark` tells its names from those of others."""
        folder, _, file = path.replace("\\", "/").rpartition("/")
        place = path[: path.rfind("/") + 1] if self._keeps_folders else _safe_folder(folder)
        suffix = _suffix(file)
        # The stem must not bring slashes or dots of its own: it is made safe before it is put in.
        stem = _stem(file.removesuffix(suffix) if suffix else file)
        found = []
        for told in self._told:
            for extension in self._extensions(suffix):
                name = self._pattern.format(stem=stem, ext=extension, index=index, **told)
                found.append(f"{place}{_made(name, extension, mark)}")
        return found if len(found) == 1 else _apart(found)


def _stem(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return _shortened("_".join(safe_parts(text)), _MAX_BYTES - 40) or "image"


def _made(name: str, extension: str, mark: str) -> str:
    if not mark and _PLAIN.fullmatch(name):
        return name
    made = safe_parts(name) or [f"image.{extension}"]
    return "/".join([*made[:-1], _with(made[-1], mark)])


@lru_cache(maxsize=1024)
def _safe_folder(folder: str) -> str:
    """A folder as it is made, with a slash behind it; nothing where there is none."""
    folders = safe_parts(folder)
    return "/".join([*folders, ""]) if folders else ""


def _with(file: str, apart: str) -> str:
    stem, dot, extension = file.rpartition(".")
    return f"{stem}{apart}{dot}{extension}" if apart else file


def _apart(names: list[str]) -> list[str]:
    """One source's names, numbered where a cut that made them short enough took away what told them apart."""
    keys = [key(name) for name in names]
    return [
        name if keys.count(one) == 1 else _with_last(name, f"_{number}")
        for number, (name, one) in enumerate(zip(names, keys, strict=True), 1)
    ]


def _with_last(path: str, mark: str) -> str:
    folder, slash, file = path.rpartition("/")
    return f"{folder}{slash}{_with(file, mark)}"


def _told(size: Size) -> dict[str, str]:
    return {"size": size.text, "width": _edge(size, size.width), "height": _edge(size, size.height)}


def _edge(size: Size, edge: int) -> str:
    return size.text if size.kind == "percent" else str(edge or "auto")


def _distinct(
    names: Callable[[int, str], list[str]], marks: Callable[[int], Iterator[str]], count: int, told: Told | None
) -> Sequence[list[str]]:
    """Each source's names (`names(at, mark)`), marked where two would share one.

    All who share a name are marked, with the next of their own `marks`, never the later one alone: so a name does not
    depend on the order of the sources, and it does not pass to another picture when one of them goes.
    """
    begun: dict[int, Iterator[str]] = {}
    marked: dict[int, list[str]] = {}

    def row(at: int) -> list[str]:
        return marked.get(at) or names(at, "")

    rows = OneByOne(count, row)
    while shared := _sharing(rows, told):
        for at in shared:
            if at not in begun:
                begun[at] = marks(at)
            marked[at] = names(at, next(begun[at]))
    return rows


def _sharing(rows: Sequence[list[str]], told: Told | None) -> list[int]:
    """Which rows hold a name that another row holds, too, or that is a folder's.

    First by numbers of 64 bits in place of names, a tenth of their room; where two are alike, the names decide.
    """
    seen, twice, folders = set[int](), set[int](), set[str]()
    for row in telling(rows, told, "names of results", len(rows)):
        for name in row:
            number = hash(key(name))
            (twice if number in seen else seen).add(number)
            if (folder := name.rpartition("/")[0]) and folder not in folders:  # a folder of many is looked at once
                folders.update((folder, *_folders(folder)))
    taken = {key(folder) for folder in folders}
    twice |= seen.intersection(map(hash, taken))
    return _alike(rows, twice, taken) if twice else []


def _alike(rows: Sequence[list[str]], numbers: set[int], taken: set[str]) -> list[int]:
    """Of the rows with names of these numbers, those whose names others have, too, or that `taken` holds."""
    owner: dict[str, int] = {}
    shared: set[int] = set()
    for at, row in enumerate(rows):
        for name in map(key, row):
            if hash(name) not in numbers:
                continue
            if (first := owner.setdefault(name, at)) != at:
                shared |= {first, at}
            if name in taken:
                shared.add(at)
    return sorted(shared)


def _folders(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _marks(path: str, identity: str, number: int, has_stem: bool) -> Iterator[str]:
    """What tells a source's names from others', plainest first: its own ending, then a digest of its path.

    `number` counts sources of one identity, which nothing but their order tells apart.
    """
    file = path.replace("\\", "/").rpartition("/")[2]
    stem, _, ending = file.rpartition(".")
    digest = blake2b(f"{identity}\n{path}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    stem = "" if has_stem else "-" + _shortened("_".join(safe_parts(stem or file)), 40)
    if not has_stem:
        yield stem
    if ending and stem != "-" + ending:
        yield f"{stem}-{_shortened('_'.join(safe_parts(ending.lower())), 12)}"
    again = f"-{number}" if number > 1 else ""
    yield from (f"{stem}-{digest[:length]}{again}" for length in (6, 12, 32))
    yield from (f"{stem}-{digest}{again}-{more}" for more in itertools.count(2))
