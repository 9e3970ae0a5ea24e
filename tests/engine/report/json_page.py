"""docs/json.md read as a specification: the types of every key of a document, and what of a value is not so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "json.md").read_text(encoding="utf-8")
KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "whole number": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "true or false": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}


def sections() -> dict[str, dict[str, str]]:
    """Each section's keys with their types, as the page has them."""
    found = {}
    for part in PAGE.split("\n## ")[1:]:
        rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", part, re.MULTILINE))
        if rows:
            found[part.partition("\n")[0]] = rows
    return found


SECTIONS = sections()


def faults(value: Any, kind: str, place: str) -> Iterator[str]:
    """What of a value is not as the page says."""
    if kind.endswith(" or null") and not kind.startswith("list of "):
        if value is not None:
            yield from faults(value, kind.removesuffix(" or null"), place)
    elif kind.startswith("list of "):
        yield from [] if isinstance(value, list) else [f"{place} is no list"]
        for at, one in enumerate(value if isinstance(value, list) else ()):
            yield from faults(one, kind.removeprefix("list of "), f"{place}[{at}]")
    elif kind in KINDS:
        yield from [] if KINDS[kind](value) else [f"{place} is no {kind}: {value!r}"]
    else:
        yield from of_section(value, SECTIONS[kind], place)


def of_section(value: Any, rows: dict[str, str], place: str) -> Iterator[str]:
    """What of an object is not as a section of the page says."""
    needed = {name for name, kind in rows.items() if not kind.endswith("(optional)")}
    yield from (f"{place} has no {name}" for name in needed - set(value))
    for name, one in value.items():
        if name not in rows:
            yield f"{place}.{name} is not documented"
        else:
            yield from faults(one, rows[name].removesuffix(" (optional)"), f"{place}.{name}")
