"""Values of options as people write them: percents, times, and counts with ranges."""

from __future__ import annotations

import re
from typing import Any

import click

from engine.errors import SettingRefused
from engine.machine.remote_files import is_address
from engine.model import Configuration

_MOST = 4096
"""So many numbers may one option name; a range beyond is a slip of the hand."""


_NEGATIVE = re.compile(r"-(\d[\d.eE+-]*|Infinity)")
"""A negative number as JSON writes it; no option of ours begins with a digit."""


class NegativeArguments(click.Command):
    """A command whose arguments may be negative numbers, which click would take for options."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the command line; a blank before a negative number is no part of a JSON value, and hides its dash."""
        return super().parse_args(context, [f" {one}" if _NEGATIVE.fullmatch(one) else one for one in args])


class Fraction(click.ParamType[float]):
    """``5%`` or ``0.05``."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> float:
        """The fraction."""
        text = str(value).strip()
        try:
            number = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            number = 0.0
        if not 0 < number < 1:
            self.fail(f"{value!r} is no share: write it like 5%.", param, context)
        return number


class Seconds(click.ParamType[float]):
    """``60s``, ``5min`` or ``60``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> float:
        """The seconds."""
        match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*(s|min|h)?\s*", str(value))
        if not match or float(match[1]) <= 0:
            self.fail(f"{value!r} is no time: write it like 60s or 5min.", param, context)
        return float(match[1]) * {"min": 60.0, "h": 3600.0}.get(match[2] or "s", 1.0)


class Place(click.Path):
    """A path of this machine, or an address such as ``s3://bucket/photos``, which is left as it is."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        """The path as a Path, the address as text."""
        if is_address(value):
            return value
        return super().convert(value, param, context)


def whole(text: str, option: str) -> int:
    """A whole number from 1. Raises SettingRefused, naming the option."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise SettingRefused(f"{option} cannot be {text.strip()!r}: write whole numbers from 1.")
    return int(text)


def wholes(text: str | None, option: str) -> list[int]:
    """``1,2,8`` or ``1-4,8`` as numbers, each once, in their order. Raises SettingRefused, naming the option."""
    found: dict[int, None] = {}
    for part in (part for part in (text or "").split(",") if part.strip()):
        first, dash, last = part.partition("-")
        low = whole(first, option)
        high = whole(last, option) if dash else low
        if high < low or high - low >= _MOST:
            raise SettingRefused(f"{option} cannot be {part.strip()!r}: write a range from the smaller to the larger.")
        found.update(dict.fromkeys(range(low, high + 1)))
    return list(found)


def configuration_of(text: str) -> Configuration:
    """``threads:4`` (or ``threads × 4``, ``sequential``) as a configuration. Raises SettingRefused."""
    match = re.fullmatch(r"\s*([a-z]+)\s*(?:[:×x]\s*(\d+))?\s*", text)
    if not match:
        raise SettingRefused(f"{text!r} is no configuration: write it like threads:4.")
    return Configuration(match[1], int(match[2] or 1))
