"""Encoding a finished picture.

Encoders get pixels and nothing else: no EXIF, GPS, XMP, IPTC, profile or thumbnail can reach an output, but what a
`Beside` holds, which `engine.workloads.images.opening.metadata` made anew by the user's choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from engine.errors import TaskFailed
from engine.workloads.images.making.aiming import Aimed, as_like, below_size
from engine.workloads.images.making.options import QUALITIES, TRANSPARENT, Resizing
from engine.workloads.images.opening import formats
from engine.workloads.images.opening.opening import out_of_memory

_FULL_CHROMA_FROM = 90
"""From this quality JPEG keeps colours at full resolution (4:4:4); below, 4:2:0 saves a quarter that nobody sees."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file gets beside its pixels: blocks of metadata, a profile, and whether its source had a palette."""

    exif: bytes | None = None
    xmp: bytes | None = None
    profile: bytes | None = None
    palette: bool = False


def format_for(target: Path, resizing: Resizing, source_format: str) -> str:
    """The format that a target's name promises; what its name does not tell is the option's, or the source's."""
    named = _BY_SUFFIX.get(target.suffix.lower())
    kept = source_format.lower() if source_format.lower() in formats.WRITTEN else "png"
    return named or (kept if resizing.formats[0] == "keep" else resizing.formats[0])


_BY_SUFFIX: dict[str, str] = {
    suffix: name.lower() for suffix, name in formats.SUFFIXES.items() if name.lower() in formats.WRITTEN
}


def encoded(image: Image.Image, name: str, resizing: Resizing, beside: Beside) -> Aimed:
    """The file, the same for the same pixels and options, of the quality that was asked for or aimed at.

    Raises TaskFailed: not_encoded, too_many_bytes, out_of_memory.
    """
    image = _made_for(name, image, resizing, beside)
    with_quality = name in QUALITIES and not (name == "webp" and resizing.lossless)
    if not with_quality:
        content = _encode(image, name, resizing, beside, 100)
        return Aimed(content, 100, _too_large(len(content), name, resizing))
    quality, encode = resizing.quality(name), partial(_encode, image, name, resizing, beside)
    if resizing.max_kb:
        return below_size(encode, quality, int(resizing.max_kb * 1000))
    if resizing.ssim:
        return as_like(image, encode, quality, resizing.ssim)
    return Aimed(encode(quality), quality)


def _too_large(length: int, name: str, resizing: Resizing) -> str | None:
    """What to say of a file without a quality to lower. Raises TaskFailed too_many_bytes where a size was asked for."""
    if resizing.max_kb and length > resizing.max_kb * 1000:
        raise TaskFailed(
            "too_many_bytes",
            f"The picture has {length / 1000:,.1f} kB as {name.upper()}, more than the {resizing.max_kb:g} asked for, "
            "and no quality to lower: choose JPEG, WebP or AVIF, or a smaller size.",
        )
    return None


def encoder_options(name: str, resizing: Resizing) -> dict[str, Any]:
    """What Pillow's encoder of a format is told, at the quality that was asked for."""
    return _OPTIONS[name](resizing, resizing.quality(name) if name in QUALITIES else 100)


def _made_for(name: str, image: Image.Image, resizing: Resizing, beside: Beside) -> Image.Image:
    """The image in a mode of the format, without anything beside its pixels."""
    if name == "jpeg":
        image = flattened(image, resizing.colour)
    elif name == "png" and beside.palette and resizing.palette:
        image = with_palette(image)
    # Some encoders write what they find here; and the profile that a colour transform leaves tells the time of day.
    image.info = {}
    return image


def _encode(image: Image.Image, name: str, resizing: Resizing, beside: Beside, quality: int) -> bytes:
    buffer = BytesIO()
    try:
        image.save(buffer, name, **_OPTIONS[name](resizing, quality), **blocks(name, beside))
    except MemoryError:
        raise out_of_memory() from None
    except (OSError, ValueError) as error:
        raise TaskFailed("not_encoded", f"The resized picture cannot be written as {name}: {error}.") from None
    return buffer.getvalue()


def blocks(name: str, beside: Beside) -> dict[str, Any]:
    """What an encoder is told to write beside the pixels, by the names of Pillow's options."""
    found: dict[str, Any] = {"exif": beside.exif, "icc_profile": beside.profile}
    if beside.xmp and name == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", beside.xmp.decode("utf-8", "replace"))
        found["pnginfo"] = info
    elif beside.xmp:
        found["xmp"] = beside.xmp
    return {option: block for option, block in found.items() if block}


def flattened(image: Image.Image, colour: str) -> Image.Image:
    """The image without transparency: what shone through becomes `colour` (#rrggbb; white for ``transparent``)."""
    if image.mode != "RGBA":
        return image
    background = Image.new("RGBA", image.size, "white" if colour == TRANSPARENT else colour)
    return Image.alpha_composite(background, image).convert("RGB")


def with_palette(image: Image.Image) -> Image.Image:
    """The image with a palette of at most 256 colours: exactly the same where it has no more, else the nearest.

    An image of few colours that Pillow cannot keep exactly stays as it is.
    """
    few = image.getcolors(256)
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    source = image.convert("RGB") if image.mode == "L" else image
    made = source.quantize(len(few) if few else 256, method)
    if few and made.convert(source.mode).tobytes() != source.tobytes():
        return image
    return made


def _jpeg(resizing: Resizing, quality: int) -> dict[str, Any]:
    return {
        "quality": quality,
        "subsampling": "4:4:4" if quality >= _FULL_CHROMA_FROM else "4:2:0",
        "progressive": resizing.progressive,
        "optimize": resizing.optimize or resizing.progressive,
    }


def _webp(resizing: Resizing, quality: int) -> dict[str, Any]:
    if resizing.lossless:
        return {"lossless": True, "quality": 80, "method": 4}
    return {"quality": quality, "method": 4}


_AOM = {"tune": "ssim", "enable-qm": "1"}
"""libaom aims at structural likeness with its weighting of frequencies: against libavif's own choice 7% fewer bytes at
equal SSIM, 3% at equal SSIMULACRA 2 (10 photographs, 400 px), and a tenth less CPU time."""


def _avif(_: Resizing, quality: int) -> dict[str, Any]:
    # One thread: the workers are the parallelism, and tiles would depend on the number of cores.
    return {"quality": quality, "speed": 6, "max_threads": 1, "autotiling": False, "advanced": _AOM}


_OPTIONS: dict[str, Callable[[Resizing, int], dict[str, Any]]] = {
    "jpeg": _jpeg,
    "png": lambda resizing, quality: {"compress_level": 6},
    "webp": _webp,
    "avif": _avif,
    "gif": lambda resizing, quality: {"optimize": True},
}
