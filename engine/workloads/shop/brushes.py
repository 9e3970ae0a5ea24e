"""Painting tools for the sample photos: smooth noise, gradients, glows, ridges, rocks, water, trees.

Everything follows from a `random.Random`, so that the same seed paints the same picture.
Pillow's own `effect_noise` is avoided: it draws from the C library's shared generator and so
never repeats. Used by `engine.workloads.shop.scenes`; imports only Pillow.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageOps

from engine.workloads.shop.palettes import Colour

Size = tuple[int, int]
BICUBIC = Image.Resampling.BICUBIC
BILINEAR = Image.Resampling.BILINEAR


def white_noise(size: Size, chance: Random) -> Image.Image:
    """Every pixel its own random grey."""
    return Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))


def clouds(size: Size, chance: Random, first: Size = (3, 3), rough: float = 0.5) -> Image.Image:
    """Smooth grey noise of several octaves over the full range, from the coarsest grid `first`.

    Each octave doubles the grid and is mixed in with `rough` times the weight of the one before
    (fractional Brownian motion); only the last step touches every pixel.
    """
    width, height = first
    picture, weight = white_noise(first, chance), rough
    while width * 3 < size[0] or height * 3 < size[1]:
        width, height = min(2 * width, size[0]), min(2 * height, size[1])
        finer = white_noise((width, height), chance)
        picture = Image.blend(picture.resize((width, height), BICUBIC), finer, weight / (1 + weight))
        weight *= rough
    return ImageOps.autocontrast(picture.resize(size, BICUBIC), cutoff=0.5)


def gradient(size: Size, colours: Sequence[Colour]) -> Image.Image:
    """From the first colour at the top to the last at the bottom."""
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata(list(colours))
    # A strip's end pixels reach half a step beyond their centres: the box leaves those halves out.
    return strip.resize(size, BILINEAR, box=(0, 0.5, 1, len(colours) - 0.5)) if len(colours) > 1 else strip.resize(size)


def risen(grey: Image.Image, start: int, gain: float, most: int = 255) -> Image.Image:
    """A mask of where a grey picture is lighter than `start`, stronger by `gain` for each step above it."""
    return grey.point([max(0, min(most, int((value - start) * gain))) for value in range(256)])


def veil(size: Size, top: int, bottom: int) -> Image.Image:
    """A mask that goes from one strength (0 to 255) at the top to another at the bottom."""
    return gradient(size, [(top, top, top), (bottom, bottom, bottom)]).getchannel(0)


def glow(canvas: Image.Image, centre: Size, radius: int, colour: Colour, strength: float = 1.0) -> None:
    """Lights a soft disc around a point."""
    # Pillow's gradient reaches 181 at the middle of an edge: beyond that the disc has ended.
    falloff = [max(0.0, 1 - value / 178) for value in range(256)]
    mask = Image.radial_gradient("L").point([int(255 * strength * light * light) for light in falloff])
    canvas.paste(colour, (centre[0] - radius, centre[1] - radius), mask.resize((2 * radius, 2 * radius), BILINEAR))


def disc(canvas: Image.Image, centre: Size, radius: int, colour: Colour, strength: float = 1.0) -> None:
    """A disc with a smooth edge."""
    mask = Image.new("L", (radius * 6, radius * 6))
    ImageDraw.Draw(mask).ellipse((0, 0, radius * 6 - 1, radius * 6 - 1), fill=int(255 * strength))
    smooth = mask.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    canvas.paste(colour, (centre[0] - radius, centre[1] - radius), smooth)


def ridge(width: int, height: float, chance: Random, jagged: float, start: int = 5) -> list[float]:
    """A line of `width` heights around 0, at most about ±`height`: midpoints displaced by ever less.

    Each halving multiplies the displacement by `jagged` (0 to 1).
    """
    line = [chance.uniform(-1, 1) for _ in range(start)]
    reach = jagged
    while len(line) < width:
        line = [value for left, right in pairwise(line)
                for value in (left, (left + right) / 2 + chance.uniform(-reach, reach) / 2)] + [line[-1]]
        reach *= jagged
    step = (len(line) - 1) / (width - 1)
    return [height * line[round(place * step)] for place in range(width)]


def below(size: Size, line: Sequence[float], base: float) -> Image.Image:
    """A mask of all that lies below a line whose mean height is `base` pixels from the top."""
    mask = Image.new("L", size)
    points = [(float(x), base - value) for x, value in enumerate(line)]
    ImageDraw.Draw(mask).polygon([(0.0, float(size[1])), *points, (float(size[0]), float(size[1]))], fill=255)
    return mask


def relief(height_map: Image.Image, strength: float, way: Size = (3, 2)) -> Image.Image:
    """A grey picture of a height map lit from one side: light grey where it is level."""
    moved = ImageChops.offset(height_map, *way)
    return ImageChops.subtract(height_map, moved, scale=1 / strength, offset=185)


def shaded(layer: Image.Image, light: Image.Image, depth: float) -> Image.Image:
    """A layer darkened where `light` is dark, by at most `depth` (0 to 1)."""
    floor = 255 * (1 - depth)
    return ImageChops.multiply(layer, light.point([int(floor + depth * value) for value in range(256)]).convert("RGB"))


def mirror(canvas: Image.Image, horizon: int, chance: Random, tint: Colour, calm: float = 0.6) -> None:
    """Water below the horizon: what stands above it upside down, rippled, tinted towards the viewer."""
    width, height = canvas.size
    deep = height - horizon
    above = ImageOps.flip(canvas.crop((0, max(0, horizon - deep), width, horizon)))
    smeared = above.resize((width, max(2, deep // 7)), Image.Resampling.BOX).resize((width, deep), BICUBIC)
    ripples = clouds((width, deep), chance, (2, max(4, deep // 24)), 0.75)
    water = Image.composite(smeared, above.resize((width, deep)), veil((width, deep), 90, 255))
    water = Image.composite(Image.new("RGB", water.size, tint), water, veil(water.size, 40, 170))
    canvas.paste(shaded(water, ripples, 1 - calm), (0, horizon))


def conifers(
    canvas: Image.Image, line: Sequence[float], base: float, chance: Random, colour: Colour, tall: float, count: int
) -> None:
    """Fir trees along a line, each a stack of ragged tiers, at most `tall` pixels high."""
    draw = ImageDraw.Draw(canvas)
    for x in sorted(chance.randrange(len(line)) for _ in range(count)):
        height = tall * chance.uniform(0.45, 1.0)
        foot = base - line[x] + 0.12 * height
        shade = chance.uniform(0.75, 1.2)
        fill = tuple(min(255, int(part * shade)) for part in colour)
        tiers = 7
        edge = [(0.06 + 0.22 * tier / tiers, tier / tiers) for tier in range(1, tiers + 1)]
        right = [(wide * height * part, down) for wide, down in edge for part in (chance.uniform(0.8, 1.1), 0.45)]
        outline = [(x, foot - height)] + [(x + wide, foot - height * (1 - down)) for wide, down in right]
        outline += [(x - wide, foot - height * (1 - down)) for wide, down in reversed(right)]
        draw.polygon(outline, fill=fill)


def stars(canvas: Image.Image, chance: Random, lowest: int, count: int) -> None:
    """Points of light above a height."""
    draw = ImageDraw.Draw(canvas)
    for _ in range(count):
        x, y, light = chance.randrange(canvas.width), chance.randrange(lowest), chance.randrange(110, 255)
        size = 1 if light > 235 else 0
        draw.ellipse((x - size, y - size, x + size, y + size), fill=(light, light, min(255, light + 12)))


def mix(colours: Sequence[Colour], share: float) -> Colour:
    """The colour at a share (0 to 1) of the way through a row of colours."""
    place = share * (len(colours) - 1)
    left = min(int(place), len(colours) - 2)
    near, far = colours[left], colours[left + 1]
    red, green, blue = (round(a + (b - a) * (place - left)) for a, b in zip(near, far, strict=True))
    return red, green, blue
