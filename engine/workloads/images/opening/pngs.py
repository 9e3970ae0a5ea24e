"""A PNG whose picture is intact although something beside it cannot be read.

A text or a profile that unpacks to very much, or an ancillary chunk whose checksum does not fit, is passed over, as
libpng and browsers do (PNG, third edition, 5.4 and 13.1). Looked at only after such a file could not be opened.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MOST_UNPACKED = 8 * 2**20
"""Bytes that a text or a profile may unpack to. Profiles of printers have up to 4 MB; Pillow's own limit is 1 MiB."""

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


def without_unreadable(data: bytes) -> bytes | None:
    """The PNG without those ancillary chunks that cannot be read; None where there are none, or it is no PNG."""
    if not data.startswith(_START):
        return None
    found = [(_can_be_read(kind, chunk), chunk) for kind, chunk in chunks(data)]
    return None if all(good for good, _ in found) else _START + b"".join(chunk for good, chunk in found if good)


def _can_be_read(kind: bytes, chunk: bytes) -> bool:
    if not kind[0] & _ANCILLARY:
        return True
    if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
        return False
    content = chunk[8:-4]
    if kind in (b"iCCP", b"zTXt"):
        return _is_small(content.partition(b"\0")[2][1:])
    if kind == b"iTXt" and content.partition(b"\0")[2][:1] == b"\1":
        return _is_small(content.partition(b"\0")[2][2:].partition(b"\0")[2].partition(b"\0")[2])
    return len(content) <= MOST_UNPACKED


def _is_small(packed: bytes) -> bool:
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, MOST_UNPACKED)
    except zlib.error:
        return True  # such a text or profile is left out by whoever reads it
    return not unpacking.unconsumed_tail
