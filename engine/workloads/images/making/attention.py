"""Where a crop should look: a cheap guess at what people would, from edges, saturation and the colour of skin.

The three signs, and their weights against each other, are those of smartcrop (J. Wagner, MIT) and of libvips'
`attention`; they are looked for in a copy of some thousand pixels, so the guess costs one or two milliseconds. The same
picture gives the same crop everywhere.
"""

from __future__ import annotations

from functools import reduce
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

LOOKED_AT = 96
"""Longest edge of the copy, in pixels."""
_EDGES, _SATURATION, _SKIN = 0.6, 0.15, 0.5

Box = tuple[float, float, float, float]


def focused(image: Image.Image, box: Box) -> Box:
    """The crop `box` of an image (any mode that can be scaled), moved along its free axis to where most is to see.

    Where nothing stands out it stays where it was.
    """
    left, top, right, bottom = box
    across = (right - left) / image.width < (bottom - top) / image.height
    length, room = (right - left, image.width) if across else (bottom - top, image.height)
    if room - length < 1:
        return box
    sights = _along(_sights(image), across)
    start = _best(sights, length / room, (left if across else top) / room) * room
    return (start, top, start + length, bottom) if across else (left, start, right, start + length)


def _sights(image: Image.Image) -> Image.Image:
    """How much is to see at each place, from 0 to 255, in a small grey picture."""
    small = image.copy() if max(image.size) <= LOOKED_AT else image.resize(_small(image.size), reducing_gap=1.5)
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    small = small.convert("RGB")
    edges = small.convert("L").filter(ImageFilter.GaussianBlur(1)).filter(ImageFilter.FIND_EDGES)
    edges.paste(0, (0, 0, edges.width, 1))
    edges.paste(0, (0, edges.height - 1, edges.width, edges.height))
    edges.paste(0, (0, 0, 1, edges.height))
    edges.paste(0, (edges.width - 1, 0, edges.width, edges.height))
    hue, saturation, value = small.convert("HSV").split()
    skin = _skin(hue, saturation, value)
    signs = ((edges, _EDGES), (saturation, _SATURATION), (skin, _SKIN))
    return reduce(ImageChops.add, (sign.point([level * weight for level in range(256)]) for sign, weight in signs))


def _small(size: tuple[int, int]) -> tuple[int, int]:
    scale = LOOKED_AT / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _skin(hue: Image.Image, saturation: Image.Image, value: Image.Image) -> Image.Image:
    """White where a colour may be skin: a hue from red to orange (0 to 36 of 255), neither grey, glaring nor dark."""
    signs = (
        hue.point(lambda level: 255 if level <= 36 or level >= 248 else 0),
        saturation.point(lambda level: 255 if 38 <= level <= 175 else 0),
        value.point(lambda level: 255 if level >= 76 else 0),
    )
    return ImageChops.darker(ImageChops.darker(signs[0], signs[1]), signs[2])


def _along(sights: Image.Image, across: bool) -> list[int]:
    """What is to see in each column, or row, of the small picture: sums of its levels."""
    data, width, height = sights.tobytes(), sights.width, sights.height
    if across:
        return [sum(data[at::width]) for at in range(width)]
    return [sum(data[at * width : (at + 1) * width]) for at in range(height)]


def _best(sights: list[int], share: float, otherwise: float) -> float:
    """Where the window that covers `share` of the whole begins, as a fraction; `otherwise` where nothing stands out."""
    wide = max(1, round(share * len(sights)))
    sums = [0, *accumulate(sights)]
    found = [sums[at + wide] - sums[at] for at in range(len(sights) - wide + 1)]
    if len(found) < 2 or max(found) <= min(found) * 1.02:
        return otherwise
    most = max(found)
    places = [at for at, much in enumerate(found) if much == most]
    return min(1 - share, places[len(places) // 2] / len(sights))
