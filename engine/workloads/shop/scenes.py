"""The scenes of the sample photos by name: landscapes, and city, forest and lights, which are painted here.

A scene is a function of a size, a `random.Random` and a palette. `engine.workloads.shop.photos` enlarges
what it paints and adds grain. Imports only Pillow.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from engine.workloads.shop.brushes import (
    Size,
    clouds,
    disc,
    glow,
    gradient,
    mirror,
    mix,
    relief,
    ridge,
    risen,
    shaded,
    veil,
)
from engine.workloads.shop.landscapes import dunes, field, lake, mountains, sea, sky, slope, snowy
from engine.workloads.shop.palettes import Colour, Palette

LAMPS = ((255, 214, 140), (255, 236, 190), (200, 220, 255))


def city(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Lit towers at night over a river."""
    width, height = size
    canvas = sky(size, chance, palette)
    horizon = int(height * 0.7)
    for place, colour in enumerate(palette.land):
        _towers(canvas, chance, horizon, colour, place / len(palette.land))
    mirror(canvas, horizon, chance, palette.water, 0.4)
    for _ in range(26):
        at, radius = (chance.randrange(width), horizon), chance.randrange(width // 60, width // 25)
        glow(canvas, at, radius, (255, 200, 120), 0.8)
    return canvas


def _towers(canvas: Image.Image, chance: Random, horizon: int, colour: Colour, near: float) -> None:
    draw, width = ImageDraw.Draw(canvas), canvas.width
    x = -width // 40
    while x < width:
        wide = chance.randrange(width // 36, width // 15)
        top = horizon - int(horizon * chance.uniform(0.12, 0.62 - 0.25 * near))
        draw.rectangle((x, top, x + wide, horizon), fill=mix((colour, (0, 0, 0)), chance.uniform(0, 0.3)))
        if near > 0:
            _windows(draw, chance, (x, top, x + wide, horizon), colour, max(5, width // 170))
        x += wide + chance.randrange(1, width // 80)


def _windows(
    draw: ImageDraw.ImageDraw, chance: Random, tower: tuple[int, int, int, int], colour: Colour, step: int
) -> None:
    left, top, right, bottom = tower
    for x in range(left + step, right - step // 2, step):
        for y in range(top + step, bottom - step, int(step * 1.4)):
            if chance.random() < 0.42:
                lamp = mix((colour, chance.choice(LAMPS)), chance.uniform(0.3, 1))
                draw.rectangle((x, y, x + step // 2, y + step // 2), fill=lamp)


def forest(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Trunks in the mist, the sun behind them."""
    width, height = size
    canvas = gradient(size, palette.sky)
    glow(canvas, (int(width * palette.sun_at[0]), int(height * palette.sun_at[1])), int(max(size) * 0.6), palette.sun)
    for place, colour in enumerate(palette.land):
        share = (place + 1) / len(palette.land)
        trunks = Image.new("L", size)
        draw = ImageDraw.Draw(trunks)
        for _ in range(int(34 - 24 * share)):
            x, thick = chance.randrange(width), width * (0.004 + 0.022 * share * share) * chance.uniform(0.7, 1.3)
            top, thin = x + chance.uniform(-0.02, 0.02) * width, thick * 0.6
            draw.polygon([(x - thick, height), (top - thin, 0), (top + thin, 0), (x + thick, height)], fill=255)
        bark = relief(clouds(size, chance, (60, 4), 0.7), 1.6)
        canvas.paste(shaded(Image.new("RGB", size, colour), bark, 0.6), mask=trunks.filter(ImageFilter.GaussianBlur(1)))
        floor = ridge(width, height * 0.02, chance, 0.6)
        moss = mix((colour, palette.water), 0.55)
        slope(canvas, chance, floor, height * (0.72 + 0.2 * share), moss, palette.sky[-1], 0.7)
        leaves = risen(clouds(size, chance, (14, 14), 0.85), 150, 5, 230)
        crown = ImageChops.multiply(leaves, veil(size, int(230 * share), 0))
        canvas.paste(mix((colour, palette.water), 0.7), mask=crown)
        canvas.paste(palette.sky[-1], mask=veil(size, 0, int(70 * (1 - share))))
    return canvas


def lights(size: Size, chance: Random, palette: Palette) -> Image.Image:
    """Lights out of focus before a dark, soft background."""
    canvas = gradient(size, palette.sky)
    canvas.paste(mix(palette.sky, 0.9), mask=risen(clouds(size, chance, (3, 3), 0.4), 0, 1 / 3))
    for place in range(70):
        radius = int(size[0] * chance.uniform(0.012, 0.06))
        centre = (chance.randrange(size[0]), int(size[1] * chance.triangular(0, 1, 0.6)))
        colour = mix((chance.choice(palette.land), (255, 255, 255)), chance.uniform(0, 0.25))
        disc(canvas, centre, radius, colour, chance.uniform(0.12, 0.5))
        if place % 4 == 0:
            glow(canvas, centre, radius * 2, colour, 0.5)
    return canvas


SCENES: dict[str, Callable[[Size, Random, Palette], Image.Image]] = {
    "mountains": mountains,
    "snowy": snowy,
    "lake": lake,
    "sea": sea,
    "dunes": dunes,
    "city": city,
    "forest": forest,
    "field": field,
    "lights": lights,
}
