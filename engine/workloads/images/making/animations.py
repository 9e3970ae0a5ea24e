"""Animated pictures, frame by frame: kept as such where the format can, within a limit of pixels.

Each frame is composed with those before it, so every frame that comes here is a whole picture. What a format
writes is its own: how long each frame stays, in ms, and how often all of them are shown (0: without end).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image

from engine.errors import TaskFailed
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.opening import gifs
from engine.workloads.images.opening.frames import ANIMATED

CAN = ("gif", "webp")
"""Formats in which animations are kept; an animated PNG or AVIF gives its first frame."""
_SHORTEST_MS = 20
"""Browsers show frames of 10 ms and less for 100 ms; files that say 0 mean "as fast as usual"."""
_USUAL_MS = 100

SHARE = 0.25
"""Of the pixels that a single image may have: so many may all frames of a result have together."""


class Animation(NamedTuple):
    """A file, its edges in pixels, and how many frames it has."""

    content: bytes
    size: tuple[int, int]
    frames: int


Make = Callable[[Image.Image], Image.Image]


def wanted(resizing: Resizing, name: str, source_format: str) -> bool:
    """Whether a picture that has several frames is kept as an animation in the format `name`."""
    kept = resizing.animation == "keep" or (resizing.animation == "auto" and name == source_format.lower())
    return kept and name in CAN and source_format in ANIMATED


def animated(
    image: Image.Image, data: bytes, make: Make, name: str, resizing: Resizing, blocks: dict[str, Any]
) -> Animation:
    """The animation of an opened image of the content `data`, each frame made by `make`, as a file.

    Raises TaskFailed not_encoded.
    """
    frames: list[Image.Image] = []
    durations: list[int] = []
    for picture, stays_ms in _whole_frames(image, data):
        durations.append(_duration(stays_ms))
        frame = make(picture)
        frame.info = {}
        frames.append(frame)
    buffer = BytesIO()
    options = {"save_all": True, "append_images": frames[1:], "duration": durations, **_loop(image, name)}
    try:
        frames[0].save(buffer, name, **options, **_OPTIONS[name](resizing), **blocks)
    except (OSError, ValueError) as error:
        raise TaskFailed("not_encoded", f"The animation cannot be written as {name}: {error}.") from None
    content = buffer.getvalue()
    if name == "webp" and any(frame.has_transparency_data and _least_alpha(frame) < 255 for frame in frames):
        content = _with_alpha_flag(content)
    return Animation(content, frames[0].size, len(frames))


def _least_alpha(frame: Image.Image) -> float:
    least = frame.getchannel("A").getextrema()[0]
    assert isinstance(least, (int, float))  # a single channel
    return least


def _with_alpha_flag(content: bytes) -> bytes:
    """An animated WebP that says that it has transparent pixels (RFC 9649, 2.7: the flag L of VP8X).

    libwebp says so only where a frame itself has; not where no frame paints a part of the canvas.
    """
    if content[12:16] != b"VP8X":
        return content
    return content[:20] + bytes((content[20] | 0x10,)) + content[21:]


def _whole_frames(image: Image.Image, data: bytes) -> Iterator[tuple[Image.Image, Any]]:
    """Each frame in RGBA, and how long the file says that it stays, in ms."""
    if image.format == "GIF":
        yield from gifs.frames(data, image.size)
        return
    # A PNG may bring a still picture for programs that show no animations: none of its frames, though Pillow's first.
    for number in range(int(bool(getattr(image, "default_image", False))), int(getattr(image, "n_frames", 1))):
        image.seek(number)
        image.load()
        yield image.convert("RGBA"), image.info.get("duration")


def _duration(value: Any) -> int:
    ms = round(value) if isinstance(value, (int, float)) else 0
    return ms if ms >= _SHORTEST_MS else _USUAL_MS


def _loop(image: Image.Image, name: str) -> dict[str, int]:
    """How often it is shown: a GIF counts how often it is *repeated*, and says nothing when it is shown once."""
    loop = image.info.get("loop")
    repeats = loop if isinstance(loop, int) and 0 <= loop <= 65_000 else None
    times = (0 if repeats == 0 else 1 + (repeats or 0)) if image.format == "GIF" else (repeats or 0)
    if name == "gif":
        return {} if times == 1 else {"loop": max(0, times - 1)}
    return {"loop": times}


_OPTIONS: dict[str, Callable[[Resizing], dict[str, Any]]] = {
    "gif": lambda resizing: {"disposal": 2, "optimize": False},
    "webp": lambda resizing: {
        "lossless": resizing.lossless, "quality": 80 if resizing.lossless else resizing.quality_webp, "method": 4,
    },
}  # fmt: skip
"""GIF's disposal 2 clears each frame before the next, so that what is transparent stays so."""
