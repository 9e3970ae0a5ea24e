"""The head of an answer as servers really send it, mended before either HTTP library reads it.

http.client and aiohttp disagree about what is a valid answer, so both get this one's result: what browsers bear is
borne, what they refuse is refused through both. The grammar is that of RFC 9112; lengths beside chunks are its 6.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 262_144
"""Bytes of a whole head (Chromium's limit)."""
LONGEST_LINE = 60_000
"""Bytes of one line that is kept: http.client reads 65,536."""
MOST_LINES = 90
"""Lines that are kept, those of KNOWN first: http.client takes 100."""
REFUSED = b"\0\r\n\r\n"
"""What no parser takes for HTTP."""

KNOWN = frozenset(
    (b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"connection", b"location")
) | frozenset(
    (b"retry-after", b"set-cookie", b"etag", b"last-modified", b"cf-mitigated", b"x-datadome", b"x-amzn-waf-action")
)
"""Names that something here asks for."""

END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_STATUS = re.compile(rb"HTTP/\d\.\d +(\d{3})(?: |\Z)")

Line = tuple[bytes, bytes]


class BadHead(Exception):
    """A head that no browser takes."""


@dataclass(frozen=True, slots=True)
class Head:
    """A mended head: its bytes with the blank line, its status, the body's length in bytes where it is told."""

    raw: bytes
    status: int
    length: int | None
    chunked: bool

    @property
    def interim(self) -> bool:
        """Whether another head follows (RFC 9110, 15.2)."""
        return 100 <= self.status < 200 and self.status != 101


def mended(head: bytes) -> Head:
    """A head without its faults; `head` reaches to its blank line. Raises BadHead for what cannot be borne."""
    first, *rest = _LINE_END.split(head.strip(b"\r\n"))
    status = _STATUS.match(first)
    if status is None or len(head) > LONGEST:
        raise BadHead
    lines = _fields(rest)
    chunked = any(name == b"transfer-encoding" and b"chunked" in value.lower() for name, value in lines)
    length = None if chunked else _length(lines)
    lines = [line for line in lines if line[0] != b"content-length"]
    lines += [(b"content-length", b"%d" % length)] if length is not None else []
    body = b"".join(name + b": " + value + b"\r\n" for name, value in _kept(lines))
    return Head(first + b"\r\n" + body + b"\r\n", int(status[1]), length, chunked)


def _fields(lines: list[bytes]) -> list[Line]:
    """Names in lower case and values; a folded line belongs to the one before, and what has no name is nobody's."""
    found: list[Line] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if found:
                found[-1] = (found[-1][0], found[-1][1] + b" " + line.strip())
            continue
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t").lower()
        if colon and _TOKEN.match(name):
            found.append((name, value.strip().replace(b"\r", b" ").replace(b"\0", b" ")))
    return found


def _length(lines: list[Line]) -> int | None:
    """The length that is told; one that is no number is none, as in browsers. Raises BadHead where two differ."""
    values = [part.strip() for name, value in lines if name == b"content-length" for part in value.split(b",")]
    numbers = {int(value) for value in values if value.isdigit() and len(value) < 20}
    if len(numbers) > 1:
        raise BadHead
    return numbers.pop() if numbers else None


def _kept(lines: list[Line]) -> list[Line]:
    for name, value in lines:
        if name in KNOWN and len(value) > LONGEST_LINE:
            raise BadHead
    short = [line for line in lines if len(line[0]) + len(line[1]) <= LONGEST_LINE]
    known = [line for line in short if line[0] in KNOWN][:MOST_LINES]
    return known + [line for line in short if line[0] not in KNOWN][: MOST_LINES - len(known)]
