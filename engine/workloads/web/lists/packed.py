"""What a list's file is packed in (gzip, also twice, also cut off), and files that hold no text at all."""

from __future__ import annotations

import zlib

from engine.errors import InputRefused

CAP = 50_000_000
"""Bytes of one unpacked list (sitemaps.org: 50 MB)."""
LAYERS = 3
"""How often a file is unpacked: servers that pack what is packed do it once more."""
MOST_MEMBERS = 10_000
"""Members of one gzip file that are read: programs that pack in blocks make some hundreds."""
PIECE = 65_536
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""zlib's number for the largest window with gzip's header."""
_OTHERS = (
    (b"PK\x03\x04", "The file is a ZIP, as spreadsheets (.xlsx, .ods) are: save the sheet as CSV, or unpack it."),
    (b"\xd0\xcf\x11\xe0", "The file is an old spreadsheet or document (.xls, .doc): save it as CSV or as text."),
    (b"%PDF", "The file is a PDF: copy its addresses into a text file."),
)


def is_packed(data: bytes) -> bool:
    """Whether a file begins as one that is packed, or as one that holds no text."""
    return data.startswith((_GZIP, *(start for start, _ in _OTHERS)))


def unpacked(data: bytes) -> tuple[bytes, str | None]:
    """What the file holds, and what was lost on the way, in a sentence.

    Raises InputRefused for what unpacks to more than CAP, is damaged from its start, or is no list's file.
    """
    problem = None
    for _ in range(LAYERS):
        if not data.startswith(_GZIP):
            break
        data, cut = _gunzipped(data)
        if cut:
            problem = "The file is cut off: its packed data stop before their end; what could be unpacked is read."
    for start, why in _OTHERS:
        if data.startswith(start):
            raise InputRefused(why)
    return data, problem


def _gunzipped(data: bytes) -> tuple[bytes, bool]:
    """All members of a gzip file, and whether its end is missing."""
    pieces: list[bytes] = []
    place, size, members = 0, 0, 0
    member = zlib.decompressobj(_GZIP_WINDOW)
    while place < len(data):
        taken = data[place : place + PIECE]
        try:
            pieces.append(member.decompress(taken, CAP + 1 - size))
        except zlib.error:
            if not size:
                raise InputRefused("The file cannot be unpacked: its packed data are damaged.") from None
            return b"".join(pieces), True
        size += len(pieces[-1])
        if size > CAP:
            raise InputRefused(f"The file cannot be unpacked: it holds more than {CAP // 1_000_000} MB, the limit.")
        place += len(taken) - len(member.unused_data)
        if member.eof:
            members += 1
            if members == MOST_MEMBERS or not data.startswith(_GZIP, place):
                break
            member = zlib.decompressobj(_GZIP_WINDOW)
    return b"".join(pieces), not member.eof or data.startswith(_GZIP, place)
