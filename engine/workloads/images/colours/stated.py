"""Which colours a picture's numbers mean: its profile, else what PNG and AVIF state in chunks and boxes of their own.

PNG's order of precedence is that of its third edition (W3C, 2025, 4.3): cICP, iCCP, sRGB, gAMA with cHRM. AVIF and
HEIF: a profile, else `nclx`. Both name primaries and curves by the numbers of ITU-T H.273.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from PIL import Image

from engine.workloads.images.colours import icc
from engine.workloads.images.opening import pngs

HDR_NOTE = "HDR converted to sRGB: the brightest parts are compressed"

_D65 = (0.3127, 0.3290)
_BT709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65)
_PRIMARIES: dict[int, tuple[icc.Point, icc.Point, icc.Point, icc.Point]] = {
    1: _BT709,
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
}
"""H.273, table 2: red, green, blue, white. What is not here, "unspecified" among it, is taken as BT.709's."""

_PQ, _HLG = 16, 18
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
"""H.273, table 3. Every other curve but PQ and HLG is shown as sRGB's, as browsers do."""

_WHITE_NITS = 203.0
"""BT.2408: the light of white paper, which becomes sRGB's white."""
_KNEE = 0.75
"""From this share of white on, brighter light is compressed so that its differences remain."""
_PEAK_HLG_NITS = 1000.0


@dataclass(frozen=True, slots=True)
class Colours:
    """An ICC profile for the pixels as they are decoded (None: sRGB), and a remark where converting loses something."""

    profile: bytes | None
    note: str | None = None


def colours_of(image: Image.Image, data: bytes) -> Colours:
    """What the numbers of an opened image of the content `data` mean."""
    embedded = image.info.get("icc_profile")
    embedded = embedded if isinstance(embedded, bytes) and embedded else None
    grey = image.mode in ("1", "L", "LA", "I;16", "I")
    if image.format == "PNG":
        return _of_png(image, data, embedded, grey)
    if image.format in ("AVIF", "HEIF") and not embedded and (code := _nclx(data)):
        return _of_codes(*code, grey=grey)
    return Colours(embedded)


def _of_png(image: Image.Image, data: bytes, embedded: bytes | None, grey: bool) -> Colours:
    chunks = _chunks(data)
    code = chunks.get(b"cICP", b"")
    if len(code) == 4:
        return _of_codes(code[0], code[1], grey=grey)
    embedded = embedded if b"iCCP" in chunks else None
    if embedded or b"sRGB" in chunks or b"gAMA" not in chunks:
        return Colours(embedded)
    return Colours(_of_gamma(image.info.get("gamma"), image.info.get("chromaticity"), grey))


_SRGB_GAMMA = 0.45455
"""What a PNG says that is meant to be sRGB, and what browsers take as sRGB where no primaries are given."""


def _of_gamma(gamma: object, chromaticity: object, grey: bool) -> bytes | None:
    if not isinstance(gamma, float) or not 0.01 <= gamma <= 100:
        return None
    primaries = _chromaticities(chromaticity)
    if primaries is None and abs(gamma - _SRGB_GAMMA) < 0.005:
        return None
    curve = icc.gamma_curve(1 / gamma)
    return icc.grey(curve) if grey else _made(primaries or _BT709, curve)


def _chromaticities(found: object) -> tuple[icc.Point, icc.Point, icc.Point, icc.Point] | None:
    """PNG's cHRM (white, red, green, blue) in our order; None where it is missing, nonsense or BT.709's itself."""
    if not isinstance(found, tuple) or len(found) != 8 or any(not 0 < value < 1 for value in found[1::2]):
        return None
    white, red, green, blue = (tuple(found[at : at + 2]) for at in range(0, 8, 2))
    return None if (red, green, blue, white) == _BT709 else (red, green, blue, white)


def _of_codes(primaries: int, transfer: int, grey: bool) -> Colours:
    hdr = transfer in (_PQ, _HLG)
    plain = transfer not in _GAMMAS and not hdr
    points = _PRIMARIES.get(primaries, _BT709)
    if plain and (grey or points == _BT709):
        return Colours(None)
    curve = icc.SRGB_CURVE if plain else icc.gamma_curve(_GAMMAS[transfer]) if not hdr else _hdr_curve(transfer)
    return Colours(icc.grey(curve) if grey else _made(points, curve), HDR_NOTE if hdr else None)


@lru_cache(maxsize=8)
def _made(points: tuple[icc.Point, icc.Point, icc.Point, icc.Point], curve: bytes) -> bytes | None:
    try:
        return icc.from_primaries(*points, curve)
    except (ArithmeticError, ValueError, struct.error):  # primaries on one line: a LinAlgError is a ValueError
        return None


@lru_cache(maxsize=2)
def _hdr_curve(transfer: int) -> bytes:
    nits = _pq_nits if transfer == _PQ else _hlg_nits
    return icc.table_curve([_compressed(nits(level / 4095) / _WHITE_NITS) for level in range(4096)])


def _pq_nits(level: float) -> float:
    """SMPTE ST 2084, equation 4.1: light in cd/m² of a level from 0 to 1."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = level ** (1 / m2)
    return float(10_000 * (max(root - c1, 0.0) / (c2 - c3 * root)) ** (1 / m1))


def _hlg_nits(level: float) -> float:
    """BT.2100, table 5, on a screen of 1,000 cd/m²; its system gamma of 1.2 is applied to each channel by itself."""
    import math

    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = level**2 / 3 if level <= 0.5 else (math.exp((level - c) / a) + b) / 12
    return float(_PEAK_HLG_NITS * scene**1.2)


def _compressed(light: float) -> float:
    import math

    if light <= _KNEE:
        return light
    room = 1 - _KNEE
    return _KNEE + room * (1 - math.exp(-(light - _KNEE) / room))


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """A PNG's chunks before its pixels, by name, with their content; those behind say nothing about colours."""
    before = takewhile(lambda found: found[0] != b"IDAT", pngs.chunks(data))
    return {name: chunk[8:-4] for name, chunk in before}


def _nclx(data: bytes) -> tuple[int, int] | None:
    """The primaries and transfer of the first `colr` box of type `nclx` (ISO/IEC 23008-12, 14496-12: 12.1.5)."""
    for content in _boxes(data, (b"meta", b"iprp", b"ipco", b"colr")):
        if content[:4] == b"nclx" and len(content) >= 8:
            return struct.unpack(">HH", content[4:8])
    return None


def _boxes(data: bytes, path: tuple[bytes, ...]) -> Iterator[bytes]:
    """The contents of all boxes at the end of a path of names."""
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        start = 8
        if length == 1 and at + 16 <= len(data):
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = len(data) if length == 0 else at + length
        if end < at + start:
            return
        if name == path[0]:
            content = data[at + start + (4 if name == b"meta" else 0) : end]
            if len(path) == 1:
                yield content
            else:
                yield from _boxes(content, path[1:])
        at = end
