"""How many frames a file has, without decoding any: the first is resized, and that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PIL import Image

MAX_FRAMES = 1000
"""Frames are counted up to here; a file that claims more costs no more."""

ANIMATED = {"GIF", "WEBP", "PNG", "AVIF"}
"""Formats whose pictures follow each other in time; those of others are pages, each of a size of its own."""
_UNCOUNTED = {"JPEG", "MPO"}
"""A JPEG's further pictures are previews, depth or gain maps, not frames."""


def frames_note(image: Image.Image, data: bytes) -> str | None:
    """A remark such as ``first of 12 frames`` on an opened image of the content `data`, or None for one frame."""
    count = frames_of(image, data)
    if count <= 1:
        return None
    kind = "frames" if image.format in ANIMATED else "pages"
    return f"first of more than {MAX_FRAMES} {kind}" if count > MAX_FRAMES else f"first of {count} {kind}"


def frames_of(image: Image.Image, data: bytes) -> int:
    """How many frames or pages an opened image of the content `data` has; more than MAX_FRAMES are not counted."""
    if image.format in _UNCOUNTED:
        return 1
    return _COUNTERS[image.format](data) if image.format in _COUNTERS else _frames(image)


def _frames(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:
        # A later frame is broken in some way; only the first is used.
        return 1


def _gif_frames(data: bytes) -> int:
    """Image blocks in a GIF (GIF89a, appendix A), counted by hopping over their data; stops above MAX_FRAMES."""
    at = 13 + colour_table_bytes(data[10]) if len(data) > 13 else len(data)
    count = 0
    while at < len(data) and count <= MAX_FRAMES:
        if data[at] == 0x2C and at + 10 <= len(data):
            count += 1
            at = after_blocks(data, at + 11 + colour_table_bytes(data[at + 9]))
        elif data[at] == 0x21:
            at = after_blocks(data, at + 2)
        else:
            break
    return count


def _tiff_pages(data: bytes) -> int:
    """Directories in a TIFF (TIFF 6.0, section 2; BigTIFF with wider fields), counted by following their chain."""
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    big = int.from_bytes(data[2:4], order) == 43
    width, counter, entry, first = (8, 8, 20, 8) if big else (4, 2, 12, 4)
    at = int.from_bytes(data[first : first + width], order)
    seen: set[int] = set()
    while 0 < at < len(data) and at not in seen and len(seen) <= MAX_FRAMES:
        seen.add(at)
        following = at + counter + entry * int.from_bytes(data[at : at + counter], order)
        at = int.from_bytes(data[following : following + width], order)
    return len(seen)


_COUNTERS: dict[str, Callable[[bytes], int]] = {"GIF": _gif_frames, "TIFF": _tiff_pages}
"""Pillow counts these by decoding or parsing every frame; a walk over the file costs microseconds."""


def colour_table_bytes(packed: int) -> int:
    """How long the colour table is that a GIF's packed fields announce, in bytes."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def after_blocks(data: bytes, at: int) -> int:
    """Where a GIF goes on behind the data blocks that begin at `at`."""
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1
