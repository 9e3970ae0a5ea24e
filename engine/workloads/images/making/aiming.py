"""The quality that an aim asks for, a file's size or its likeness, found with at most four encodings.

Likeness is SSIM (Wang, Bovik, Sheikh and Simoncelli, 2004: equation 13 with their C1 and C2), of luma, in windows of
8 × 8 pixels side by side, the mean over the picture; 1 is the same. It is held against the result before encoding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageMath

from engine.errors import TaskFailed

ENCODINGS = 4
LEAST, MOST = 10, 95
"""Qualities between which an aim is looked for; below, every format shows blocks, above, bytes buy nothing."""
WINDOW = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

Encode = Callable[[int], bytes]


class Aimed(NamedTuple):
    """A file, the quality that it has, and what is to be said of it."""

    content: bytes
    quality: int
    note: str | None = None


def below_size(encode: Encode, quality: int, most_bytes: int) -> Aimed:
    """The best file found of at most `most_bytes`, of no higher quality than asked. Raises TaskFailed too_many_bytes.

    Bytes grow about exponentially with quality: guesses are made on a logarithmic scale, between two qualities where
    one is known that fits, else below the lowest known; the last try is the least quality of all.
    """
    content = encode(quality)
    if len(content) <= most_bytes:
        return Aimed(content, quality)
    over = [(quality, len(content))]
    best: Aimed | None = None
    least = min(LEAST, quality)
    for left in range(ENCODINGS - 2, -1, -1):
        high = over[-1][0]
        if high <= least or (best is not None and high - best.quality <= 1):
            break
        middle = _lower(over, most_bytes, least) if best is None else _between(best, over[-1], most_bytes)
        middle = least if best is None and left == 0 else middle
        content = encode(middle)
        if len(content) <= most_bytes:
            best = Aimed(content, middle)
        else:
            over.append((middle, len(content)))
    if best is None:
        raise TaskFailed(
            "too_many_bytes",
            f"Even at quality {over[-1][0]} the picture has {over[-1][1] / 1000:,.1f} kB, more than the "
            f"{most_bytes / 1000:,.1f} asked for: choose a smaller size or another format.",
        )
    return best._replace(note=f"quality {best.quality} for its size")


_USUAL_SLOPE = 0.028
"""Of the logarithm of a file's bytes against its quality, between 30 and 85: the first guess."""
_MARGIN, _WIDE_MARGIN = 0.95, 0.85
"""Of the bytes that are aimed at; a second guess that is too large again would leave no try between."""


def _lower(over: list[tuple[int, int]], most_bytes: int, least: int) -> int:
    """A quality below the lowest that was too large, by the slope of the two lowest."""
    (quality, length), before = over[-1], over[-2] if len(over) > 1 else None
    slope = math.log(before[1] / length) / (before[0] - quality) if before and before[1] > length else _USUAL_SLOPE
    margin = _MARGIN if before is None else _WIDE_MARGIN
    step = math.ceil(math.log(length / (most_bytes * margin)) / min(slope, _USUAL_SLOPE))
    return max(least, quality - max(1, step))


def _between(best: Aimed, over: tuple[int, int], most_bytes: int) -> int:
    fits, (high, length) = len(best.content), over
    share = math.log(most_bytes * _MARGIN / fits) / math.log(length / fits) if length > fits else 0.5
    return min(high - 1, max(best.quality + 1, math.floor(best.quality + share * (high - best.quality))))


def as_like(image: Image.Image, encode: Encode, quality: int, wanted: float) -> Aimed:
    """The file of the lowest quality found whose SSIM with `image` is at least `wanted`; else the best, and a note."""
    low, high = LEAST, MOST
    best: Aimed | None = None
    nearest, likeness = Aimed(b"", 0), -1.0
    quality = min(max(quality, low), high)
    for _ in range(ENCODINGS):
        content = encode(quality)
        found = ssim(image, _decoded(content))
        if found >= wanted:
            best, high = Aimed(content, quality), quality
        else:
            low = quality
        if found > likeness:
            nearest, likeness = Aimed(content, quality), found
        if high - low <= 1:
            break
        quality = (low + high) // 2
    if best is not None:
        return best._replace(note=f"quality {best.quality} for SSIM {wanted:g}")
    return nearest._replace(note=f"SSIM {likeness:.4f} at quality {nearest.quality}, not the {wanted:g} asked for")


def _decoded(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as image:
        image.load()
        return image


def ssim(one: Image.Image, other: Image.Image) -> float:
    """How alike two pictures of one size are, from -1 to 1: see the module. Transparent parts count as white."""
    x, y = (_luma(image) for image in (one, other))
    mean_x, mean_y, xx, yy, xy = (
        image.reduce(WINDOW) for image in (x, y, _product(x, x), _product(y, y), _product(x, y))
    )
    of_windows = ImageMath.lambda_eval(
        lambda p: (2 * p["mx"] * p["my"] + _C1) * (2 * (p["xy"] - p["mx"] * p["my"]) + _C2)
        / ((p["mx"] * p["mx"] + p["my"] * p["my"] + _C1)
           * (p["xx"] - p["mx"] * p["mx"] + p["yy"] - p["my"] * p["my"] + _C2)),
        mx=mean_x, my=mean_y, xx=xx, yy=yy, xy=xy,
    )  # fmt: skip
    return _mean(of_windows)


def _luma(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "P", "LA"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L").convert("F")


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    result: Image.Image = ImageMath.lambda_eval(lambda p: p["a"] * p["b"], a=one, b=other)
    return result


def _mean(image: Image.Image) -> float:
    whole = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(whole, float)
    return whole
