"""Which way up: the eight orientations of EXIF (CIPA DC-008, tag 0x0112), applied after the scaling.

Turning the small result costs a fraction of turning the photograph; so placements, which are
upright, are mapped back to the pixels as they are stored.
"""

from __future__ import annotations

from PIL import Image

Box = tuple[float, float, float, float]

_TAG = 0x0112

_TURNS: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_SWAPS = (5, 6, 7, 8)
_MIRRORED_ACROSS = (2, 3, 7, 8)
"""Where the stored picture's x runs against the upright axis that it lies on."""
_MIRRORED_DOWN = (3, 4, 6, 7)
"""Likewise for the stored picture's y."""


def orientation_of(image: Image.Image) -> int:
    """The orientation 1 to 8 that an image asks for; 1 when it says nothing that makes sense.

    EXIF alone counts: browsers, libvips, ImageMagick and sharp ignore XMP's `tiff:Orientation`. Pillow turns TIFF
    itself while it decodes, so a TIFF is upright already. PNG may bring EXIF behind its pixels: ask when it is decoded.
    """
    block = image.info.get("exif")
    if image.format == "TIFF" or not isinstance(block, bytes):
        return 1
    try:
        exif = Image.Exif()
        exif.load(block)
        value = exif.get(_TAG, 1)
    except Exception:
        # Broken EXIF raises almost anything (SyntaxError, ZeroDivisionError, struct.error); the picture is still good.
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """The edges after turning; or before, since swapping is its own inverse."""
    return (size[1], size[0]) if orientation in _SWAPS else size


def stored_box(box: Box, upright: tuple[int, int], orientation: int) -> Box:
    """A box of the upright picture (of `upright` pixels) in the coordinates of the stored one."""
    left, top, right, bottom = box
    width, height = upright
    if orientation in _SWAPS:
        left, top, right, bottom = top, left, bottom, right
        width, height = height, width
    if orientation in _MIRRORED_ACROSS:
        left, right = width - right, width - left
    if orientation in _MIRRORED_DOWN:
        top, bottom = height - bottom, height - top
    return left, top, right, bottom


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The image the right way up."""
    turn = _TURNS.get(orientation)
    return image.transpose(turn) if turn is not None else image
