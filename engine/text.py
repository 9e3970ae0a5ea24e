"""Texts that every database, file, page and terminal can hold: decided here, once, for all of them.

Python's texts can hold two things that UTF-8 or a database cannot: lone surrogates (a file name that is
not UTF-8 has them, PEP 383; JSON can spell them) and NUL (PostgreSQL refuses it). What people see of such a text:

    a byte of a name that is not UTF-8      ``\\xff``, as `ls` shows it: two names stay two
    any other lone surrogate, and NUL       ``�`` (U+FFFD), Unicode's sign for what cannot be shown

Paths that are opened again (a task's argument, a run's target folder) are kept as they are, as JSON's
escapes, and never go through here: the file on disk is found by its real name.
This module sits on the lowest floor and imports only the standard library.
"""

from __future__ import annotations

import json
import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON spells them; valid pairs begin alike, so what matches is looked at, and mostly kept."""
_FIRST_BYTE, _LAST_BYTE, _BYTES_FROM = 0xDC80, 0xDCFF, 0xDC00


def storable(text: str) -> str:
    """The text without lone surrogates and NUL; most texts come back as they are."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - _BYTES_FROM:02x}" if _FIRST_BYTE <= code <= _LAST_BYTE else "\ufffd"


def storable_values(value: Any) -> Any:
    """A JSON value whose texts, also those that are keys, are storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key) if isinstance(key, str) else key: storable_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable_values(item) for item in value]
    return value


def _suspicious(text: str) -> bool:
    return "\\u" in text and _ESCAPED.search(text) is not None  # the first look is ten times as fast


def storable_json(text: str) -> str:
    """JSON text as `json.dumps` writes it (ASCII), its texts storable; mostly it comes back as it is."""
    return json.dumps(read_json(text), separators=(",", ":")) if _suspicious(text) else text


def read_json(text: str) -> Any:
    """The value of stored JSON text, its texts storable, also where an older version stored what is not.

    A value that is nested too deeply to be read here is given as its text.
    """
    try:
        value = json.loads(text)
        return storable_values(value) if _suspicious(text) else value
    except RecursionError:
        return text
