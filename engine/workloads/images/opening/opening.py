"""The one gate through which every image is opened: nothing else in the engine calls `Image.open`.

    read (byte limit) -> sniff (allow-list by content) -> open (pixel limit, before decoding) -> decode

Whatever is wrong with a file becomes `TaskFailed(reason, sentence)` here, with one of the reasons
not_found, not_a_file, unreadable, empty_file, too_large, unsupported_format, too_many_pixels,
damaged, truncated, out_of_memory.
"""

from __future__ import annotations

import logging
import os
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.opening import formats, heic, pngs, tiffs, variants

# Set once for the process, since `catch_warnings` is not safe among threads: a bomb is an error,
# and what Pillow remarks about odd metadata, which is dropped anyway, is nobody's business.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
logging.getLogger("PIL").addHandler(logging.NullHandler())  # without one, Python prints its warnings on stderr

# The workers are the parallelism: a decoder with threads of its own would take another worker's core.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

PngImagePlugin.MAX_TEXT_CHUNK = pngs.MOST_UNPACKED

_DNG_VERSION = 50706
_SUB_IFDS = 330
_NEW_SUBFILE_TYPE = 254


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself before it is decoded: size in bytes, and edges in pixels as stored."""

    bytes: int
    format: str
    mode: str
    width: int
    height: int
    progressive: bool = False


def read_file(path: Path, settings: Settings) -> bytes:
    """A file's content, read once. Raises TaskFailed: not_found, not_a_file, unreadable, empty_file, too_large."""
    limit = int(settings.image_max_mb * 1e6)
    with _reading(path, limit) as file:
        try:
            # Its length as it is now, and no more: `read` sets aside all that it is asked for.
            length = os.fstat(file.fileno()).st_size
            _check_length(length, limit)
            return file.read(length)
        except OSError as error:
            raise TaskFailed("unreadable", f"The file cannot be read: {error.strerror}.") from None
        except MemoryError:
            raise out_of_memory() from None


@contextmanager
def _reading(path: Path, limit: int) -> Iterator[IO[bytes]]:
    try:
        # Looked at before it is opened: opening a pipe or a device could wait for ever.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise TaskFailed("not_a_file", "This is a folder or a device, not a file: name an image file.")
        _check_length(status.st_size, limit)
        file = path.open("rb")
    except FileNotFoundError:
        raise TaskFailed("not_found", "The file is not there any more: it was moved or deleted.") from None
    except OSError as error:
        raise TaskFailed("unreadable", f"The file cannot be read: {error.strerror}.") from None
    with file:
        yield file


def _check_length(length: int, limit: int) -> None:
    if length == 0:
        raise TaskFailed("empty_file", "The file is empty (0 bytes): copy or download it again.")
    if length > limit:
        raise TaskFailed("too_large", f"The file has {length / 1e6:.1f} MB; at most {limit / 1e6:g} are read here.")


def open_image(data: bytes, settings: Settings) -> Image.Image:
    """The image in `data`, opened but not decoded. Raises TaskFailed: see the module."""
    try:
        return _opened(BytesIO(data), data, len(data), settings)
    except TaskFailed as failure:
        readable = pngs.without_unreadable(data) if failure.reason == "damaged" else None
        if readable is None:
            raise
    return _opened(BytesIO(readable), readable, len(readable), settings)


def read_header(path: Path, settings: Settings) -> Header:
    """What a file says about itself; only its first blocks are read. Raises TaskFailed: see the module."""
    with _reading(path, int(settings.image_max_mb * 1e6)) as file:
        head = file.read(formats.HEAD_BYTES)
        length = os.fstat(file.fileno()).st_size
        image = _opened(file, head, length, settings)
        progressive = "progressive" in image.info
        return Header(length, image.format or "", image.mode, *image.size, progressive)


def _opened(file: IO[bytes], head: bytes, length: int, settings: Settings) -> Image.Image:
    """`head` is the content of the file, or its first blocks; `length` the file's in bytes."""
    name = formats.sniff(head)
    if name is None or (name == "HEIF" and heic.serving()[0] is None):
        raise TaskFailed("unsupported_format", _unsupported(head[: formats.HEAD_BYTES], name))
    limit = int(settings.image_max_megapixels * 1e6)
    # Pillow only warns up to twice this value and looks again at tiles and frames, hence it is set here too.
    Image.MAX_IMAGE_PIXELS = limit
    file.seek(0)
    if name == "TIFF":
        tiffs.silence_libtiff()
    with failures(head, settings, length):
        try:
            image = _identified(file, name)
        except UnidentifiedImageError:
            raise TaskFailed(*_unidentified(head, name, length)) from None
        if not can_be_reduced(image):  # of what can, `decoding` judges the pixels that are decoded
            check_pixels(image.size, settings)
        _check_raw(image)
    return image


def _identified(file: IO[bytes], name: str) -> Image.Image:
    if name != "JPEG":
        return Image.open(file, formats=[name])
    try:
        # Not by `Image.open`, which refuses a photograph by its full size although a reduced one will be decoded.
        return JpegImagePlugin.jpeg_factory(file)
    except (SyntaxError, IndexError, TypeError, struct.error) as error:
        raise UnidentifiedImageError(str(error)) from error


def can_be_reduced(image: Image.Image) -> bool:
    """Whether a part of an opened image's pixels may be left out while it is decoded: a JPEG whose coefficients need
    not be kept, as those of a progressive one are."""
    return image.format in ("JPEG", "MPO") and "progressive" not in image.info and 0 not in image.size


def check_pixels(size: tuple[int, int], settings: Settings, of: str = "The picture has") -> None:
    """Refuse a picture of so many pixels, or none. Raises TaskFailed: too_many_pixels, damaged."""
    width, height = size
    if width * height == 0:
        raise TaskFailed("damaged", "The picture has no pixels: copy or download it again.")
    if width * height > settings.image_max_megapixels * 1e6:
        found = f"{of} {width} × {height} = {width * height / 1e6:.1f} megapixels, more"
        raise TaskFailed("too_many_pixels", _too_many(found, settings))


def _too_many(found: str, settings: Settings) -> str:
    limit = f"{settings.image_max_megapixels:g} megapixels"
    return f"{found} than {limit}, the limit here: raise OVERLAP_IMAGE_MAX_MEGAPIXELS or make the picture smaller."


def _check_raw(image: Image.Image) -> None:
    """Refuse a camera's raw file: it calls itself TIFF, and its first picture is only a small preview."""
    tags = getattr(image, "tag_v2", None)
    if tags is not None and (_DNG_VERSION in tags or (tags.get(_NEW_SUBFILE_TYPE) == 1 and _SUB_IFDS in tags)):
        raise TaskFailed("unsupported_format", "This is a camera's raw picture: export it as JPEG or TIFF first.")


def _unsupported(head: bytes, name: str | None) -> str:
    served, refusal = heic.serving()
    if name == "HEIF" and refusal:
        return refusal
    known = ", ".join("HEIC" if one == "HEIF" else one for one in formats.READ if one != "HEIF" or served)
    return f"This is {formats.refused(head)}, whatever its name says; opened are {known}."


def _unidentified(head: bytes, name: str, length: int) -> tuple[str, str]:
    declared = int.from_bytes(head[4:8], "little") + 8 if name == "WEBP" else 0
    if declared > length:
        return "truncated", f"The file ends after {length:,} of {declared:,} bytes: copy or download it again."
    variant = variants.unsupported(head, name)
    if variant:
        return "unsupported_format", _variant(variant)
    return "damaged", f"The file begins like {name}, but what follows cannot be read: copy or download it again."


def _variant(variant: str) -> str:
    return f"This variant is not supported ({variant}): save the picture anew in another program."


@contextmanager
def failures(data: bytes, settings: Settings, length: int | None = None) -> Iterator[None]:
    """Turn whatever a decoder raises about a file into `TaskFailed`.

    `data` is its content, or its beginning; `length` is then that of the whole file in bytes.
    """
    try:
        yield
    except TaskFailed:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TaskFailed("too_many_pixels", _too_many("The picture unpacks to more", settings)) from None
    except MemoryError:
        raise out_of_memory() from None
    except ModuleNotFoundError:
        raise
    except Exception as error:
        # Decoders meet hostile bytes with every kind of exception (SyntaxError, struct.error, ZeroDivisionError ...).
        raise TaskFailed(*_broken(error, data, len(data) if length is None else length)) from None


def out_of_memory() -> TaskFailed:
    """The failure of a picture that did not fit into memory."""
    return TaskFailed(
        "out_of_memory", "There was not enough memory for this picture: use fewer workers or make it smaller first."
    )


_CUT_SHORT = ("truncated", "unexpected end", "cannot read", "not enough", "eof")


def is_cut_short(error: Exception) -> bool:
    """Whether a decoder's error says that the file ends too early."""
    return isinstance(error, EOFError) or any(words in str(error).lower() for words in _CUT_SHORT)


def _broken(error: Exception, data: bytes, length: int) -> tuple[str, str]:
    """Reason and sentence; what the decoder itself said is its own affair and is not quoted."""
    variant = variants.unsupported(data, formats.sniff(data) or "")
    if variant:
        return "unsupported_format", _variant(variant)
    if is_cut_short(error):
        return (
            "truncated",
            f"The file breaks off after {length:,} bytes, before its picture is complete: copy or download it again.",
        )
    if isinstance(error, NotImplementedError) or str(error).lower().lstrip().startswith("unsupported"):
        return "unsupported_format", "This variant of its format is not supported: save the picture anew elsewhere."
    return "damaged", "The picture's data are damaged and cannot be decoded: copy or download it again."
