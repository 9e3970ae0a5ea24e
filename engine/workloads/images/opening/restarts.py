"""Whether restart marks show that parts of a JPEG are missing or damaged.

libjpeg goes on after damage and makes up what is missing; Pillow does not pass its warning on. Where an encoder wrote
restart marks (ITU-T T.81, B.1.1.3 and E.1.4: numbered 0 to 7 in turn, one behind so many units), their numbers tell.
"""

from __future__ import annotations

import re

from engine.workloads.images import progressive
from engine.workloads.images.opening import variants

_DRI, _SOS = 0xDD, 0xDA
_HUFFMAN_SEQUENTIAL = (0xC0, 0xC1)
_FRAMES = {0xC0 + number for number in range(16)} - {0xC4, 0xC8, 0xCC}
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")


def are_whole(data: bytes) -> bool:
    """Whether the restart marks of a JPEG are all there and in turn; True where it has none by its own word."""
    interval = variants.restart_interval(data)
    if not interval:
        return True
    frame: tuple[int, bytes] = (0, b"")
    scans: list[tuple[int, list[bytes]]] = []
    for segment in progressive.segments(data):
        if segment.marker == _DRI:
            interval = int.from_bytes(segment.content[:2], "big")
        elif segment.marker in _FRAMES:
            frame = segment.marker, segment.content
        elif segment.marker == _SOS and interval:
            scans.append((interval, _RESTART.findall(data, segment.start + 4 + len(segment.content), segment.end)))
    in_turn = all(mark[1] & 7 == at & 7 for _, marks in scans for at, mark in enumerate(marks))
    return in_turn and (len(scans) != 1 or _are_enough(frame, *scans[0]))


def _are_enough(frame: tuple[int, bytes], interval: int, marks: list[bytes]) -> bool:
    """Whether as many marks are there as the frame's units ask for; some encoders write one more at the end."""
    marker, content = frame
    units = _units(content)
    if marker not in _HUFFMAN_SEQUENTIAL or not units:
        return True
    wanted = -(-units // interval) - 1
    return wanted <= len(marks) <= wanted + 1


def _units(frame: bytes) -> int:
    """The MCUs of a frame in one scan (T.81, A.2); 0 where its header does not say."""
    if len(frame) < 6 or len(frame) < 6 + 3 * frame[5]:
        return 0
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    factors = [(frame[at] >> 4, frame[at] & 15) for at in range(7, 7 + 3 * frame[5], 3)]
    across, down = (1, 1) if len(factors) == 1 else (max(one for one, _ in factors), max(one for _, one in factors))
    return -(-width // (8 * across)) * -(-height // (8 * down)) if across and down else 0
