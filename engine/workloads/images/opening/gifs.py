"""The frames of an animated GIF as browsers show them (GIF89a): what no frame has painted is transparent.

Pillow paints the background's colour there, and where a frame is cleared (disposal 2). So every frame is decoded as a
GIF of its own, and put together here.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from engine.workloads.images.opening.frames import after_blocks, colour_table_bytes

_EXTENSION, _IMAGE, _CONTROL = 0x21, 0x2C, 0xF9
_CLEARED, _AS_BEFORE = 2, 3


class _Block(NamedTuple):
    """One frame: its graphic control (empty where it has none), and where its image block is in the file."""

    control: bytes
    start: int
    end: int


def frames(data: bytes, size: tuple[int, int]) -> Iterator[tuple[Image.Image, int]]:
    """Each frame of a GIF on a canvas of `size`, in RGBA, and how long it stays in ms. Raises what Pillow raises."""
    canvas = Image.new("RGBA", size)
    for block in _blocks(data):
        left, top = (int.from_bytes(data[at : at + 2], "little") for at in (block.start + 1, block.start + 3))
        picture = _decoded(data, block)
        before = canvas.copy()
        canvas.paste(picture, (left, top), picture.getchannel("A"))
        yield canvas.copy(), 10 * int.from_bytes(block.control[4:6], "little")
        disposal = block.control[3] >> 2 & 7 if block.control else 0
        if disposal == _CLEARED:
            canvas.paste((0, 0, 0, 0), (left, top, left + picture.width, top + picture.height))
        elif disposal == _AS_BEFORE:
            canvas = before


def _blocks(data: bytes) -> Iterator[_Block]:
    at, control = 13 + colour_table_bytes(data[10]), b""
    while at + 10 <= len(data) and data[at] in (_EXTENSION, _IMAGE):
        if data[at] == _IMAGE:
            end = after_blocks(data, at + 11 + colour_table_bytes(data[at + 9]))
            yield _Block(control, at, end)
            control = b""
        else:
            end = after_blocks(data, at + 2)
            if data[at + 1] == _CONTROL and end - at == 8:
                control = data[at:end]
        at = end


def _decoded(data: bytes, block: _Block) -> Image.Image:
    """A frame alone, as large as itself, in RGBA."""
    palette = data[10:13] + data[13 : 13 + colour_table_bytes(data[10])]
    size = data[block.start + 5 : block.start + 9]
    image = data[block.start : block.start + 1] + bytes(4) + data[block.start + 5 : block.end]
    content = b"GIF89a" + size + palette + block.control + image + b";"
    with Image.open(BytesIO(content), formats=["GIF"]) as frame:
        frame.load()
        return frame.convert("RGBA")
