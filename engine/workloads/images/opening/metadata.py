"""What of a file's metadata passes on, by choice; nothing else ever does: no thumbnail, no place unless asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from engine.workloads.images.opening import variants
from engine.workloads.images.opening.rights import copyright_exif

ORIENTATION, TAKEN, GPS, EXIF = 0x0112, 0x0132, 0x8825, 0x8769
ORIGINAL, DIGITIZED = 0x9003, 0x9004
DATES = (ORIGINAL, DIGITIZED, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292)
"""EXIF 2.32: when it was taken and stored, the offsets from UTC, and fractions of a second."""
SIZES = (0xA002, 0xA003)
"""The picture's edges before it was resized; they would be wrong afterwards."""
LONGEST = 65_000
"""Bytes of a block: a JPEG's segment ends at 65,533 with its name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Blocks for an encoder to write, and a remark on what could not be kept."""

    exif: bytes | None = None
    xmp: bytes | None = None
    note: str | None = None


NOTHING = Kept()


def kept_of(image: Image.Image, level: str) -> Kept:
    """What an opened image passes on at a level of METADATA. Broken metadata pass nothing on."""
    try:
        return _LEVELS[level](image)
    except Exception:
        # Broken metadata raise almost anything (SyntaxError, struct.error, ZeroDivisionError ...).
        return Kept(note="its metadata are broken and were not kept")


def _date_and_place(image: Image.Image) -> Kept:
    source, exif = image.getexif(), Image.Exif()
    exif.load(copyright_exif(image) or b"")
    if TAKEN in source:
        exif[TAKEN] = source[TAKEN]
    if dates := {tag: value for tag, value in source.get_ifd(EXIF).items() if tag in DATES}:
        exif.get_ifd(EXIF).update(dates)
    if place := dict(source.get_ifd(GPS)):
        exif.get_ifd(GPS).update(place)
    return _checked(Kept(exif.tobytes() if len(exif) or dates or place else None))


def _all(image: Image.Image) -> Kept:
    source, exif = image.getexif(), Image.Exif()
    # Tag by tag into a new block, because a copy of the old one holds its thumbnail, which shows what was cut off.
    exif.update({tag: value for tag, value in source.items() if tag not in (ORIENTATION, EXIF, GPS)})
    for ifd in (EXIF, GPS):
        found = {tag: value for tag, value in source.get_ifd(ifd).items() if tag not in SIZES}
        if found:
            exif.get_ifd(ifd).update(found)
    for tag in [tag for tag in exif if tag in _OF_TIFF]:
        del exif[tag]
    return _checked(Kept(exif.tobytes() if len(exif) else None, _xmp(image)))


_OF_TIFF = {*range(0x0100, 0x0107), 0x0111, *range(0x0115, 0x0118), 0x011C, 0x0152, 0x0153, 0x0140, 0x014A, 0x0142,
            0x0143, 0x0144, 0x0145, 0x013D, 0x0201, 0x0202, 0x02BC, 0x8649, 0x83BB, 0x8773, 0x015B}  # fmt: skip
"""TIFF 6.0's own tags: they say how a TIFF's pixels, blocks and profile are stored, and hold nothing of the picture."""


def _xmp(image: Image.Image) -> bytes | None:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    data = packet.encode() if isinstance(packet, str) else packet
    if not isinstance(data, bytes):
        return None
    data = re.sub(rb"(tiff:Orientation(?:=[\"']|>))\d", rb"\g<1>1", data)  # the pixels are upright now
    return re.sub(rb"<xmp:Thumbnails>.*?</xmp:Thumbnails>", b"", data, flags=re.DOTALL)


def _checked(kept: Kept) -> Kept:
    """The blocks that fit into a file, and what did not."""
    long = [name for name, block in (("EXIF", kept.exif), ("XMP", kept.xmp)) if block and len(block) > LONGEST]
    return Kept(
        None if "EXIF" in long else kept.exif,
        None if "XMP" in long else kept.xmp,
        f"its {' and '.join(long)} are too long and were not kept" if long else None,
    )


_LEVELS: dict[str, Callable[[Image.Image], Kept]] = {
    "none": lambda image: NOTHING,
    "copyright": lambda image: Kept(copyright_exif(image)),
    "date-place": _date_and_place,
    "all": _all,
}


_GAIN_MAPS = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496", b"apdi:AuxiliaryImageType", b"hdrgainmap", b"HDRGainMap")
"""How files announce one: Adobe and Android (Ultra HDR), ISO 21496-1, Apple in XMP and as an auxiliary image."""
_ANNOUNCED_WITHIN = 262_144


def gain_map_note(data: bytes, file_format: str | None) -> str | None:
    """A remark where a file holds a gain map, the brighter version for HDR screens, which no output keeps."""
    # A JPEG that holds one picture can announce it before its pixels only, which are not worth the search.
    head = variants.announced(data) if file_format == "JPEG" else data[:_ANNOUNCED_WITHIN]
    told = any(sign in head for sign in _GAIN_MAPS) or (file_format in ("AVIF", "HEIF") and b"tmap" in head[:16_384])
    return "its HDR gain map is not kept" if told else None


