"""Pictures and profiles that the tests of this folder make: known colours in known places."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

Colour = tuple[int, int, int]

QUARTERS: tuple[Colour, Colour, Colour, Colour] = ((220, 40, 40), (40, 200, 60), (50, 70, 220), (240, 220, 50))
"""Top left, top right, bottom left, bottom right."""

UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera does to the upright picture before it writes the number."""


def quarters(width: int = 240, height: int = 160) -> Image.Image:
    """A picture of four colours, so that every turn and mirroring shows."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(QUARTERS):
        left, top = (number % 2) * width // 2, (number // 2) * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """A picture with both smooth and fine parts, the same every time."""
    levels = bytes((seed * 89 + at * 37 + at * at * 11) % 256 for at in range(24 * 16 * 3))
    small = Image.frombytes("RGB", (24, 16), levels)
    fine = Image.linear_gradient("L").resize((width, height)).point(lambda level: (level * 37) % 256)
    return Image.blend(small.resize((width, height), Image.Resampling.BICUBIC), fine.convert("RGB"), 0.15)


def corners(path: Path) -> list[Colour]:
    """The colours of the four quarters' middles, in the order of QUARTERS."""
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    width, height = rgb.size
    places = [(width // 4, height // 4), (3 * width // 4, height // 4), (width // 4, 3 * height // 4)]
    return [colour_at(rgb, place) for place in [*places, (3 * width // 4, 3 * height // 4)]]


def colour_at(image: Image.Image, place: tuple[int, int]) -> Colour:
    """One pixel's colour as RGB."""
    pixel = image.convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def close(one: Colour, other: Colour, within: int) -> bool:
    """Whether no channel differs by more than `within` levels."""
    return all(abs(a - b) <= within for a, b in zip(one, other, strict=True))


def size_of(path: Path) -> tuple[int, int]:
    """A file's edges in pixels."""
    with Image.open(path) as image:
        return image.size


def _s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _profile(space: bytes, pcs: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC version 2 profile from its tags (ICC.1:2001-04, sections 6.1 and 6.2)."""
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", at, len(content))
        body += content
        at += len(content)
    header = struct.pack(">I4sI4s4s4s", at, b"test", 0x02400000, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + _s15(0.9642) + _s15(1.0) + _s15(0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _text(words: bytes) -> bytes:
    return b"desc" + struct.pack(">II", 0, len(words) + 1) + words + b"\0" + b"\0" * 78


def wide_rgb_profile() -> bytes:
    """Display P3's primaries (adapted to D50) with a plain gamma of 2.2."""
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    tags = {name: b"XYZ " + bytes(4) + b"".join(map(_s15, xyz)) for name, xyz in primaries.items()}
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(2.2 * 256))
    tags.update(dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))
    tags[b"wtpt"] = b"XYZ " + bytes(4) + _s15(0.9642) + _s15(1.0) + _s15(0.8249)
    tags[b"desc"] = _text(b"wide")
    return _profile(b"RGB ", b"XYZ ", b"mntr", tags)


def grey_profile() -> bytes:
    """A grey scale with a gamma of 1.0: much lighter than sRGB's numbers look."""
    tags = {
        b"desc": _text(b"grey"),
        b"wtpt": b"XYZ " + bytes(4) + _s15(0.9642) + _s15(1.0) + _s15(0.8249),
        b"kTRC": b"curv" + struct.pack(">IIH", 0, 1, 256),
    }
    return _profile(b"GRAY", b"XYZ ", b"mntr", tags)


def cmyk_profile() -> bytes:
    """A printer: a table of 2 × 2 × 2 × 2 nodes in Lab (lut8Type), inks roughly as on coated paper."""
    inks = {1: (55, -37, -50), 2: (48, 74, -3), 4: (89, -5, 93), 3: (24, 22, -46), 5: (50, -68, 33), 6: (47, 68, 48)}
    nodes = b""
    for cyan in (0, 1):
        for magenta in (0, 1):
            for yellow in (0, 1):
                for black in (0, 1):
                    mix = cyan + 2 * magenta + 4 * yellow
                    light, a, b = {0: (95, 0, -2), 7: (23, 0, 0), **inks}[mix]
                    light, a, b = (light * 16 // 95, 0, 0) if black else (light, a, b)
                    nodes += bytes((round(light * 2.55), round(a) + 128, round(b) + 128))
    ramp = bytes(range(256))
    identity = b"".join(_s15(float(row == column)) for row in range(3) for column in range(3))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + nodes + ramp * 3
    white = b"XYZ " + bytes(4) + _s15(0.9642) + _s15(1.0) + _s15(0.8249)
    tags = {b"desc": _text(b"press"), b"wtpt": white, b"A2B0": table, b"A2B1": table}
    return _profile(b"CMYK", b"Lab ", b"prtr", tags)


def png(width: int, height: int, depth: int, kind: int, rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A PNG of unfiltered `rows` (without their filter bytes), and chunks before and behind the pixels."""
    length = len(rows) // height
    filtered = b"".join(b"\0" + rows[at : at + length] for at in range(0, len(rows), length))
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    body = before + png_chunk(b"IDAT", zlib.compress(filtered)) + after
    return b"\x89PNG\r\n\x1a\n" + head + body + png_chunk(b"IEND", b"")


def png_chunk(name: bytes, content: bytes) -> bytes:
    """A chunk with its checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def tiff(tags: Mapping[int, tuple[int, ...]], strips: list[bytes], order: str = "<") -> bytes:
    """A TIFF of the given tags (whole numbers, by number) and strips, as TIFF 6.0 lays them out."""
    body, offsets = b"", []
    for strip in strips:
        offsets.append(8 + len(body))
        body += strip + b"\0" * (len(strip) % 2)
    entries = {**tags, 273: tuple(offsets), 279: tuple(map(len, strips))}
    at = 8 + len(body)
    directory, values, room = b"", b"", at + 2 + 12 * len(entries) + 4
    for tag, numbers in sorted(entries.items()):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        short = struct.pack(f"{order}I", room + len(values)) if len(packed) > 4 else packed
        values += packed if len(packed) > 4 else b""
        directory += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + short
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", at)
    return head + body + struct.pack(f"{order}H", len(entries)) + directory + bytes(4) + values


HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAA"
    "AERAAAIAAQAAAAAB4gABAAAAAAAAAJ4AAgAAAAACgAABAAAAAAAAADwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZl"
    "AgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH/"
    "/wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29s"
    "cm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAA"
    "AwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAA4m1kYXQAAACaKAGvCeAjNS3/61//+NzyHjWZ"
    "HTu79ShWygm8Qf/o6bX36T+UF1P/8zkQH8YUl/8Sh/MIivR8Nvd38P0+JBjhQTM7DLToPedDIbNhC513pyJKfSc9jqBMyYx8HLnpea9HvaI8XKDw"
    "sURL2XgvrIx05FVtUFrAXxqndqNwPfzx9dIDlhTjiXVsX/tzMKhvtvzVD7orUpYDeNajhgAAAAZFeGlmAABNTQAqAAAACAACARIAAwAAAAEABgAA"
    "gpgAAgAAAAwAAAAmAAAAAChjKSBTb21lb25lAA=="
)
"""64 × 48 pixels: red left above, green left below, blue on the right; its EXIF says orientation 6, which
HEIF (ISO/IEC 23008-12) tells readers to ignore in favour of its own properties."""
