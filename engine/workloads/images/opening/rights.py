"""The copyright line: found in EXIF, XMP or IPTC, and written anew with nothing else beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from PIL import Image, ImageFile

_COPYRIGHT = 0x8298
_ARTIST = 0x013B
_LONGEST = 500


def copyright_exif(image: Image.Image) -> bytes | None:
    """An EXIF block that holds an opened image's copyright line (and artist) alone, or None where there is none."""
    exif = Image.Exif()
    for tag, finders in _FINDERS.items():
        text = next((found for finder in finders if (found := _tried(finder, image))), "")
        if text:
            exif[tag] = text
    return exif.tobytes() if len(exif) else None


def _tried(finder: Callable[[Image.Image], object], image: Image.Image) -> str:
    try:
        found = finder(image)
    except Exception:
        # Broken metadata raises almost anything; then there is no line to keep.
        return ""
    text = found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found or "")
    return " ".join(text.replace("\x00", " ").split())[:_LONGEST]


def _xmp(name: str) -> Callable[[Image.Image], str]:
    pattern = re.compile(rf"<dc:{name}\b.*?<rdf:li[^>]*>([^<]*)<".encode(), re.DOTALL)

    def find(image: Image.Image) -> str:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
        found = pattern.search(packet.encode() if isinstance(packet, str) else packet)
        return unescape(found.group(1).decode("utf-8", "replace")) if found else ""

    return find


def _iptc(dataset: int) -> Callable[[Image.Image], object]:
    def find(image: Image.Image) -> object:
        from PIL import IptcImagePlugin

        known = IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else None
        found = (known or {}).get((2, dataset))
        return found[0] if isinstance(found, list) else found

    return find


_FINDERS: dict[int, tuple[Callable[[Image.Image], object], ...]] = {
    _COPYRIGHT: (lambda image: image.getexif().get(_COPYRIGHT), _xmp("rights"), _iptc(116)),
    _ARTIST: (lambda image: image.getexif().get(_ARTIST), _xmp("creator"), _iptc(80)),
}
"""Where the lines stand: EXIF 2.32 tags, Dublin Core in XMP, IPTC-IIM datasets 2:116 and 2:80."""
