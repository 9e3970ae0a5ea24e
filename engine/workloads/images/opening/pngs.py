"""What of a PNG is intact: its pixels, by their checksums, and its picture where something beside it cannot be read.

A text or a profile that unpacks to very much, or an ancillary chunk whose checksum does not fit, is passed over, as
libpng and browsers do (PNG, third edition, 5.4 and 13.1): looked at only after
such a file could not be opened.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MOST_UNPACKED = 8 * 2**20
"""Bytes that a text or a profile may unpack to. Profiles of printers have up to 4 MB; Pillow's own limit is 1 MiB."""

_MOST_TOGETHER = 4 * MOST_UNPACKED
"""All of a file's texts and profiles together: unpacking very many small ones takes minutes."""

_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
_START = b"\x89PNG\r\n\x1a\n"
_ANCILLARY = 0x20


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each complete chunk of a PNG up to its end mark: its name, and all of its bytes."""
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        yield kind, data[at:end]
        if kind == b"IEND":
            return
        at = end


def pixels_are_whole(data: bytes) -> bool:
    """Whether the checksums of all complete chunks of pixels fit; Pillow does not look at them (IDAT, 11.2.3)."""
    return all(_fits(chunk) for kind, chunk in chunks(data) if kind == b"IDAT" and _is_complete(chunk))


def _is_complete(chunk: bytes) -> bool:
    return len(chunk) == 12 + int.from_bytes(chunk[:4], "big")


def _fits(chunk: bytes) -> bool:
    """Whether a chunk's checksum is that of its name and content."""
    return zlib.crc32(memoryview(chunk)[4:-4]) == int.from_bytes(chunk[-4:], "big")


def without_unreadable(data: bytes) -> bytes | None:
    """The PNG without those ancillary chunks that cannot be read; None where there are none, or it is no PNG."""
    if not data.startswith(_START):
        return None
    kept, left_out, room = [_START], False, _MOST_TOGETHER
    for kind, chunk in chunks(data):
        readable = not kind[0] & _ANCILLARY or _fits(chunk)
        if readable and kind in _TEXTS:
            most = min(room, MOST_UNPACKED)
            length = _length(kind, chunk[8:-4], most)
            readable, room = length <= most, room - min(length, most)
        if readable:
            kept.append(chunk)
        left_out = left_out or not readable
    return b"".join(kept) if left_out else None


def _length(kind: bytes, content: bytes, most: int) -> int:
    """How many bytes a text or a profile has when it is unpacked; more than `most` are not counted."""
    packed = b""
    if kind in (b"iCCP", b"zTXt"):
        packed = content.partition(b"\0")[2][1:]
    elif kind == b"iTXt" and content.partition(b"\0")[2][:1] == b"\1":
        packed = content.partition(b"\0")[2][2:].partition(b"\0")[2].partition(b"\0")[2]
    if not packed or most == 0:
        return len(content)
    unpacking = zlib.decompressobj()
    try:
        length = len(unpacking.decompress(packed, most))
    except zlib.error:
        return len(content)  # such a text or profile is left out by whoever reads it
    return most + 1 if unpacking.unconsumed_tail else length
