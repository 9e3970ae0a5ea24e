"""Which formats are opened and written, told by content: literal tables, no Pillow.

The name of a file says nothing about what is in it, so only its first bytes are believed.
"""

from __future__ import annotations

import re

READ = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF")
"""Pillow's names of what is opened. HEIF (.heic) needs an optional package: `engine.workloads.images.opening.heic`."""

HEAD_BYTES = 4096
"""How much of a file `sniff` wants to see; SVG may begin with a long comment."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
)

_BRANDS: dict[bytes, str] = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIF"),
}
"""Major and compatible brands of ISO base media files (MP4RA's register)."""

_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"%!PS", "an EPS or PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "an EPS document"),
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document (PSD)"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x01\x00", "an icon (ICO)"),
    (b"\x00\x00\x02\x00\x00\x00\x00\x00", "a Targa picture (TGA)"),
    (b"\x00\x00\x0a\x00\x00\x00\x00\x00", "a Targa picture (TGA)"),
    (b"\x00\x01\x01\x00\x00", "a Targa picture (TGA)"),
    (b"\x00\x00\x02\x00", "a cursor (CUR)"),
    (b"icns", "an icon (ICNS)"),
    (b"DDS ", "a DirectDraw surface (DDS)"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture (HDR)"),
    (b"gimp xcf", "a GIMP document (XCF)"),
    (b"FUJIFILMCCD-RAW", "a camera's raw picture (RAF)"),
    (b"IIU\x00", "a camera's raw picture (RW2)"),
    (b"IIRO", "a camera's raw picture (ORF)"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1aE\xdf\xa3", "a video (Matroska)"),
)

SUFFIXES: dict[str, str] = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".avif": "AVIF",
    ".heic": "HEIF",
    ".heif": "HEIF",
}
"""Names that are looked for in folders and archives; whether the content agrees is `sniff`'s matter."""

WRITTEN: dict[str, str] = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif", "gif": "gif"}
"""The formats that are written, with the extension each gets; GIF only where an animation keeps its format."""


def sniff(head: bytes) -> str | None:
    """The format that a file's first bytes show, one of READ, or None."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _brand(head)
    return None


def _brand(head: bytes) -> str | None:
    length = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    # A file of the general brand mif1 says in the compatible ones which codec it uses.
    return "AVIF" if "AVIF" in known else (known[0] if known else None)


def refused(head: bytes) -> str:
    """What a file that is not opened seems to be, in words that follow "This is"."""
    for start, words in _REFUSED:
        if head.startswith(start):
            return words
    if re.match(rb"P[1-7]\s", head):
        return "a Netpbm picture (PBM, PGM, PPM or PAM)"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text[:HEAD_BYTES]:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if head[4:8] == b"ftyp":
        return "a video or an unknown kind of picture"
    if text and all(byte >= 32 or byte in b"\t\r\n" for byte in text):
        return "a text"
    return "not a picture of a known kind"
