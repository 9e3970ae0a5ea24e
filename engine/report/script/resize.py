"""Photos in a script to take home: plain lines with Pillow, only those that the run's sizes and formats need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import PurePath
from pprint import pformat
from string import Template
from typing import Any

from engine.model import Run, Task
from engine.report.script.parts import Work
from engine.store import Store
from engine.workloads.images.making.options import Resizing, resizing_from
from engine.workloads.images.making.saving import encoder_options
from engine.workloads.images.making.sizes import ANCHORS, Size
from engine.workloads.images.opening import formats, heic
from engine.workloads.images.sets.sources import place_of

_HEAD = '''\
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "photos")
RESULTS = Path(sys.argv[2] if len(sys.argv) > 2 else "resized")
KINDS = Image.registered_extensions()
OPTIONS = $options
COLOUR = $colour
SRGB = ImageCms.createProfile("sRGB")
$heic

def in_srgb(picture):
    """The picture in the colours of screens: L, RGB, or RGBA where something shines through."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        with suppress(ImageCms.PyCMSError):  # a profile that cannot be read is none
            mode = picture.mode.replace("CMYK", "RGB")
            picture = ImageCms.profileToProfile(picture, BytesIO(profile), SRGB, outputMode=mode)
    if picture.mode in ("L", "RGB", "RGBA"):
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def scaled(picture, full, scale):
    """The whole picture; `full` are its edges in the file, of which fewer pixels may have been decoded."""
    size = max(1, round(full[0] * scale)), max(1, round(full[1] * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


'''

_FITS = {
    "inside": '''\
def inside(picture, full, width, height):
    """The whole picture inside a box."""
    return scaled(picture, full, min(width / full[0], height / full[1]$limit))


''',
    "percent": '''\
def percent(picture, full, share):
    """The whole picture, each edge by so many percent."""
    return scaled(picture, full, $percent)


''',
    "cover": '''\
def cover(picture, full, width, height):
    """A part of the picture that fills the box."""
    scale = $cover
    size = min(width, round(full[0] * scale)), min(height, round(full[1] * scale))
    taken = min(size[0] / scale, full[0]), min(size[1] / scale, full[1])
    left, top = (full[0] - taken[0]) * $across, (full[1] - taken[1]) * $down
    wide, high = picture.width / full[0], picture.height / full[1]
    box = left * wide, top * high, min((left + taken[0]) * wide, picture.width), (top + taken[1]) * high
    return picture.resize(size, Image.Resampling.LANCZOS, (*box[:3], min(box[3], picture.height)))


''',
    "pad": '''\
def pad(picture, full, width, height):
    """The whole picture on a canvas of the box's size."""
    small = scaled(picture, full, min(width / full[0], height / full[1]$limit))
    canvas = Image.new("RGBA" if COLOUR == "transparent" else "RGB", (width, height), $canvas)
    place = round((width - small.width) * $across), round((height - small.height) * $down)
    canvas.paste(small, place, small if small.mode == "RGBA" else None)
    return canvas


''',
    "stretch": '''\
def stretch(picture, full, width, height):
    """The whole picture pulled to the box."""
    return picture.resize(($stretched), Image.Resampling.LANCZOS)


''',
}
"""How a size is made; only what a run asked for is written into its script."""

_RUN = '''\
SIZES = [$sizes]


def save(picture, target):
    """Write the picture in the format that the file's name promises, without metadata."""
    kind = KINDS[target.suffix.lower()]
    if kind == "JPEG" and picture.mode == "RGBA":  # JPEG has no transparency
        below = Image.new("RGBA", picture.size, $behind)
        picture = Image.alpha_composite(below, picture).convert("RGB")
    picture.info = {}
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, kind, **OPTIONS.get(kind, {}))
    return {"path": str(target), "width": picture.width, "height": picture.height, "bytes": target.stat().st_size}


def run(photo):
    """Write one photo in every size and format that was asked for; what the first has become."""
    with Image.open(FOLDER / photo["source"]) as opened:
        turned = opened.getexif().get(ExifTags.Base.Orientation, 1) > 4
        full = opened.size[::-1] if turned else opened.size
$draft        picture = in_srgb(ImageOps.exif_transpose(opened))
    made = []
    for (fit, *box), names in zip(SIZES, photo["names"], strict=True):
        small = fit(picture, full, *box)
        made += [save(small, RESULTS / name) for name in names]
    return made[0]


'''

_BEFORE = """\
if not FOLDER.is_dir() or FOLDER.resolve() == RESULTS.resolve():
    sys.exit(f"Name the folder of the photos, which {FOLDER} is not, and another one for the results.")
"""

BEYOND = (
    "What the engine does beyond this script: it scales with SIMD code where that is installed, so its bytes and its "
    "speed are others (the folder with its modules has the same bytes: overlap export RUN --format folder); it decodes "
    "16 bits, animations and stated colour spaces; it refuses pictures that would take too much memory, writes a file "
    "whole or not at all, and replaces none.",
)
_DONE_HERE = {
    "sizes", "fit", "anchor", "colour", "enlarge", "formats", "quality_jpeg", "quality_webp", "quality_avif", "name",
    "optimize", "progressive", "lossless",
}  # fmt: skip
"""The options that these lines follow; the others are named where they were asked for."""


def resize(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """Photos in a folder that is named when the script is started."""
    resizing = resizing_from(run.options)
    photos = [(task.label, _photo(task, source, resizing)) for task, source in zip(tasks, sources(tasks), strict=True)]
    served = heic_package(tasks)
    text = "".join(_text(resizing, photos, served))
    return Work(
        text.replace("$", "$$"),
        {},
        photos,
        imports=(
            "import sys", "from contextlib import suppress", "from io import BytesIO", "from pathlib import Path",
            "from PIL import ExifTags, Image, ImageCms, ImageOps",
            *(("from math import inf",) if any(one.kind in ("width", "height") for one in resizing.parsed) else ()),
            *((f"import {served}",) if served else ()),
        ),
        packages=("PIL", *((served,) if served else ())),
        before=_BEFORE,
        remarks=(
            "Arguments: the folder of the photos, then the folder for the results.", *BEYOND, *_left_out(resizing),
        ),
    )  # fmt: skip


def heic_package(tasks: Sequence[Task]) -> str | None:
    """The package that reads the HEIC photos among these, where there are some and it is installed here."""
    found = {formats.SUFFIXES.get(PurePath(task.argument["source"]).suffix.lower()) for task in tasks}
    return heic.serving()[0] if "HEIF" in found else None


def sources(tasks: Sequence[Task]) -> list[str]:
    """Where each photo lies below the folder of photos: no name of a folder of the machine that measured is in it.

    Of photos at addresses it is what they have in common: who takes the script home copies that place to a folder.
    """
    given = [place_of(task.argument["source"]) for task in tasks]
    whole = [path.parent for path in given if path.is_absolute()]
    common = whole[0] if whole else PurePath()
    while any(not path.is_relative_to(common) for path in whole):
        common = common.parent
    return [(path.relative_to(common) if path.is_absolute() else path).as_posix() for path in given]


def _photo(task: Task, source: str, resizing: Resizing) -> dict[str, Any]:
    """The names of one photo's results, a list for each size."""
    names, each = task.argument["names"], len(resizing.formats)
    return {"source": source, "names": [names[at : at + each] for at in range(0, len(names), each)]}


def _text(resizing: Resizing, photos: Sequence[tuple[str, Mapping[str, Any]]], served: str | None) -> Iterator[str]:
    names = _words(resizing)
    kinds = {_kind(name) for _, photo in photos for row in photo["names"] for name in row}
    options = {kind.upper(): encoder_options(kind, resizing) for kind in sorted(kinds - {""})}
    names["options"] = pformat(options, width=110, sort_dicts=False)
    names["heic"] = f"{served}.register_heif_opener()\n" if served else ""
    yield Template(_HEAD).substitute(names)
    needed = {_fit(size, resizing) for size in resizing.parsed}
    for fit, text in _FITS.items():
        if fit in needed:
            yield Template(text).substitute(names)
    yield Template(_RUN).substitute(names)


def _kind(name: str) -> str:
    found = formats.SUFFIXES.get(PurePath(name).suffix.lower(), "").lower()
    return found if found in formats.WRITTEN else ""


def _fit(size: Size, resizing: Resizing) -> str:
    return {"box": resizing.fit, "percent": "percent"}.get(size.kind, "inside")


def _words(resizing: Resizing) -> dict[str, Any]:
    """What is filled in: places, limits and colours as literals."""
    sizes = resizing.parsed
    edges = [edge for size in sizes for edge in (size.width, size.height) if edge]
    enough = 2 * max(edges, default=0)
    across, down = ANCHORS.get(resizing.anchor, (0.5, 0.5))
    clear = resizing.colour == "transparent"
    draft = f"opened.draft(None, ({enough}, {enough}))  # of a JPEG: no more pixels are decoded than are needed\n"
    return {
        "limit": "" if resizing.enlarge else ", 1",
        "percent": "share / 100" if resizing.enlarge else "min(share / 100, 1)",
        "cover": _COVER if resizing.enlarge else f"min({_COVER}, 1)",
        "stretched": "width, height" if resizing.enlarge else "min(width, full[0]), min(height, full[1])",
        "across": across,
        "down": down,
        "colour": repr(resizing.colour),
        "canvas": "0" if clear else "COLOUR",
        "behind": '"white"' if clear else "COLOUR",
        "draft": "" if any(size.kind == "percent" for size in sizes) else " " * 8 + draft,
        "sizes": ", ".join(f"({_fit(size, resizing)}, {_box(size)})" for size in sizes),
    }


_COVER = "max(width / full[0], height / full[1])"


def _box(size: Size) -> str:
    return {
        "box": f"{size.width}, {size.height}",
        "width": f"{size.width}, inf",
        "height": f"inf, {size.height}",
        "edge": f"{size.width}, {size.width}",
        "percent": f"{size.percent:g}",
    }[size.kind]


def _left_out(resizing: Resizing) -> Iterator[str]:
    usual = Resizing()
    asked = [
        f"{item.name}={getattr(resizing, item.name)!r}"
        for item in fields(Resizing)
        if item.name not in _DONE_HERE and getattr(resizing, item.name) != getattr(usual, item.name)
    ]
    asked += ["anchor='attention'"] if resizing.anchor == "attention" else []
    if asked:
        yield f"Asked for, but not in this script: {', '.join(asked)}. The folder has it."
