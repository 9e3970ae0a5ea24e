"""A progressive JPEG that is decoded at 1/8 needs its blocks' means alone, so that its finer scans can be left out.

At that scale libjpeg looks at one coefficient of a block, the mean (DC), of each component whose blocks give one pixel;
yet it unpacks every scan, which is nearly all of the time. Where such a component's other scans are replaced by one
that says "all zero", the very same pixels come out. Names of markers and fields are those of ITU-T T.81.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SOF2, _DHT, _EOI, _SOS, _DRI = 0xC2, 0xC4, 0xD9, 0xDA, 0xDD
_FRAMES = {0xC0 + number for number in range(16)} - {0xC4, 0xC8, 0xCC}
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""What ends a scan's coded data: no stuffed 0xFF, no padding, no restart mark."""

_EOB_TABLE = bytes((0x10, 0, 0, 0, 15, *[0] * 12, *range(0x00, 0xF0, 0x10)))
"""The Huffman table of class 1, number 0: codes of 4 bits, in order, for EOB0 to EOB14 (T.81, table G.1)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker and what belongs to it, from `start` to `end`; of a scan with its coded data."""

    marker: int
    start: int
    end: int
    content: bytes


@dataclass(frozen=True, slots=True)
class _Component:
    number: int
    blocks: int
    one_pixel: bool
    """Whether each of its blocks gives one pixel at 1/8."""


def without_detail(data: bytes) -> bytes | None:
    """A JPEG that decodes to the same pixels at 1/8 in a fraction of the time; None where it cannot be made.

    That is where a file is not progressive, not complete, or in any way unusual.
    """
    parts = list(segments(data))
    if not parts or parts[-1].marker != _EOI:
        return None
    frames = [segment for segment in parts if segment.marker in _FRAMES]
    if len(frames) != 1 or frames[0].marker != _SOF2:
        return None
    plain = [one for one in _components(frames[0].content) if one.one_pixel and _is_detailed(parts, one.number)]
    if not plain:
        return None
    numbers = {component.number for component in plain}
    kept = [data[part.start : part.end] for part in parts[:-1] if _finer_of(part) not in numbers]
    zero = map(_zero_scan, plain)
    return b"".join([data[:2], *kept, _segment(_DRI, b"\0\0"), _segment(_DHT, _EOB_TABLE), *zero, b"\xff\xd9"])


def segments(data: bytes) -> Iterator[Segment]:
    """Up to the end mark or whatever is not as it should be."""
    at = 2
    while at + 4 <= len(data) or data[at : at + 2] == b"\xff\xd9":
        if data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            yield Segment(marker, at, at + 2, b"")
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        content = data[at + 4 : end]
        if marker == _SOS:
            following = MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield Segment(marker, at, end, content)
        at = end


def _components(frame: bytes) -> list[_Component]:
    """The components of a frame header; none where it makes no sense."""
    height, width, count = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big"), frame[5]
    parts = [(frame[at], frame[at + 1] >> 4, frame[at + 1] & 15) for at in range(6, 6 + 3 * count, 3)]
    if frame[0] != 8 or not all(across and down for _, across, down in parts):
        return []
    most_across, most_down = max(part[1] for part in parts), max(part[2] for part in parts)
    return [
        _Component(
            number,
            -(-width * across // (8 * most_across)) * -(-height * down // (8 * most_down)),
            # libjpeg scales up colours of half the resolution or less by decoding them at twice the scale.
            bool(most_across % (2 * across) or most_down % (2 * down)),
        )
        for number, across, down in parts
    ]


def _finer_of(segment: Segment) -> int | None:
    """The component of whose blocks a scan says more than the mean; None for every other segment."""
    content = segment.content
    return content[1] if segment.marker == _SOS and len(content) == 6 and content[0] == 1 and content[3] > 0 else None


def _is_detailed(parts: list[Segment], component: int) -> bool:
    """Whether low frequencies follow the means of a component: where they are missing libjpeg smooths the means."""
    return any(_finer_of(segment) == component and segment.content[3] == 1 for segment in parts)


def _zero_scan(component: _Component) -> bytes:
    """A scan that says of all of a component's blocks that nothing but their mean differs from zero."""
    header = _segment(_SOS, bytes((1, component.number, 0, 1, 63, 0)))
    return header + _runs(component.blocks).replace(b"\xff", b"\xff\0")


def _runs(blocks: int) -> bytes:
    """The coded data of so many blocks without coefficients, in runs of at most 32,767 (T.81, G.1.2.2)."""
    bits = ""
    while blocks:
        run = min(blocks, 32767)
        power = run.bit_length() - 1
        bits += f"{power:04b}" + (f"{run - (1 << power):0{power}b}" if power else "")
        blocks -= run
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content
