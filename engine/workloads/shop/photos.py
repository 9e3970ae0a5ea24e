"""Sample photos: painted once, the same every time, kept in `<home>/samples/`.

Each is painted at a megapixel, sharpened, enlarged to a camera's size, and given fine texture where it is not smooth
and film grain everywhere, so that files look, weigh and decode like photos at full size too. Two threads paint at once:
Pillow lets go of the GIL. Somebody may wait for the first ones: so the smallest come first, and two come with the
package, painted by this module as well. Imports Pillow alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any

from PIL import Image, ImageChops, ImageFilter
from PIL import __version__ as pillow_version

from engine.machine.private import make_folder
from engine.workloads.shop.brushes import BICUBIC, BILINEAR, Size, clouds, white_noise
from engine.workloads.shop.palettes import PALETTES
from engine.workloads.shop.scenes import SCENES

VERSION = 2
"""Raise it when the pictures change; kept ones are then painted anew."""
FOLDER = "samples"
READY = Path(__file__).parent / "ready"
"""Samples that need not be painted; to be made anew with VERSION: `save(photo, READY / photo.name)`."""
STAMP = ".complete"
"""Says which version of the pictures the folder is for."""
PAINTED_MEGAPIXELS = 1.0
GRAIN = 0.045
"""Share of grain in the finished photo: JPEGs then weigh 0.2 to 0.4 MB a megapixel, like a camera's."""
TILE = 512
TEXTURE = 0.65
"""How strong the fine texture is at most (0 to 1), where a picture is not smooth."""
SHARPENED = ImageFilter.UnsharpMask(radius=1.2, percent=170, threshold=1)
"""Before it is enlarged: edges are then as sharp as a lens draws them."""

FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "jpg": ("JPEG", {"quality": 88}),
    "png": ("PNG", {"compress_level": 1}),
    "webp": ("WEBP", {"quality": 82, "method": 0}),
}
"""Pillow's name and options for each ending; the fastest settings, because someone waits for the first click."""

# EXIF tags (CIPA DC-008, Exif 2.32).
ORIENTATION, MAKE, MODEL, TAKEN, GPS = 0x0112, 0x010F, 0x0110, 0x0132, 0x8825
STORED_AS = {
    3: Image.Transpose.ROTATE_180,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""How pixels are stored so that a viewer who obeys an EXIF orientation sees them upright."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One sample: its name (the ending is its format), upright size in pixels, scene, palette, and what is special."""

    name: str
    size: Size
    scene: str
    palette: str
    orientation: int = 1
    progressive: bool = False
    gps: bool = False


PHOTOS: tuple[Photo, ...] = (
    Photo("alpine-lake-01.jpg", (4000, 3000), "lake", "morning"),
    Photo("alpine-lake-02.jpg", (3264, 2448), "lake", "golden", progressive=True),
    Photo("alpine-lake-03.jpg", (1800, 2400), "lake", "clear", orientation=6),
    Photo("summit-01.jpg", (3648, 2432), "snowy", "clear", gps=True),
    Photo("summit-02.jpg", (2048, 1365), "snowy", "dusk"),
    Photo("summit-night.jpg", (2400, 1600), "snowy", "night", progressive=True),
    Photo("valley-01.jpg", (3000, 2000), "mountains", "morning"),
    Photo("valley-02.jpg", (2000, 3000), "mountains", "golden", orientation=8),
    Photo("valley-03.webp", (1600, 1067), "mountains", "dusk"),
    Photo("beach-sunset-01.jpg", (4000, 3000), "sea", "sunset"),
    Photo("beach-sunset-02.jpg", (2592, 1944), "sea", "rose", progressive=True),
    Photo("bay-at-noon.jpg", (2560, 1440), "sea", "clear", orientation=3),
    Photo("desert-01.jpg", (3000, 2000), "dunes", "desert"),
    Photo("desert-02.jpg", (1920, 1280), "dunes", "desert_evening", progressive=True),
    Photo("city-night-01.jpg", (2592, 1944), "city", "neon"),
    Photo("city-night-02.png", (1500, 1000), "city", "blue_hour"),
    Photo("city-night-03.jpg", (1440, 1920), "city", "neon", orientation=5),
    Photo("forest-path-01.jpg", (2000, 3000), "forest", "mist", progressive=True),
    Photo("forest-path-02.jpg", (2304, 1728), "forest", "autumn"),
    Photo("lavender-01.jpg", (3000, 2250), "field", "lavender"),
    Photo("lavender-02.webp", (1280, 960), "field", "lavender_evening"),
    Photo("poppies.jpg", (2048, 1536), "field", "poppies"),
    Photo("fairground-lights.png", (1200, 900), "lights", "fairground"),
    Photo("winter-market.jpg", (1280, 853), "lights", "market"),
)


def sample_photos(home: Path, progress: Callable[[int, int], None] | None = None) -> list[Path]:
    """The sample photos, painted first where they are not there yet; calls `progress(done, total)` after each.

    Safe beside another process that does the same: files appear whole, and both write the same bytes.
    """
    found = places(home)
    missing = [photo for photo, path in zip(PHOTOS, found, strict=True) if not path.is_file()]
    for done, _ in enumerate(_paint_all(home / FOLDER, missing), 1):
        if progress is not None:
            progress(done, len(missing))
    return found


def places(home: Path) -> list[Path]:
    """Where the sample photos are or will be, the first two of them now; those of another version, or Pillow, are gone.
    """
    folder = home / FOLDER
    stamp = folder / STAMP
    if not (stamp.is_file() and stamp.read_text() == _stamp()):
        make_folder(folder)
        for photo in PHOTOS:
            (folder / photo.name).unlink(missing_ok=True)
        _write(stamp, lambda path: path.write_text(_stamp()))
    for ready in READY.glob("*.*"):
        if not (folder / ready.name).is_file():
            _write(folder / ready.name, partial(shutil.copyfile, ready))
    return [folder / photo.name for photo in PHOTOS]


def paint(photo: Photo) -> Image.Image:
    """The upright picture of one sample, in RGB."""
    chance = Random(photo.name)
    width, height = photo.size
    shrink = min(1.0, (PAINTED_MEGAPIXELS * 1e6 / (width * height)) ** 0.5)
    small = SCENES[photo.scene]((round(width * shrink), round(height * shrink)), chance, PALETTES[photo.palette])
    rough = _rough(small)
    if shrink < 1:
        small = small.filter(SHARPENED)
    large = _textured(small.resize(photo.size, BICUBIC), rough, chance)
    return Image.blend(large, _grain(photo.size, chance), GRAIN)


def _rough(small: Image.Image) -> Image.Image:
    """A mask of where a picture is not smooth: land and leaves, and neither sky nor walls."""
    edges = small.convert("L").filter(ImageFilter.FIND_EDGES)
    edges.paste(0, (0, 0, edges.width, 2))
    edges.paste(0, (0, 0, 2, edges.height))
    edges.paste(0, (0, edges.height - 2, edges.width, edges.height))
    edges.paste(0, (edges.width - 2, 0, edges.width, edges.height))
    return edges.filter(ImageFilter.BoxBlur(4)).point([int(TEXTURE * min(255, 18 + 9 * value)) for value in range(256)])


def _textured(large: Image.Image, rough: Image.Image, chance: Random) -> Image.Image:
    """The picture with noise of several sizes laid over it where it is rough."""
    sheet = _tiled(clouds((TILE, TILE), chance, (TILE // 16, TILE // 16), 0.95), large.size)
    level = Image.new("L", large.size, 128)  # changes nothing
    texture = Image.composite(sheet, level, rough.resize(large.size, BILINEAR))
    return ImageChops.overlay(large, Image.merge("RGB", (texture, texture, texture)))


def _stamp() -> str:
    return f"{VERSION} Pillow {pillow_version}\n"


def _paint_all(folder: Path, photos: list[Photo]) -> Iterator[None]:
    """Paints photos, the smallest first."""
    smallest_first = sorted(photos, key=lambda photo: photo.size[0] * photo.size[1])
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        yield from pool.map(lambda photo: _write(folder / photo.name, lambda path: save(photo, path)), smallest_first)


def save(photo: Photo, path: Path) -> None:
    """Paints one sample into a file, in the format that its name ends with."""
    picture = paint(photo)
    if photo.orientation in STORED_AS:
        picture = picture.transpose(STORED_AS[photo.orientation])
    kind, options = FORMATS[photo.name.rpartition(".")[2]]
    if kind == "JPEG":
        options = {**options, "progressive": photo.progressive, "exif": _exif(photo)}
    picture.save(path, kind, **options)


def _exif(photo: Photo) -> Image.Exif:
    """What a camera would write; invented, with a place in the open sea where one is given."""
    exif = Image.Exif()
    exif[MAKE], exif[MODEL], exif[TAKEN] = "Velora", "X1", "2025:06:21 12:00:00"
    exif[ORIENTATION] = photo.orientation
    if photo.gps:
        exif[GPS] = {1: "N", 2: (45.0, 30.0, 0.0), 3: "W", 4: (40.0, 15.0, 0.0)}
    return exif


def _grain(size: Size, chance: Random) -> Image.Image:
    """Film grain: one tile of noise, repeated, softened once so that it is not finer than a lens."""
    tile = white_noise((TILE * 2 // 3, TILE * 2 // 3), chance).resize((TILE, TILE), BICUBIC).convert("RGB")
    return _tiled(tile, size)


def _tiled(tile: Image.Image, size: Size) -> Image.Image:
    """A sheet of this size, covered with the tile."""
    sheet = Image.new(tile.mode, size)
    sheet.paste(tile)
    width, height = TILE, TILE
    while width < size[0]:
        sheet.paste(sheet.crop((0, 0, width, TILE)), (width, 0))
        width *= 2
    while height < size[1]:
        sheet.paste(sheet.crop((0, 0, size[0], height)), (0, height))
        height *= 2
    return sheet


def _write(path: Path, fill: Callable[[Path], object]) -> None:
    """Writes a file beside its name, then gives it its name: a reader sees all of it or nothing."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=path.suffix or ".tmp", delete=False) as handle:
        beside = Path(handle.name)
    try:
        fill(beside)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
