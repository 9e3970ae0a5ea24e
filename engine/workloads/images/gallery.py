"""The gallery page of a resize job: every picture with all its sizes and formats, and the HTML to copy for each.

A plain file beside the results, without a script; whatever a name holds is escaped. It is written when the job ends,
anew after a retry, and never over a file that another run or a person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from engine.errors import TaskFailed
from engine.machine.private import umask_like
from engine.model import Run
from engine.text import storable
from engine.workloads.images.making.placing import write

NAME = "gallery.html"
TYPES = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
         ".png": "image/png", ".gif": "image/gif"}  # fmt: skip
"""Endings to media types: what stands first is offered first to browsers that know it; the last is for all others."""
_MODERN = ("image/avif", "image/webp")


@dataclass(frozen=True, slots=True)
class Result:
    """One file: its path below the page's folder with forward slashes, its edges in pixels, its bytes."""

    path: str
    width: int
    height: int
    bytes: int

    @property
    def media_type(self) -> str:
        """``image/webp``, by the file's ending."""
        return TYPES.get(PurePosixPath(self.path).suffix.lower(), "image/jpeg")


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture by its original's name, and all that was made of it."""

    label: str
    results: tuple[Result, ...]


def write_page(run: Run, outputs: Path, results: Iterable[tuple[str, Any]]) -> Path | None:
    """Write the page of a job; where it is, or None where nothing was made. Raises TaskFailed not_written.

    `outputs` is the folder for results that the run has of its own, `results` are the label and output of each task
    that went well.
    """
    folder = folder_of(run, outputs)
    pictures = list(_pictures(results, folder))
    if not pictures:
        return None
    content = page(run.title, pictures, _mark(run)).encode("utf-8", "replace")
    for path in _names(folder):
        own = _is_of(path, run)
        try:
            write(path, content, replace=own)
            if run.options.get("target"):
                path.chmod(0o666 & ~umask_like(folder))  # as open as the pictures beside it
            return path
        except TaskFailed as failure:
            if failure.reason != "exists":
                raise
    return None


def page_of(folder: Path, run: Run) -> Path | None:
    """The page that this run wrote into the folder, where it did."""
    return next((path for path in _names(folder, 20) if _is_of(path, run)), None)


def folder_of(run: Run, outputs: Path) -> Path:
    """Where a job's results are: in the folder that was asked for, else in `outputs`."""
    target = run.options.get("target")
    return Path(str(target)) if target else outputs


def _names(folder: Path, most: int = 1000) -> Iterator[Path]:
    yield folder / NAME
    yield from (folder / NAME.replace(".", f"-{number}.") for number in range(2, most))


def _mark(run: Run) -> str:
    """What tells a run's own page; the token itself opens the run, so it must not stand in a file that is passed on."""
    return blake2b(run.token.encode(), digest_size=8).hexdigest()


def _is_of(path: Path, run: Run) -> bool:
    try:
        with open(path, "rb") as file:
            return f'content="Overlap {_mark(run)}"'.encode() in file.read(1000)
    except OSError:
        return False


def _pictures(results: Iterable[tuple[str, Any]], folder: Path) -> Iterator[Shown]:
    for label, output in results:
        if isinstance(output, dict):
            yield Shown(label, tuple(_results((output, *(output.get("also") or ())), folder)))


def _results(outputs: Iterable[dict[str, Any]], folder: Path) -> Iterator[Result]:
    told = Path(storable(str(folder)))  # as records tell it; the names below are the engine's own and always plain
    for output in outputs:
        path = Path(str(output["path"]))
        if path.is_relative_to(told):
            name = path.relative_to(told).as_posix()
            yield Result(name, int(output["width"]), int(output["height"]), int(output["bytes"]))


def alt_of(label: str) -> str:
    """A text for those who do not see the picture, from its name: ``beach_at-noon.jpg`` is "beach at noon"."""
    return " ".join(re.split(r"[\s_-]+", PurePosixPath(label).stem)).strip() or label


def snippet(picture: Shown) -> str:
    """The HTML of a picture: newest formats first, a srcset of its widths, loaded when it comes into view."""
    kinds: dict[str, list[Result]] = {kind: [] for kind in dict.fromkeys(TYPES.values())}
    for result in picture.results:
        kinds[result.media_type].append(result)
    found = [(kind, _by_width(results)) for kind, results in kinds.items() if results]
    last = next((pair for pair in found if pair[0] not in _MODERN), found[-1])
    *_, largest = last[1]
    sizes = f"(max-width: {largest.width}px) 100vw, {largest.width}px"
    lines = [
        f'  <source type="{kind}" srcset="{_srcset(results)}" sizes="{sizes}">'
        for kind, results in found if kind in _MODERN and (kind, results) != last
    ]  # fmt: skip
    several = f' srcset="{_srcset(last[1])}" sizes="{sizes}"' if len(last[1]) > 1 else ""
    image = (
        f'<img src="{_url(largest)}"{several} width="{largest.width}" height="{largest.height}" '
        f'alt="{escape(alt_of(picture.label))}" loading="lazy" decoding="async">'
    )
    return "\n".join(["<picture>", *lines, f"  {image}", "</picture>"]) if lines else image


def _by_width(results: Sequence[Result]) -> list[Result]:
    return [*{one.width: one for one in sorted(results, key=lambda one: one.width)}.values()]


def _srcset(results: Sequence[Result]) -> str:
    return ", ".join(f"{_url(one)} {one.width}w" for one in results)


def _url(result: Result) -> str:
    """A relative address that nothing can be read into: a colon would name a scheme, a comma part a srcset."""
    return escape("./" + quote(result.path))


def page(title: str, pictures: Sequence[Shown], mark: str) -> str:
    """The whole page."""
    figures = "\n".join(_figure(picture) for picture in pictures if picture.results)
    return _PAGE.format(title=escape(title), mark=mark, count=len(pictures), figures=figures)


def _figure(picture: Shown) -> str:
    html = snippet(picture)
    links = " · ".join(
        f'<a href="{_url(one)}">{one.width} × {one.height} {one.media_type.removeprefix("image/")}</a> '
        f"{one.bytes / 1000:,.1f} kB"
        for one in picture.results
    )
    return (
        f"<figure>\n{html}\n<figcaption><b>{escape(picture.label)}</b><br>{links}\n"
        f"<details><summary>HTML</summary><pre>{escape(html)}</pre></details></figcaption>\n</figure>"
    )


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="Overlap {mark}">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }}
main {{ display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); }}
figure {{ margin: 0; }}
img {{ display: block; height: auto; max-width: 100%; }}
figcaption {{ font-size: 0.85rem; margin-top: 0.4rem; overflow-wrap: anywhere; }}
pre {{ overflow-x: auto; white-space: pre-wrap; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Pictures: {count}. Below each: its files, and the HTML for a page beside them.</p>
<main>
{figures}
</main>
</body>
</html>
"""
