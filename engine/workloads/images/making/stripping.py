"""A file without what it tells beside its picture, its pixels untouched: for originals that are kept as they are.

Only the parts that decoding needs are copied, by an allow-list, so that what nobody knows of is dropped, too:
JPEG (ITU-T T.81, annex B), PNG (third edition, 11.2 and 11.3), WebP (RFC 9649, 2.7).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from engine.workloads.images.opening import pngs

_JPEG_TABLES = {0xC4, 0xDB, 0xDD, 0xCC, *(code for code in range(0xC0, 0xD0) if code not in (0xC4, 0xC8, 0xCC))}
_ADOBE = b"Adobe"
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT", b"IDAT", b"IEND"}


def stripped(data: bytes, file_format: str) -> bytes | None:
    """The file of `data` (Pillow's name of its format) without metadata; None where that cannot be done."""
    strip = _STRIPPERS.get(file_format)
    try:
        return strip(data) if strip is not None else None
    except (IndexError, struct.error, ValueError):
        return None


def _jpeg(data: bytes) -> bytes | None:
    """Tables, frame and scans, with a plain JFIF header, up to the end marker: what follows that is no part of it."""
    kept = [b"\xff\xd8"]
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF:
            return None
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        segment = data[at : at + 2 + length]
        at += 2 + length
        if marker == 0xE0 and segment[4:9] == b"JFIF\0":
            kept.append(b"\xff\xe0\x00\x10JFIF\0" + segment[9:16] + b"\0\0")
        elif marker in _JPEG_TABLES or (marker == 0xEE and segment[4:9] == _ADOBE):
            kept.append(segment)
        elif marker == 0xDA:
            end = _after_scan(data, at)
            kept += [segment, data[at:end]]
            at = end


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker begins that is neither a stuffed byte nor a restart."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _png(data: bytes) -> bytes | None:
    chunks = [chunk for kind, chunk in pngs.chunks(data) if kind in _PNG_KEPT]
    return data[:8] + b"".join(chunks) if chunks and chunks[-1][4:8] == b"IEND" else None


def _webp(data: bytes) -> bytes | None:
    """The picture's chunk, and its alpha where it has one of its own; animations are not for this."""
    chunks = dict(_webp_chunks(data))
    if b"ANIM" in chunks or not {b"VP8 ", b"VP8L"} & set(chunks):
        return None
    kept = [chunks[kind] for kind in (b"ALPH", b"VP8 ", b"VP8L") if kind in chunks]
    if b"ALPH" in chunks:
        header = bytearray(chunks[b"VP8X"])
        header[8] &= 0x10  # of the flags only that there is alpha
        kept.insert(0, bytes(header))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        length = struct.unpack("<I", data[at + 4 : at + 8])[0]
        end = at + 8 + length + length % 2
        if at + 8 + length > len(data):
            raise ValueError("a chunk ends after the file")
        yield data[at : at + 4], data[at : at + 8 + length] + b"\0" * (length % 2)
        at = end


_STRIPPERS: dict[str, Callable[[bytes], bytes | None]] = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp}
