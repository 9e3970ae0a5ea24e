"""Encoding a finished picture.

Encoders get pixels and nothing else: no EXIF, GPS, XMP, IPTC, profile or thumbnail can reach an output.
Only the copyright line passes, on wish, as a fresh EXIF block of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from engine.errors import TaskFailed
from engine.images import formats
from engine.images.opening import out_of_memory
from engine.images.options import Resizing

_FULL_CHROMA_FROM = 90
"""From this quality JPEG keeps colours at full resolution (4:4:4); below, 4:2:0 saves a quarter that nobody sees."""


def format_for(target: Path, resizing: Resizing, source_format: str) -> str:
    """The format that a target's name promises; what its name does not tell is the option's, or the source's."""
    named = _BY_SUFFIX.get(target.suffix.lower())
    kept = source_format.lower() if source_format.lower() in formats.WRITTEN else "png"
    return named or (kept if resizing.format == "keep" else resizing.format)


_BY_SUFFIX: dict[str, str] = {
    suffix: name.lower() for suffix, name in formats.SUFFIXES.items() if name.lower() in formats.WRITTEN
}


def encoded(image: Image.Image, name: str, resizing: Resizing, exif: bytes | None) -> bytes:
    """The file's bytes, the same for the same pixels and options. `exif` is a block made by `engine.images.rights`."""
    if name == "jpeg":
        image = flattened(image, resizing.colour)
    # Some encoders write what they find here; and the profile that a colour transform leaves tells the time of day.
    image.info = {}
    buffer = BytesIO()
    extra = {"exif": exif} if exif else {}
    try:
        image.save(buffer, name, **_OPTIONS[name](resizing), **extra)
    except MemoryError:
        raise out_of_memory() from None
    except (OSError, ValueError) as error:
        raise TaskFailed("not_encoded", f"The resized picture cannot be written as {name}: {error}.") from None
    return buffer.getvalue()


def flattened(image: Image.Image, colour: str) -> Image.Image:
    """The image without transparency: what shone through becomes `colour` (#rrggbb)."""
    if image.mode != "RGBA":
        return image
    background = Image.new("RGBA", image.size, colour)
    return Image.alpha_composite(background, image).convert("RGB")


def _jpeg(resizing: Resizing) -> dict[str, Any]:
    return {
        "quality": resizing.quality,
        "subsampling": "4:4:4" if resizing.quality >= _FULL_CHROMA_FROM else "4:2:0",
        "progressive": resizing.progressive,
        "optimize": resizing.progressive,
    }


def _png(_: Resizing) -> dict[str, Any]:
    return {"compress_level": 6}


def _webp(resizing: Resizing) -> dict[str, Any]:
    return {"quality": resizing.quality, "method": 4}


def _avif(resizing: Resizing) -> dict[str, Any]:
    # One thread: the workers are the parallelism, and tiles would depend on the number of cores.
    return {"quality": resizing.quality, "speed": 6, "max_threads": 1, "autotiling": False}


_OPTIONS: dict[str, Callable[[Resizing], dict[str, Any]]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "avif": _avif,
}
