"""Documents with one thing wrong: each is an exported run with one value replaced, or one key taken away."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

DOCUMENTS = sorted((Path(__file__).parent / "documents").glob("*.json"))
"""One exported run of each kind, cut down to a few records."""
GONE = object()
HOSTILE: tuple[Any, ...] = (
    GONE, None, True, 0, -1, 1.5, 2**53, 10**30, 1e300, 5e-324, "", "x", "-1", "\ud800", "\x00",
    "$\\href{javascript:a}{b}$", "http://[", "0001-01-01", "9" * 400, [], {}, [None], {"a": None}, [[]], [{}],
)  # fmt: skip
"""What stands where something else belongs; GONE takes the key away."""

Place = tuple[str | int, ...]


class Mutation(NamedTuple):
    """One value at one place of a document."""

    place: Place
    value: Any

    def of(self, document: dict[str, Any]) -> dict[str, Any]:
        """A copy of the document with this change."""
        changed = copy.deepcopy(document)
        holder: Any = changed
        for step in self.place[:-1]:
            holder = holder[step]
        if self.value is GONE:
            del holder[self.place[-1]]
        else:
            holder[self.place[-1]] = copy.deepcopy(self.value)
        return changed


def read(path: Path) -> dict[str, Any]:
    """The document in a file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Every place in a document, but only the first two members of a list: the others are alike."""
    if here:
        yield here
    members = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for step, member in members:
        yield from places(member, (*here, step))


def mutations(document: dict[str, Any]) -> list[Mutation]:
    """Every hostile value at every place."""
    return [Mutation(place, value) for place in places(document) for value in HOSTILE]
