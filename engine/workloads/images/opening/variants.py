"""Variants of the opened formats that are not supported here, so that an intact file is not called damaged.

Looked at only after a file could not be opened or decoded. JPEG's markers are those of ITU-T T.81, table B.1.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

FRAMES = {0xC0 + number for number in range(16)} - {0xC4, 0xC8, 0xCC}
HUFFMAN_SEQUENTIAL = (0xC0, 0xC1)
_LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
_HIERARCHICAL = (0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF)
_SCAN = 0xDA
_RESTARTS = 0xDD

_TIFF_COMPRESSIONS = {
    9: "JBIG", 10: "JBIG", 32766: "NeXT", 32908: "Pixar", 32909: "Pixar", 34661: "JBIG", 34676: "SGI", 34677: "SGI",
    33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000", 34713: "Nikon",
    34887: "LERC", 34892: "lossy DNG", 34933: "PNG", 34934: "JPEG XR",
    50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL",
}  # fmt: skip
"""Compressions that builds of libtiff may lack (libtiff's tiff.h), by name."""

_PHOTOMETRICS = {0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 32803, 32844, 32845, 34892}
_SAMPLE_FORMATS = {1: "integer", 2: "signed integer", 3: "floating-point", 4: "undefined", 5: "complex", 6: "complex"}


def jpeg_frame(data: bytes) -> tuple[int, int, int] | None:
    """The first frame header of a JPEG: its marker's second byte, bits a sample, and channels."""
    for marker, content, _ in _segments(data):
        if marker in FRAMES and len(content) >= 6:
            return marker, content[0], content[5]
    return None


def is_lossless_jpeg(data: bytes) -> bool:
    """Whether a JPEG predicts samples instead of transforming blocks; it cannot be decoded at a reduced scale."""
    frame = jpeg_frame(data)
    return frame is not None and frame[0] in _LOSSLESS


def restart_interval(data: bytes) -> int:
    """Behind how many units a JPEG has a restart mark, by the segments before its pixels; 0 where it has none."""
    found = [content for marker, content, _ in _segments(data) if marker == _RESTARTS]
    return int.from_bytes(found[-1][:2], "big") if found else 0


def only_scan(data: bytes) -> int:
    """Where the coded data begin of a JPEG that has one scan, Huffman coded, for all its channels; 0 for any other."""
    segments = list(_segments(data))
    frames = [(marker, content) for marker, content, _ in segments if marker in FRAMES]
    if len(frames) != 1 or frames[0][0] not in HUFFMAN_SEQUENTIAL or segments[-1][0] != _SCAN:
        return 0
    _, content, end = segments[-1]
    return end if content[:1] == frames[0][1][5:6] else 0


def announced(data: bytes) -> bytes:
    """What the segments of a JPEG hold that come before its pixels."""
    return b"".join(content for _, content, _ in _segments(data))


def last_scan_is_complete(data: bytes) -> bool:
    """Whether the last scan of a JPEG that was begun is one after which nothing is missing.

    A progressive JPEG's last scan brings the last bit of the higher coefficients (T.81, G.1.1.1): Al is 0, Ss is not.
    """
    scans = [content for marker, content, _ in _segments(data, all_of_it=True) if marker == _SCAN]
    frame = jpeg_frame(data)
    if not scans or frame is None or len(scans[-1]) < 4:
        return False
    if frame[0] not in (0xC2, 0xCA):
        return True
    start, _, approximation = scans[-1][-3:]
    return start > 0 and approximation & 15 == 0


def _segments(data: bytes, all_of_it: bool = False) -> Iterator[tuple[int, bytes, int]]:
    """Marker segments from the start of a JPEG, each with where it ends; the coded pixels between them are skipped."""
    at = 2
    while 0 <= at < len(data) - 3:
        if data[at] != 0xFF:
            at = data.find(b"\xff", at) if all_of_it else -1
            continue
        marker = data[at + 1]
        if marker in (0xFF, 0x00, 0x01) or 0xD0 <= marker <= 0xD9:  # padding, stuffing, and what has no length
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at + 4 : at + 2 + length], at + 2 + length
        if marker == _SCAN and not all_of_it:
            return
        at += 2 + length


def unsupported(data: bytes, name: str) -> str | None:
    """Which variant of the format `name` a file is when it is one that is not supported here, in words; else None."""
    finder = _FINDERS.get(name)
    try:
        return finder(data) if finder else None
    except (struct.error, ArithmeticError, LookupError, ValueError):  # a header of nonsense: damaged, not a variant
        return None


def _jpeg(data: bytes) -> str | None:
    frame = jpeg_frame(data)
    if frame is None:
        return None
    marker, bits, channels = frame
    if marker in _HIERARCHICAL:
        return "hierarchical JPEG"
    if bits != 8 and 2 <= bits <= 16:
        return f"{'lossless ' if marker in _LOSSLESS else ''}JPEG with {bits} bits a channel"
    if channels in (2, *range(5, 256)):
        return f"JPEG with {channels} channels"
    return None


def _tiff(data: bytes) -> str | None:
    if data[:4] == b"MM\x00+":
        return "big-endian BigTIFF"
    tags = _tiff_tags(data)
    compression = _first(tags, 259, 1)
    if compression in _TIFF_COMPRESSIONS:
        return f"TIFF with {_TIFF_COMPRESSIONS[compression]} compression"
    bits, photometric = tags.get(258, (1,)), _first(tags, 262, -1)
    kind = _SAMPLE_FORMATS.get(_first(tags, 339, 1))
    if photometric not in _PHOTOMETRICS or kind is None or not all(1 <= one <= 64 for one in bits) or len(bits) > 64:
        return None
    return None if _has_a_reader(data) else f"TIFF with {bits[0]}-bit {kind} samples of this arrangement"


def _has_a_reader(data: bytes) -> bool:
    """Whether Pillow has a way to read this arrangement of samples."""
    from io import BytesIO

    from PIL import TiffImagePlugin

    try:
        TiffImagePlugin.TiffImageFile(BytesIO(data))
    except SyntaxError as error:
        return "unknown pixel mode" not in str(error)
    except Exception:
        return True  # broken in some other way
    return True


def _first(tags: dict[int, tuple[int, ...]], tag: int, otherwise: int) -> int:
    return tags[tag][0] if tags.get(tag) else otherwise


def _tiff_tags(data: bytes) -> dict[int, tuple[int, ...]]:
    """Whole numbers of the first directory: tag to values (TIFF 6.0, section 2, and BigTIFF)."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\x00", b"\x00+")
    at = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, 8 if big else 4)[0]
    (count,) = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, at)
    entry = struct.Struct(f"{order}HH{'Q' if big else 'I'}")
    start, step, room = (at + 8, 20, 8) if big else (at + 2, 12, 4)
    found: dict[int, Any] = {}
    for number in range(min(count, 200)):
        tag, kind, length = entry.unpack_from(data, start + step * number)
        letter = {3: "H", 4: "I"}.get(kind)
        if letter and 0 < length <= 64:
            place = start + step * number + entry.size
            if length * struct.calcsize(letter) > room:
                (place,) = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, place)
            found[tag] = struct.unpack_from(f"{order}{length}{letter}", data, place)
    return found


def _bmp(data: bytes) -> str | None:
    """Runs (BI_RLE8, BI_RLE4) may leave pixels out and end early; such a file ends by its own mark all the same."""
    start, header, size = (int.from_bytes(data[at : at + 4], "little") for at in (10, 14, 34))
    compressed = header >= 40 and int.from_bytes(data[30:34], "little") in (1, 2)
    complete = data[start : start + size if size else None].endswith(b"\0\1")
    return "BMP of runs that leave pixels out" if compressed and complete else None


_FINDERS: dict[str, Callable[[bytes], str | None]] = {"JPEG": _jpeg, "TIFF": _tiff, "BMP": _bmp}
