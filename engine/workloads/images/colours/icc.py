"""ICC profiles of matrix and curves: read, made from primaries, and given another curve. Bytes in, bytes out.

Section numbers are those of ICC.1:2022. Pillow's colour management (LittleCMS) does the conversions; what it cannot do
is needed for samples of 16 bits, and for pictures that state their colours without a profile.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Levels = NDArray[np.float64]

CURVES: dict[bytes, tuple[bytes, ...]] = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
"""The curves of each colour space, in the order of its channels (8.3.3, 8.4.3)."""

_COLOURS = (b"rXYZ", b"gXYZ", b"bXYZ")
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
"""Annex E.1: from XYZ to the cone responses in which one white is adapted to another."""

Point = tuple[float, float]
"""A colour's chromaticity, x and y."""


def space(profile: bytes) -> bytes:
    """The colour space of the pixels, such as ``RGB `` (7.2.6); empty where these bytes are no profile."""
    return profile[16:20] if profile[36:40] == b"acsp" else b""


def tags(profile: bytes) -> dict[bytes, bytes]:
    """Tag signature to content (7.3); what points outside the profile is left out."""
    found: dict[bytes, bytes] = {}
    count = int.from_bytes(profile[128:132], "big") if len(profile) >= 132 else 0
    for at in range(132, 132 + 12 * min(count, 100), 12):
        entry = profile[at : at + 12]
        if len(entry) == 12:
            name, start, length = struct.unpack(">4sII", entry)
            if start + length <= len(profile):
                found[name] = profile[start : start + length]
    return found


def profile_of(colour_space: bytes, content: dict[bytes, bytes]) -> bytes:
    """A display's profile of version 2.4 from its tags; the same bytes every time."""
    table, body, at = b"", b"", 132 + 12 * len(content)
    for name, data in content.items():
        padded = data + b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at, len(data))
        body += padded
        at += len(padded)
    header = struct.pack(">I4sI4s4s4s6H", at, b"lcms", 0x02400000, b"mntr", colour_space, b"XYZ ", 2026, 1, 1, 0, 0, 0)
    header += b"acsp" + bytes(28) + b"".join(map(_s15_16, _D50))
    return header.ljust(128, b"\0") + struct.pack(">I", len(content)) + table + body


def from_primaries(red: Point, green: Point, blue: Point, white: Point, curve: bytes) -> bytes:
    """An RGB profile of chromaticities, adapted to D50, with the same curve (a tag's content) for every channel."""
    import numpy as np

    columns = np.array([_xyz(point) for point in (red, green, blue)]).T
    whole = columns * np.linalg.solve(columns, np.array(_xyz(white)))
    cones = np.array(_BRADFORD)
    scale = np.diag((cones @ np.array(_D50)) / (cones @ np.array(_xyz(white))))
    adapted = np.linalg.inv(cones) @ scale @ cones @ whole
    content = {name: _xyz_tag(adapted[:, at].tolist()) for at, name in enumerate(_COLOURS)}
    content |= dict.fromkeys(CURVES[b"RGB "], curve)
    return profile_of(b"RGB ", content | _common())


def grey(curve: bytes) -> bytes:
    """A grey profile with this curve (a tag's content)."""
    return profile_of(b"GRAY", {b"kTRC": curve} | _common())


def with_srgb_curves(profile: bytes) -> bytes:
    """The same primaries with sRGB's curve; for pixels whose curve was undone and sRGB's put in its place."""
    content = tags(profile)
    kept = {name: content[name] for name in _COLOURS if name in content}
    curves = dict.fromkeys(CURVES[space(profile)], SRGB_CURVE)
    return profile_of(space(profile), kept | curves | _common())


def gamma_curve(exponent: float) -> bytes:
    """A curve's tag: light = level to the power of `exponent` (10.18, function type 0)."""
    return b"para" + bytes(4) + struct.pack(">HH", 0, 0) + _s15_16(exponent)


def table_curve(light: Sequence[float]) -> bytes:
    """A curve's tag from evenly spaced levels to light, both from 0 to 1 (10.6)."""
    return b"curv" + bytes(4) + struct.pack(f">I{len(light)}H", len(light), *(round(65535 * value) for value in light))


def curves(profile: bytes) -> list[Callable[[Levels], Levels]] | None:
    """For each channel the function from levels to light, both 0 to 1; None for a profile of another make."""
    content = tags(profile)
    names = CURVES.get(space(profile), ())
    if not names or any(name not in content for name in names) or b"A2B0" in content:
        return None
    found = [_curve(content[name]) for name in names]
    return None if None in found else [one for one in found if one is not None]


def _curve(data: bytes) -> Callable[[Levels], Levels] | None:
    return {b"curv": _sampled, b"para": _parametric}.get(data[:4], lambda _: None)(data)


def _sampled(data: bytes) -> Callable[[Levels], Levels] | None:
    import numpy as np

    count = int.from_bytes(data[8:12], "big")
    if len(data) < 12 + 2 * count:
        return None
    values = np.frombuffer(data, ">u2", count, 12).astype(float)
    if count == 0:
        return lambda levels: levels
    if count == 1:
        exponent = float(values[0]) / 256
        return lambda levels: levels**exponent
    return lambda levels: np.interp(levels, np.linspace(0, 1, count), values / 65535)


_PARAMETERS = (1, 3, 4, 5, 7)
"""How many numbers each type of parametric curve has (10.18, table 68)."""


def _parametric(data: bytes) -> Callable[[Levels], Levels] | None:
    import numpy as np

    kind = int.from_bytes(data[8:10], "big")
    if kind >= len(_PARAMETERS) or len(data) < 12 + 4 * _PARAMETERS[kind]:
        return None
    found = [value / 65536 for value in struct.unpack_from(f">{_PARAMETERS[kind]}i", data, 12)]
    g, a, b, c, d, e, f = _full(kind, found)
    return lambda levels: np.where(levels >= d, np.maximum(a * levels + b, 0) ** g + e, c * levels + f)


def _full(kind: int, found: list[float]) -> tuple[float, ...]:
    """All seven parameters, g a b c d e f, of a curve of any type, in the form of type 4."""
    if kind == 0:
        return found[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    g, a, b = found[:3]
    start = -b / a if a else 0.0
    if kind == 1:
        return g, a, b, 0.0, start, 0.0, 0.0
    if kind == 2:
        return g, a, b, 0.0, start, found[3], found[3]
    return (*found[:5], *(found[5:7] if kind == 4 else (0.0, 0.0)))


def srgb_levels(light: Levels) -> Levels:
    """Light from 0 to 1 as sRGB's levels from 0 to 1 (IEC 61966-2-1); what lies outside is clipped."""
    import numpy as np

    clipped = np.clip(light, 0.0, 1.0)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def _xyz(point: Point) -> tuple[float, float, float]:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _common() -> dict[bytes, bytes]:
    name = b"stated colours"
    text = b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(1 + 78)
    return {b"wtpt": _xyz_tag(_D50), b"desc": text, b"cprt": b"text" + bytes(4) + b"CC0\0"}


def _xyz_tag(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_s15_16, values))


def _s15_16(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


SRGB_CURVE = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + b"".join(
    map(_s15_16, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)  # fmt: skip
"""IEC 61966-2-1's curve as a tag's content."""
