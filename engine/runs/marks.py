"""What people write on runs, as it is stored: a label of one short line, and a note. Pages and commands ask here."""

from __future__ import annotations

from engine.errors import InputRefused
from engine.text import printable

LONGEST_LABEL, LONGEST_NOTE = 60, 2_000


def label_of(text: str) -> str | None:
    """A label without what a terminal would obey, on one line; None for an empty one. Raises InputRefused if too long.
    """
    return _within(" ".join(printable(text).split()), "label", LONGEST_LABEL)


def note_of(text: str) -> str | None:
    """A note likewise, with its lines."""
    return _within(printable(text).strip(), "note", LONGEST_NOTE)


def _within(text: str, what: str, most: int) -> str | None:
    if len(text) > most:
        raise InputRefused(f"This {what} has {len(text):,} characters, and a {what} has {most:,} at most: shorten it.")
    return text or None
