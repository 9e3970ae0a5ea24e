"""What is asked of every picture of a run: sizes, fit, format, names.

A `Resizing` is made once, checked, and sent to every worker as plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from string import Formatter
from typing import Any

from engine.errors import SettingRefused
from engine.workloads.images.making.sizes import ANCHORS, ATTENTION, FITS, Size, parse_size

FORMATS = ("keep", "jpeg", "png", "webp", "avif")
NAME_FIELDS = ("stem", "ext", "width", "height", "size", "index")
METADATA = ("none", "copyright", "date-place", "all")
"""What is kept of what cameras write: nothing; the copyright line and artist; these, the date and the place; EXIF and
XMP as they are, without their thumbnail."""
PROFILES = ("srgb", "keep")
"""Colours become sRGB, or a wide RGB profile (Display P3, Adobe RGB) stays with its pixels."""
ANIMATIONS = ("auto", "keep", "first")
"""Animated pictures: kept where the format is kept; kept wherever the format can; the first frame only."""
TRANSPARENT = "transparent"

_CHOICES: dict[str, tuple[str, ...]] = {
    "fit": FITS, "anchor": (*ANCHORS, ATTENTION), "metadata": METADATA, "profile": PROFILES, "animation": ANIMATIONS,
}  # fmt: skip
_SWITCHES = ("enlarge", "optimize", "progressive", "lossless", "palette", "smaller", "sharpen")
QUALITIES = ("jpeg", "webp", "avif")


@dataclass(frozen=True, slots=True)
class Resizing:
    """How pictures are resized.

    `colour` (#rrggbb, or ``transparent``) fills padding; it, else white, is what was transparent where the format has
    no alpha. `name` is a pattern of {stem}, {ext}, {width}, {height}, {size} and {index}; see
    `engine.workloads.images.sets.naming`. The three qualities look alike to the eye. `optimize` (3 to 4% smaller) and
    `progressive` (a tenth smaller, several times slower) concern JPEG, `lossless` WebP, `palette` PNGs made from
    pictures with a palette. `max_kb` (1000 bytes; 0: no matter) lowers a quality until the file fits; `ssim` (0: no
    matter) finds the lowest quality that is as like the unencoded result. `smaller` keeps the original where nothing
    but its bytes would change, to more.
    """

    sizes: tuple[str, ...] = ("400x400",)
    fit: str = "inside"
    anchor: str = "centre"
    colour: str = "#ffffff"
    enlarge: bool = False
    formats: tuple[str, ...] = ("keep",)
    quality_jpeg: int = 85
    quality_webp: int = 82
    quality_avif: int = 65
    name: str = "{stem}.{ext}"
    metadata: str = "none"
    profile: str = "srgb"
    optimize: bool = True
    progressive: bool = False
    lossless: bool = False
    palette: bool = True
    smaller: bool = False
    sharpen: bool = False
    animation: str = "auto"
    max_kb: float = 0.0
    ssim: float = 0.0

    def plain(self) -> dict[str, Any]:
        """The options as JSON values."""
        return {**asdict(self), "sizes": list(self.sizes), "formats": list(self.formats)}

    @property
    def parsed(self) -> tuple[Size, ...]:
        """The sizes, parsed. Raises SettingRefused."""
        return tuple(parse_size(text) for text in self.sizes)

    def quality(self, file_format: str) -> int:
        """The quality of a format that has one, 1 to 100."""
        return int(getattr(self, f"quality_{file_format}"))


def resizing_from(values: Mapping[str, Any]) -> Resizing:
    """The options from a mapping that may hold more than they. Raises SettingRefused with what to write instead.

    `format` (one, or several with commas), `quality` (a number for all formats, or ``jpeg=85,avif=60``) and
    `keep_copyright` are understood, too.
    """
    known = {item.name for item in fields(Resizing)}
    given = {name: value for name, value in values.items() if name in known and value is not None}
    for name, read in _SHORT.items():
        if values.get(name) is not None:
            given = {**read(values[name]), **given}
    if "sizes" in given:
        given["sizes"] = _sizes(given["sizes"])
    if "formats" in given:
        given["formats"] = _formats(given["formats"])
    resizing = Resizing(**given)
    _check(resizing)
    return resizing


def _qualities(value: Any) -> dict[str, Any]:
    """``80``, ``jpeg=80,webp=75`` or {"jpeg": 80} as the fields' values."""
    if isinstance(value, str) and not value.strip().isdigit():
        pairs = [part.partition("=") for part in value.replace(" ", "").split(",") if part]
        value = {name.lower(): int(number) if number.isdigit() else number for name, _, number in pairs}
    if isinstance(value, Mapping):
        if unknown := [str(name) for name in value if name not in QUALITIES]:
            raise SettingRefused(
                f"There is no quality of {', '.join(unknown)!r}: write a number, or {'=85,'.join(QUALITIES)}=85."
            )
        return {f"quality_{name}": number for name, number in value.items()}
    return {f"quality_{name}": int(value) if isinstance(value, str) else value for name in QUALITIES}


_SHORT: dict[str, Callable[[Any], dict[str, Any]]] = {
    "quality": _qualities,
    "format": lambda value: {"formats": value},
    "keep_copyright": lambda value: {"metadata": "copyright"} if value else {},
}
"""Options by names that are shorter, or that older runs were stored with."""


def _formats(value: Any) -> tuple[str, ...]:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)):
        raise SettingRefused(f"The formats {value!r} cannot be read: give a list such as ['webp', 'jpeg'].")
    formats = tuple(dict.fromkeys(str(text).strip().lower() for text in texts if str(text).strip()))
    if not formats or (wrong := [one for one in formats if one not in FORMATS]):
        named = repr(wrong[0]) if formats else "empty"
        raise SettingRefused(f"The format cannot be {named}: choose from {', '.join(FORMATS)}.")
    return formats


def _sizes(value: Any) -> tuple[str, ...]:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)):
        raise SettingRefused(f"The sizes {value!r} cannot be read: give a list such as ['400x400', '1600'].")
    sizes = tuple(dict.fromkeys(str(text).strip() for text in texts if str(text).strip()))
    if not 1 <= len(sizes) <= 10:
        raise SettingRefused(f"Give between one and ten sizes; {len(sizes)} were given.")
    return sizes


def _check(resizing: Resizing) -> None:
    for text in resizing.sizes:
        parse_size(text)
    for name, choices in _CHOICES.items():
        if getattr(resizing, name) not in choices:
            raise SettingRefused(f"{name} cannot be {getattr(resizing, name)!r}: choose one of {', '.join(choices)}.")
    for name in _SWITCHES:
        if not isinstance(getattr(resizing, name), bool):
            raise SettingRefused(f"{name} cannot be {getattr(resizing, name)!r}: write true or false.")
    for quality in (getattr(resizing, f"quality_{one}") for one in QUALITIES):
        if isinstance(quality, bool) or not isinstance(quality, int) or not 1 <= quality <= 100:
            raise SettingRefused(f"The quality cannot be {quality!r}: write a whole number from 1 to 100.")
    if not isinstance(resizing.colour, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}|transparent", resizing.colour):
        raise SettingRefused(f"The colour cannot be {resizing.colour!r}: write it like #ffffff, or transparent.")
    _check_aims(resizing)
    _check_name(resizing.name)


def _check_aims(resizing: Resizing) -> None:
    """The aims of a quality: numbers in their range, and one of them at most."""
    for name, least, most in (("max_kb", 1, 1_000_000), ("ssim", 0.5, 0.999)):
        value = getattr(resizing, name)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or (value and not least <= value <= most):
            raise SettingRefused(f"{name} cannot be {value!r}: write a number from {least} to {most:,}, or 0 for none.")
    if resizing.max_kb and resizing.ssim:
        raise SettingRefused("Aim at a file size or at a likeness (SSIM), not at both.")


def _check_name(pattern: Any) -> None:
    allowed = ", ".join("{" + name + "}" for name in NAME_FIELDS)
    try:
        parts = list(Formatter().parse(str(pattern)))
    except ValueError as error:
        raise SettingRefused(f"The name pattern {pattern!r} cannot be read ({error}): use {allowed}.") from None
    for _, name, form, conversion in parts:
        digits = name == "index" and re.fullmatch(r"0?[1-9]?", form or "")
        if name is not None and (name not in NAME_FIELDS or conversion or (form and not digits)):
            raise SettingRefused(f"The name pattern {pattern!r} holds an unknown part: use {allowed} or {{index:04}}.")
    if not str(pattern).strip() or len(str(pattern)) > 200:
        raise SettingRefused("The name pattern must have between 1 and 200 characters, such as {stem}.{ext}.")
