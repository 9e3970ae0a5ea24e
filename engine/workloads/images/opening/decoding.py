"""Decoding an opened image: once, and its first error counts. Beside `opening`, which decides whether it may be.

What Pillow would get wrong on the way is put right here: a JPEG that lacks its end marker, a GIF whose first frame
leaves part of its canvas free, and TIFF channels of 16 bits that are stored apart. A progressive JPEG that is decoded
at 1/8 takes a short cut.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO

from PIL import Image, ImageChops, JpegImagePlugin

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images import progressive
from engine.workloads.images.opening import jpegs, pngs, tiffs, variants
from engine.workloads.images.opening.opening import can_be_reduced, check_pixels, failures, is_cut_short, open_image

_FILLER = bytes(range(17, 241, 7)) * 64 + jpegs.END
"""What no encoder writes behind its last pixel; if a decoder took pixels from it, the file was not complete."""


def decode(image: Image.Image, data: bytes, settings: Settings) -> Image.Image:
    """The decoded picture of an opened image and its content. Raises TaskFailed: see `opening`."""
    if can_be_reduced(image):
        check_pixels(image.size, settings, "At the size that is needed here the picture is decoded to")
    with failures(data, settings):
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            return _decoded_jpeg(image, data)
        if image.format == "GIF":
            return _decoded_gif(image)
        if image.format == "PNG":
            picture = _decoded_png(image, data, settings)
            if not pngs.pixels_are_whole(data):
                raise _damaged()
            return picture
        if image.format == "TIFF" and tiffs.stored_apart(image):
            return tiffs.joined(image, data, lambda content: open_image(content, settings))
        image.load()
        tiffs.mend_palette(image)
        return tiffs.widened(image)


def _decoded_jpeg(image: JpegImagePlugin.JpegImageFile, data: bytes) -> Image.Image:
    picture = _means_alone(image, data) or _whole_jpeg(image, data)
    if not jpegs.are_whole(data):
        raise _damaged()
    return picture


def _means_alone(image: JpegImagePlugin.JpegImageFile, data: bytes) -> Image.Image | None:
    """A progressive JPEG at 1/8, by the short cut; None for any other."""
    if "progressive" not in image.info or image.decoderconfig[:1] != (8,):
        return None
    shorter = progressive.without_detail(data)
    return None if shorter is None else _again(shorter, image.mode, 8)


def _whole_jpeg(image: JpegImagePlugin.JpegImageFile, data: bytes) -> Image.Image:
    checked = jpegs.checked(data)
    if checked is None:
        return _loaded_jpeg(image, data)
    divisor = image.decoderconfig[0] if image.decoderconfig else 1
    if _is_whole(image, checked):
        return image
    true = jpegs.surely(data, checked)
    if true is None:
        raise _damaged()
    again = _reduced(BytesIO(data), image.mode, divisor)
    if not _is_whole(again, true):
        raise _damaged()
    return again


def _is_whole(image: JpegImagePlugin.JpegImageFile, content: jpegs.Checked) -> bool:
    """Load an opened JPEG from its content, and say whether its pixels took all of that and no more."""
    image.fp, image.decodermaxblock = content, 1 << 62
    try:
        image.load()
    except OSError as error:
        if not is_cut_short(error):
            raise
        return False
    return content.was_read


def _loaded_jpeg(image: JpegImagePlugin.JpegImageFile, data: bytes) -> Image.Image:
    # The whole file in one call: the decoder then gives the GIL up once, not every 64 kB.
    image.decodermaxblock = max(len(data), 65536)
    try:
        image.load()
    except OSError as error:
        whole = _without_end(image, data) if is_cut_short(error) else None
        if whole is None:
            raise
        return whole
    return image


def _damaged() -> TaskFailed:
    return TaskFailed("damaged", "Parts of the picture are damaged or missing: copy or download it again.")


def _without_end(image: JpegImagePlugin.JpegImageFile, data: bytes) -> Image.Image | None:
    """The picture of a JPEG that lacks only its end marker; None where pixels are missing, too.

    libjpeg fills missing pixels without a word. But those it then makes up depend on the bytes that follow.
    """
    if not variants.last_scan_is_complete(data):
        return None
    divisor = image.decoderconfig[0] if image.decoderconfig else 1
    one, other = (_again(data + end, image.mode, divisor) for end in (jpegs.END, _FILLER))
    return one if ImageChops.difference(one, other).getbbox() is None else None


def _again(content: bytes, mode: str, divisor: int) -> Image.Image:
    """A JPEG of other content, decoded to a mode and at a reduction: 1, 2, 4 or 8."""
    image = _reduced(BytesIO(content), mode, divisor)
    image.decodermaxblock = len(content)
    image.load()
    return image


def _reduced(content: IO[bytes], mode: str, divisor: int) -> JpegImagePlugin.JpegImageFile:
    """A JPEG that is opened, to be decoded to a mode and at a reduction."""
    image: JpegImagePlugin.JpegImageFile = JpegImagePlugin.jpeg_factory(content)
    image.draft(mode, (max(1, image.width // divisor), max(1, image.height // divisor)))
    return image


_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def _decoded_png(image: Image.Image, data: bytes, settings: Settings) -> Image.Image:
    """A PNG that breaks off in its last chunk is a picture: were pixels missing, the decoder would still say so.

    So is one behind whose pixels a text cannot be read.
    """
    try:
        image.load()
    except OSError as error:
        whole = data[: _whole_chunks(data)] + _PNG_END
        if not is_cut_short(error) or whole == data:
            raise
        image = open_image(whole, settings)
        image.load()
    except (SyntaxError, ValueError):
        readable = pngs.without_unreadable(data)
        if readable is None:
            raise
        image = open_image(readable, settings)
        image.load()
    return image


def _whole_chunks(data: bytes) -> int:
    """Where the last complete chunk of a PNG ends that is not its end mark, in bytes."""
    at = 8
    while at + 12 <= len(data) and data[at + 4 : at + 8] != b"IEND":
        following = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if following > len(data):
            break
        at = following
    return at


def _decoded_gif(image: Image.Image) -> Image.Image:
    """A first frame that is smaller than its canvas leaves the rest transparent, as browsers show it."""
    tiles = getattr(image, "tile", [])
    area = tiles[0].extents if tiles else None
    image.load()
    if area is None or area == (0, 0, *image.size):
        return image
    picture = image.convert("RGBA")
    free = Image.new("RGBA", picture.size)
    free.paste(picture.crop(area), area)
    return free
