"""Landscapes of the sample photos, painted small: mountains, lakes, the sea, dunes, fields under a sky.

Each is a function of a size, a `random.Random` and a palette; `engine.workloads.shop.scenes` names them.
Imports only Pillow.
"""

from __future__ import annotations

from math import pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from engine.workloads.shop.brushes import (
    Size,
    below,
    clouds,
    conifers,
    disc,
    glow,
    gradient,
    mirror,
    mix,
    relief,
    ridge,
    risen,
    shaded,
    stars,
    veil,
)
from engine.workloads.shop.palettes import Colour, Palette


def sky(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """The sky with its sun or moon, clouds and stars, over the whole canvas."""
    canvas = gradient(size, palette.sky)
    x, y = int(size[0] * palette.sun_at[0]), int(size[1] * palette.sun_at[1])
    if palette.night:
        stars(canvas, chance, int(size[1] * 0.6), 420)
    glow(canvas, (x, y), int(max(size) * 0.55), palette.sun, 0.75)
    disc(canvas, (x, y), max(8, int(max(size) * 0.022)), mix((palette.sun, (255, 255, 255)), 0.6), 0.95)
    lit = clouds(size, chance, (2, 6), 0.62)
    start = 255 - int(200 * palette.cloudy)
    mask = ImageChops.multiply(risen(lit, start, 3, 235), veil(size, 255, 0))
    canvas.paste(shaded(Image.new("RGB", size, palette.cloud), clouds(size, chance, (4, 10), 0.6), 0.25), mask=mask)
    return canvas


def slope(
    canvas: Image.Image, chance: Random, line: list[float], base: float, colour: Colour, haze: Colour, rock: float
) -> None:
    """One layer of land: lit rock, hazy towards its foot."""
    size = canvas.size
    layer = gradient(size, [colour, colour, mix((colour, haze), 0.35)])
    light = relief(clouds(size, chance, (6, 6), 0.62), 1.6)
    canvas.paste(shaded(layer, light, rock), mask=below(size, line, base))


def mountains(size: Size, chance: Random, palette: Palette, *, snow: bool = False) -> Image.Image:
    """Ranges one behind the other, hazier the farther, firs on the nearest."""
    canvas = sky(size, chance, palette)
    width, height = size
    haze = palette.sky[-1]
    last = len(palette.land) - 1
    for place, colour in enumerate(palette.land):
        share = place / max(1, last)
        base = height * (0.46 + 0.42 * share)
        line = ridge(width, height * (0.15 - 0.08 * share), chance, 0.56)
        slope(canvas, chance, line, base, colour, haze, 0.75)
        if snow and place <= 1:
            _snow(canvas, chance, line, base)
        if share > 0.55:
            conifers(canvas, line, base, chance, mix((colour, (8, 20, 18)), 0.45), height * (0.05 + 0.09 * share), 120)
    return canvas


def snowy(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Mountains with snow on the far ranges."""
    return mountains(size, chance, palette, snow=True)


def _snow(canvas: Image.Image, chance: Random, line: list[float], base: float) -> None:
    size = canvas.size
    top = base - max(line)
    reach = base - top + size[1] * 0.04
    bands = Image.new("L", size)
    fade = veil((size[0], max(2, int(reach))), 255, 0)
    bands.paste(fade, (0, int(top)))
    patches = clouds(size, chance, (10, 10), 0.7)
    mask = risen(ImageChops.add(bands, patches, offset=-205), 0, 4)
    light = relief(clouds(size, chance, (8, 8), 0.6), 1.2)
    white = shaded(Image.new("RGB", size, (250, 252, 255)), light, 0.35)
    canvas.paste(white, mask=ImageChops.multiply(mask, below(size, line, base)))


def lake(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Snowy mountains over still water, with a dark shore."""
    width, height = size
    horizon = int(height * 0.62)
    upper = snowy((width, horizon), chance, palette)
    canvas = Image.new("RGB", size)
    canvas.paste(upper)
    mirror(canvas, horizon, chance, palette.water, 0.7)
    line = ridge(width, height * 0.05, chance, 0.5)
    tilted = [value + height * 0.14 * (0.75 - 2 * x / width) for x, value in enumerate(line)]
    slope(canvas, chance, tilted, height * 0.99, palette.land[-1], palette.land[-1], 0.8)
    conifers(canvas, tilted, height * 0.99, chance, mix((palette.land[-1], (4, 12, 10)), 0.6), height * 0.2, 30)
    return canvas


def sea(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """The sun over open water, headlands on both sides."""
    width, height = size
    canvas = sky(size, chance, palette)
    horizon = int(height * 0.56)
    for colour, sign in zip(palette.land[:2], (1, -1), strict=True):
        line = ridge(width, height * 0.02, chance, 0.6)
        tilted = [value + sign * height * 0.16 * (2 * x / width - 1) - height * 0.07 for x, value in enumerate(line)]
        slope(canvas, chance, tilted, horizon, colour, palette.sky[-1], 0.5)
    mirror(canvas, horizon, chance, palette.water, 0.35)
    x = int(width * palette.sun_at[0])
    path = Image.new("L", (width, height - horizon))
    far, near = width // 90, width // 7
    ImageDraw.Draw(path).polygon([(x - far, 0), (x + far, 0), (x + near, height), (x - near, height)], fill=230)
    glitter = risen(clouds(path.size, chance, (5, 40), 0.85), 128, 5)
    mask = ImageChops.multiply(path.filter(ImageFilter.GaussianBlur(width // 70)), glitter)
    canvas.paste(mix((palette.sun, (255, 255, 255)), 0.4), (0, horizon), mask)
    return canvas


def dunes(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Sand hills with one side in the shade and wind ripples."""
    width, height = size
    canvas = sky(size, chance, palette)
    for place, colour in enumerate(palette.land):
        share = place / (len(palette.land) - 1)
        base, phase, waves = height * (0.55 + 0.33 * share), chance.uniform(0, 6), chance.uniform(0.7, 1.4)
        bends = ridge(width, height * 0.02, chance, 0.25, 9)
        line = [height * 0.09 * sin(phase + waves * 2 * pi * x / width) + bends[x] for x in range(width)]
        body = gradient(size, [colour, colour, mix((colour, palette.land[0]), 0.4)])
        ripples = clouds(size, chance, (4, 60 + int(40 * share)), 0.5)
        sand = shaded(body, ripples, 0.12 + 0.2 * share)
        canvas.paste(sand, mask=below(size, line, base))
        lee = [value - height * 0.012 - max(0.0, sin(phase + 0.9 + waves * 2 * pi * x / width)) * height * 0.12
               for x, value in enumerate(line)]
        dark = ImageChops.subtract(below(size, line, base), below(size, lee, base)).filter(ImageFilter.GaussianBlur(2))
        canvas.paste(mix((colour, (60, 25, 30)), 0.55), mask=risen(dark, 0, 0.75))
    return canvas


def field(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Rows of flowers that run to the horizon, low hills behind them."""
    width, height = size
    canvas = sky(size, chance, palette)
    horizon = int(height * 0.5)
    hills = ridge(width, height * 0.05, chance, 0.5)
    slope(canvas, chance, hills, horizon - height * 0.02, palette.land[0], palette.sky[-1], 0.5)
    ground = gradient((width, height - horizon), [mix(palette.land[1:3], 0.5), palette.land[2]])
    draw = ImageDraw.Draw(ground)
    vanish, deep = width * palette.sun_at[0], height - horizon
    for row in range(-26, 27):
        left, right = vanish + (row - 0.36) * width / 8, vanish + (row + 0.36) * width / 8
        far = vanish + row * 3
        draw.polygon([(far - 1, 0), (far + 1, 0), (right, deep), (left, deep)], fill=palette.land[1])
    ground = ground.filter(ImageFilter.GaussianBlur(max(1, width // 400)))
    fine = clouds(ground.size, chance, (90, 60), 0.9)
    ground = shaded(ground, relief(fine, 1.2), 0.7)
    petals = ImageChops.multiply(risen(fine, 175, 6, 200), veil(ground.size, 60, 255))
    ground.paste(mix((palette.land[1], (255, 235, 255)), 0.45), mask=petals)
    canvas.paste(ground, (0, horizon))
    return canvas
