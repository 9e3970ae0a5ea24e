"""Texts: what every database, file, page and terminal can hold, and how numbers, times and sizes are written.

Both are decided here, once, for all of them. Python's texts can hold two things that UTF-8 or a database cannot: lone
surrogates (a file name that is not UTF-8 has them, PEP 383; JSON can spell them) and NUL (PostgreSQL refuses it).
What people see of such a text:

    a byte of a name that is not UTF-8      ``\\xff``, as `ls` shows it: two names stay two
    any other lone surrogate, and NUL       ``�`` (U+FFFD), Unicode's sign for what cannot be shown

Paths that are opened again (a task's argument, a run's target folder) are kept as they are, as JSON's
escapes, and never go through here: the file on disk is found by its real name.
This module sits on the lowest floor and imports only the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line end, those that turn the direction of text, and lone surrogates."""
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON spells them; valid pairs begin alike, so what matches is looked at, and mostly kept."""
_FIRST_BYTE, _LAST_BYTE, _BYTES_FROM = 0xDC80, 0xDCFF, 0xDC00


def storable(text: str) -> str:
    """The text without lone surrogates and NUL; most texts come back as they are."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(_written, text)


def printable(text: str) -> str:
    """The text without what a terminal would obey instead of showing it; tabs and line ends stay.

    A stranger's name of a product or file can hold sequences that clear a screen, write its title or hide a line
    (ECMA-48), and marks that turn the reading direction of what follows (Unicode's annex 9).
    """
    return _OBEYED.sub("\ufffd", storable(text))


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


def listed(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``. Raises ValueError for none."""
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 task``, ``4,000 tasks``; `many` is the plural where it is not the singular with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def planned(words: str, done: int, of: int | None) -> str:
    """``120,000 of 1,000,000 tasks``; ``120,000 pictures found`` where nobody knows of how many."""
    return f"{done:,} {words}" if of is None else f"{done:,} of {of:,} {words}"


def number(value: float) -> str:
    """Two decimals below 10, one below 100, none above; two digits below 0.1, so that a thousandth is no nothing."""
    if 0 < value < 0.0995:
        return f"{value:.2g}" if value >= 0.0001 else "under 0.0001"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def percent(fraction: float) -> str:
    """A fraction as percent: one decimal below 1%, none above."""
    value = 100 * fraction
    return f"{value:.1f}%" if 0.05 <= value < 0.95 else f"{value:.0f}%" if value <= 999 else "more than 999%"


def duration(value_s: float) -> str:
    """A duration to read, in at most two units: ``0.12 s``, ``34 s``, ``1 min 40 s``, ``2 h 5 min``."""
    if value_s <= 0:
        return "0 s"
    if value_s < 0.00095:
        return seconds(value_s)
    if value_s < 0.095:
        return f"{1000 * value_s:.1f} ms" if value_s < 0.01 else f"{1000 * value_s:.0f} ms"
    if value_s < 9.95:
        return f"{value_s:.2f} s" if value_s < 0.995 else f"{value_s:.1f} s"
    whole = round(value_s)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(value_s / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def seconds(value_s: float) -> str:
    """A measured time to three digits, in the unit that suits it: ``10.6 µs``, ``4.2 ms``, ``0.25 s``, ``5,210 s``."""
    if value_s < 0.9995e-3:
        return f"{value_s * 1e6:.3g} µs"
    if value_s < 0.09995:
        return f"{value_s * 1e3:.3g} ms"
    return f"{value_s:.3g} s" if value_s < 999.5 else f"{value_s:,.0f} s"


def data_size(count: float) -> str:
    """Bytes in units of powers of 1000: ``812 B``, ``54 kB``, ``1.2 GB``."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 999.5:
            return f"{value:.0f} {unit}" if abs(value) >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def share(part: float, whole: float) -> str:
    """``62%``; ``99.6%`` and ``0.4%`` near the ends, so that all and nothing mean just that."""
    percent = 100 * part / whole
    if 0.5 <= percent < 99.5 or percent >= 100.5 or percent in (0, 100):
        return f"{percent:.0f}%"
    if percent > 50:
        return f"{percent:.1f}%" if percent < 99.95 or percent > 100 else "over 99.9%"
    return f"{percent:.1f}%" if percent >= 0.05 else "under 0.1%"


def size_change(before: int, after: int) -> str:
    """``4.2 kB saved, 85%``; ``2.0 kB more, 200%``. Raises ZeroDivisionError for what had no bytes."""
    change = f"{data_size(abs(before - after))} {'more' if after > before else 'saved'}"
    return f"{change}, {share(abs(before - after), before)}"
