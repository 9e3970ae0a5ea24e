"""What Pillow reads wrongly in TIFF files: channels of 16 bits that are stored apart, short palettes, inverted greys.

Tags and their values are those of TIFF 6.0 (Adobe, 1992).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import PIL
from PIL import Image, ImagePalette

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANAR, PREDICTOR = 273, 277, 278, 279, 284, 317
COLOUR_MAP, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_BYTES, EXTRA_SAMPLES = 320, 322, 323, 324, 325, 338

_WHITE_IS_ZERO, _BLACK_IS_ZERO = 0, 1
_APART = 2
_ASSOCIATED = 1

_KEPT = (WIDTH, LENGTH, COMPRESSION, FILL_ORDER, ROWS_PER_STRIP, PREDICTOR, TILE_WIDTH, TILE_LENGTH)
_PIECES = ((STRIP_OFFSETS, STRIP_BYTES), (TILE_OFFSETS, TILE_BYTES))

Reopen = Callable[[bytes], Image.Image]
"""Opens a TIFF of the content that it is given."""


@cache
def silence_libtiff() -> None:
    """Keep libtiff, as Pillow's wheels bring it, from writing to the terminal what is wrong with a file."""
    package = Path(PIL.__file__).parent
    for library in (*package.parent.glob("pillow.libs/libtiff*"), *package.glob(".dylibs/libtiff*")):
        try:
            ctypes.CDLL(str(library)).TIFFSetErrorHandler(None)
        except (OSError, AttributeError):  # another build: then it goes on writing, which harms nothing
            continue


def white_is_zero(image: Image.Image) -> bool:
    """Whether a decoded TIFF of more than 8 bits has to be inverted; Pillow does so for fewer bits only."""
    return _tags(image).get(PHOTOMETRIC) == _WHITE_IS_ZERO and image.mode not in ("1", "L", "P")


def mend_palette(image: Image.Image) -> None:
    """A colour map whose values run to 255 instead of 65535 is taken as 8 bits, as libtiff's own tools do."""
    values = _tags(image).get(COLOUR_MAP)
    if image.mode in ("P", "PA") and values and 0 < max(values) < 256:
        image.palette = ImagePalette.raw("RGB;L", bytes(values))


def widened(image: Image.Image) -> Image.Image:
    """A decoded TIFF whose grey of 12 bits, which Pillow leaves as it is, runs to 65535 like all wide greys here."""
    if image.mode != "I;16" or _tags(image).get(BITS) != (12,):
        return image
    import numpy as np  # only such files pay for the import

    made = Image.fromarray(((np.asarray(image).astype(np.uint32) * 65535 + 2047) // 4095).astype(np.uint16))
    made.info = dict(image.info)
    return made


def stored_apart(image: Image.Image) -> bool:
    """Whether an opened TIFF keeps channels of 16 bits one after the other, which Pillow decodes as noise."""
    tags = _tags(image)
    return tags.get(PLANAR) == _APART and set(tags.get(BITS, ())) == {16} and len(tags.get(BITS, ())) in (3, 4)


def joined(image: Image.Image, data: bytes, reopen: Reopen) -> Image.Image:
    """The picture of channels that are stored apart, 8 bits each: every channel is read as a grey TIFF of its own."""
    tags = _tags(image)
    count = len(tags[BITS])
    planes = []
    for number in range(count):
        plane = reopen(_plane(data, tags, number, count))
        plane.load()
        planes.append(_upper_bytes(plane))
    mode = _mode(image.mode, count, tags)
    whole = Image.merge(mode, planes[: Image.getmodebands(mode)])
    whole.info = dict(image.info)
    return whole.convert("RGBA") if mode == "RGBa" else whole


def _mode(mode: str, count: int, tags: dict[int, Any]) -> str:
    if mode == "RGBA" and _ASSOCIATED in tags.get(EXTRA_SAMPLES, ()):
        return "RGBa"
    return mode if Image.getmodebands(mode) <= count else "RGB"


def _upper_bytes(plane: Image.Image) -> Image.Image:
    import numpy as np  # only such files pay for the import

    return Image.fromarray((np.asarray(plane) >> 8).astype(np.uint8))


def _tags(image: Image.Image) -> dict[int, Any]:
    return dict(getattr(image, "tag_v2", None) or {})


def _plane(data: bytes, tags: dict[int, Any], number: int, count: int) -> bytes:
    """A TIFF that holds the same bytes and, in a directory at its end, one channel of them as a grey picture."""
    order = "<" if data[:2] == b"II" else ">"
    entries: dict[int, tuple[int, ...]] = {
        tag: (value if isinstance(value, tuple) else (value,)) for tag in _KEPT if (value := tags.get(tag)) is not None
    }
    entries |= {BITS: (16,), PHOTOMETRIC: (_BLACK_IS_ZERO,), SAMPLES: (1,)}
    for offsets, lengths in _PIECES:
        if offsets in tags:
            share = len(tags[offsets]) // count
            here = slice(number * share, (number + 1) * share)
            entries |= {offsets: tuple(tags[offsets][here]), lengths: tuple(tags[lengths][here])}
    padded = data + b"\0" * (len(data) % 2)
    return _with_directory(padded, entries, order)


def _with_directory(data: bytes, entries: dict[int, tuple[int, ...]], order: str) -> bytes:
    at = len(data) + 2 + 12 * len(entries) + 4
    directory, values = b"", b""
    for tag, numbers in sorted(entries.items()):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        directory += struct.pack(f"{order}HHI", tag, 4, len(numbers))
        if len(packed) > 4:
            directory += struct.pack(f"{order}I", at + len(values))
            values += packed
        else:
            directory += packed
    head = data[:2] + struct.pack(f"{order}HI", 42, len(data))
    return head + data[8:] + struct.pack(f"{order}H", len(entries)) + directory + bytes(4) + values
