"""What is asked of every picture of a run: sizes, fit, format, names.

A `Resizing` is made once, checked, and sent to every worker as plain values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from string import Formatter
from typing import Any

from engine.errors import SettingRefused
from engine.images.sizes import ANCHORS, FITS, Size, parse_size

FORMATS = ("keep", "jpeg", "png", "webp", "avif")
NAME_FIELDS = ("stem", "ext", "width", "height", "size", "index")

_CHOICES: dict[str, tuple[str, ...]] = {"fit": FITS, "anchor": tuple(ANCHORS), "format": FORMATS}


@dataclass(frozen=True, slots=True)
class Resizing:
    """How pictures are resized.

    `colour` (#rrggbb) fills padding, and what was transparent where the format has no alpha.
    `name` is a pattern of {stem}, {ext}, {width}, {height}, {size} and {index}; see `engine.images.naming`.
    `progressive` concerns JPEG only: about a tenth smaller, several times slower to encode.
    """

    sizes: tuple[str, ...] = ("400x400",)
    fit: str = "inside"
    anchor: str = "centre"
    colour: str = "#ffffff"
    enlarge: bool = False
    format: str = "keep"
    quality: int = 85
    name: str = "{stem}.{ext}"
    keep_copyright: bool = False
    progressive: bool = False

    def plain(self) -> dict[str, Any]:
        """The options as JSON values."""
        return {**asdict(self), "sizes": list(self.sizes)}

    @property
    def parsed(self) -> tuple[Size, ...]:
        """The sizes, parsed. Raises SettingRefused."""
        return tuple(parse_size(text) for text in self.sizes)


def resizing_from(values: Mapping[str, Any]) -> Resizing:
    """The options from a mapping that may hold more than they. Raises SettingRefused with what to write instead."""
    known = {item.name for item in fields(Resizing)}
    given = {name: value for name, value in values.items() if name in known and value is not None}
    if "sizes" in given:
        given["sizes"] = _sizes(given["sizes"])
    resizing = Resizing(**given)
    _check(resizing)
    return resizing


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
    for name in ("enlarge", "keep_copyright", "progressive"):
        if not isinstance(getattr(resizing, name), bool):
            raise SettingRefused(f"{name} cannot be {getattr(resizing, name)!r}: write true or false.")
    if isinstance(resizing.quality, bool) or not isinstance(resizing.quality, int) or not 1 <= resizing.quality <= 100:
        raise SettingRefused(f"The quality cannot be {resizing.quality!r}: write a whole number from 1 to 100.")
    if not isinstance(resizing.colour, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", resizing.colour):
        raise SettingRefused(f"The colour cannot be {resizing.colour!r}: write it like #ffffff.")
    _check_name(resizing.name)


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
