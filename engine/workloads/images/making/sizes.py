"""A size as people write it, and where it puts a picture: pure arithmetic.

Sizes are WxH, Wx, xH, N (longest edge) and N%. All placements are in the picture's upright
coordinates at full resolution; `engine.workloads.images.making.resizing` maps them to what was decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.errors import SettingRefused

SizeKind = Literal["box", "width", "height", "edge", "percent"]

MAX_EDGE = 16_383
"""WebP's limit (RFC 9649, 14 bits), the smallest of the formats that are written."""

ANCHORS: dict[str, tuple[float, float]] = {
    "centre": (0.5, 0.5),
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "top-left": (0.0, 0.0),
    "top-right": (1.0, 0.0),
    "bottom-left": (0.0, 1.0),
    "bottom-right": (1.0, 1.0),
}
"""The part of the picture that a crop keeps, or the place in a padded frame: fractions from the left and the top."""

ATTENTION = "attention"
"""The anchor of a crop that is found in the picture itself: see `engine.workloads.images.making.attention`."""

_PATTERNS: dict[SizeKind, re.Pattern[str]] = {
    "box": re.compile(r"(?P<width>\d+)[x×](?P<height>\d+)"),
    "width": re.compile(r"(?P<width>\d+)[x×]"),
    "height": re.compile(r"[x×](?P<height>\d+)"),
    "edge": re.compile(r"(?P<edge>\d+)"),
    "percent": re.compile(r"(?P<percent>\d+(\.\d+)?)\s*%"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """One asked size; the numbers that its kind does not use are 0. `percent` is of each edge."""

    kind: SizeKind
    width: int = 0
    height: int = 0
    percent: float = 0.0

    @property
    def text(self) -> str:
        """The size in a file's name: ``400x300``, ``w400``, ``h300``, ``400`` or ``50pct``."""
        texts = {
            "box": f"{self.width}x{self.height}",
            "width": f"w{self.width}",
            "height": f"h{self.height}",
            "edge": f"{self.width}",
            "percent": f"{self.percent:g}pct",
        }
        return texts[self.kind]


@dataclass(frozen=True, slots=True)
class Placement:
    """Take `box` (left, top, right, bottom) of the source, make it `scaled`, lay it on `canvas` at `offset`."""

    box: tuple[float, float, float, float]
    scaled: tuple[int, int]
    canvas: tuple[int, int]
    offset: tuple[int, int] = (0, 0)


def parse_size(text: str) -> Size:
    """The size that a text names. Raises SettingRefused, with the forms there are, for anything else."""
    plain = text.strip().lower().replace(" ", "")
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(plain)
        if match:
            return _checked(text, kind, {name: float(value) for name, value in match.groupdict().items()})
    raise SettingRefused(
        f"{text!r} is not a size: write 400x300 (a box), 400x (a width), x300 (a height), "
        "400 (the longest edge) or 50%."
    )


def _checked(text: str, kind: SizeKind, found: dict[str, float]) -> Size:
    percent = found.get("percent", 0.0)
    edge = int(found.get("edge", 0))
    width, height = int(found.get("width", edge)), int(found.get("height", edge))
    if max(width, height) > MAX_EDGE or percent > 1000:
        raise SettingRefused(f"The size {text!r} is too large: at most {MAX_EDGE} pixels an edge, or 1000%.")
    asked = {"box": min(width, height), "width": width, "height": height, "edge": edge, "percent": percent}
    if asked[kind] <= 0:
        raise SettingRefused(f"The size {text!r} must be greater than zero.")
    return Size(kind, width, height, percent)


def place(source: tuple[int, int], size: Size, fit: str, anchor: str, enlarge: bool) -> Placement:
    """Where a picture of `source` pixels ends for a size; `fit` and `anchor` matter for boxes only."""
    if size.kind == "box":
        return _BOXES[fit](source, (size.width, size.height), ANCHORS.get(anchor, (0.5, 0.5)), enlarge)
    scale = _scale(source, size)
    return _whole(source, _rounded(source, scale if enlarge else min(scale, 1.0)))


def _scale(source: tuple[int, int], size: Size) -> float:
    scales = {
        "width": size.width / source[0],
        "height": size.height / source[1],
        "edge": size.width / max(source),
        "percent": size.percent / 100,
    }
    return scales[size.kind]


def _rounded(source: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(source[0] * scale)), max(1, round(source[1] * scale))


def _whole(source: tuple[int, int], scaled: tuple[int, int]) -> Placement:
    return Placement((0.0, 0.0, float(source[0]), float(source[1])), scaled, scaled)


def _inside(source: tuple[int, int], box: tuple[int, int], _: tuple[float, float], enlarge: bool) -> Placement:
    scale = min(box[0] / source[0], box[1] / source[1])
    return _whole(source, _rounded(source, scale if enlarge else min(scale, 1.0)))


def _cover(source: tuple[int, int], box: tuple[int, int], anchor: tuple[float, float], enlarge: bool) -> Placement:
    scale = max(box[0] / source[0], box[1] / source[1])
    scale = scale if enlarge else min(scale, 1.0)
    full = _rounded(source, scale)
    scaled = min(box[0], full[0]), min(box[1], full[1])
    # Never wider than the source: rounding `full` up must not ask for pixels that are not there.
    taken = min(scaled[0] / scale, source[0]), min(scaled[1] / scale, source[1])
    left, top = (source[0] - taken[0]) * anchor[0], (source[1] - taken[1]) * anchor[1]
    return Placement((left, top, left + taken[0], top + taken[1]), scaled, scaled)


def _pad(source: tuple[int, int], box: tuple[int, int], anchor: tuple[float, float], enlarge: bool) -> Placement:
    inside = _inside(source, box, anchor, enlarge)
    offset = (
        round((box[0] - inside.scaled[0]) * anchor[0]),
        round((box[1] - inside.scaled[1]) * anchor[1]),
    )
    return Placement(inside.box, inside.scaled, box, offset)


def _stretch(source: tuple[int, int], box: tuple[int, int], _: tuple[float, float], enlarge: bool) -> Placement:
    return _whole(source, box if enlarge else (min(box[0], source[0]), min(box[1], source[1])))


_BOXES = {"inside": _inside, "cover": _cover, "pad": _pad, "stretch": _stretch}
FITS: tuple[str, ...] = tuple(_BOXES)
