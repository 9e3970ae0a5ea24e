"""The currency beside a number, as it is written: right before it (`US $`, `CHF`, `S/`) or right behind (`€`, `kr`)."""

from __future__ import annotations

import re

from engine.workloads.web.price.amounts.currency import COMPOSED, SIGNS, is_mark

_BEFORE = re.compile(
    rf"(?:(?<![^\W\d_])((?i:{COMPOSED}))\.?|(?:(?<![^\W\d_])([^\W\d_]{{1,5}}\.?/?)\s?)?([{SIGNS}]?)\.?)[\s:]{{0,3}}$"
)
_AFTER = re.compile(
    rf"\s{{0,2}}(?:((?i:{COMPOSED}))\.?|([{SIGNS}])(?!\s?[\d.])\s?([A-Z]{{3}})?|([^\W\d_]{{1,5}}\.?))(?![^\W\d_])"
    rf"|([{SIGNS}])(?=\s+\d)|(?<=[.,]\d\d)\s?(€)(?=\s+\d)"
)


def mark_before(text: str, earliest: int, start: int) -> tuple[str | None, int]:
    """The currency written right before `start`, and where it begins: `US $`, `CHF`, `Rs.`, `$`, `S/`."""
    match = _BEFORE.search(text[earliest:start])
    if match is None:
        return None, start
    composed, letters, sign = match.groups()
    if composed:
        return composed, earliest + match.start(1)
    if letters and sign and is_mark(letters + sign):
        return letters + sign, earliest + match.start()
    if letters and is_mark(letters.rstrip(".")):
        return letters, earliest + match.start()
    return (sign, earliest + match.start(3)) if sign else (None, start)


def mark_after(text: str, end: int) -> tuple[str | None, int]:
    """The currency written right behind `end`, and where it ends."""
    match = _AFTER.match(text, end)
    if match is None:
        return None, end
    composed, sign, code, letters, attached, euro = match.groups()
    if whole := composed or attached or euro:
        return whole, match.end()
    if code and is_mark(code):
        return code, match.end()
    if sign:
        return sign, match.end(2)
    return (letters, match.end()) if letters and is_mark(letters.rstrip(".")) else (None, end)
