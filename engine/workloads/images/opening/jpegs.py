"""Whether all coded pixels of a JPEG are there: libjpeg goes on after damage and makes up what is missing.

Pillow does not pass libjpeg's warnings on, so they are found in another way; sharp refuses such files as well.

    are_whole   by restart marks, where an encoder wrote them (ITU-T T.81, B.1.1.3 and E.1.4: numbered 0 to 7 in
                turn, one behind so many units)
    Checked     by how many bytes the decoder takes: damaged codes are nearly always longer or shorter than those
                that were written, so that some are left at the end or some are wanting

Damage that changes no length is seen by no decoder.
"""

from __future__ import annotations

import re
from io import BytesIO

from engine.workloads.images import progressive
from engine.workloads.images.opening import variants
from engine.workloads.images.progressive import Segment

_DRI, _SOS = 0xDD, 0xDA
END = b"\xff\xd9"
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_ONES = b"\xff\0" * 8
"""Coded data of ones, which no code consists of (T.81, C.2), as far as libjpeg reads ahead: 64 bits."""
_MOST_LEFT = 4
"""Bytes behind the last unit that are borne: cameras leave some, beside zeros and ones."""
_TAIL = 65536
"""Of how many bytes before the end mark zeros and ones may be such padding."""


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
        elif segment.marker in variants.FRAMES:
            frame = segment.marker, segment.content
        elif segment.marker == _SOS and interval:
            scans.append((interval, _RESTART.findall(data, _pixels(segment), segment.end)))
    in_turn = all(mark[1] & 7 == at & 7 for _, marks in scans for at, mark in enumerate(marks))
    return in_turn and (len(scans) != 1 or _are_enough(frame, *scans[0]))


def _pixels(scan: Segment) -> int:
    """Where a scan's coded data begin."""
    return scan.start + 4 + len(scan.content)


def _are_enough(frame: tuple[int, bytes], interval: int, marks: list[bytes]) -> bool:
    """Whether as many marks are there as the frame's units ask for; some encoders write one more at the end."""
    marker, content = frame
    units = _units(content)
    if marker not in variants.HUFFMAN_SEQUENTIAL or not units:
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


class Checked(BytesIO):
    """A JPEG of one scan for a decoder that reads all it can get; afterwards it knows whether any data were left.

    The last coded bytes are given by a read of their own, which a decoder that has its last pixel does not make. In
    place of the end mark come ones: a decoder that still wants pixels there takes them all and asks for more, where
    it would have made pixels up before an end mark.
    """

    def __init__(self, data: bytes, pixels: int, end: int) -> None:
        """`pixels` is where the coded data begin, `end` where its end mark is thought to be."""
        super().__init__(data)
        self.pixels, self.end = pixels, end
        tail = data[max(pixels, end - _TAIL) : end]
        self._border = max(pixels, end - len(tail) + len(tail.rstrip(b"\0\xff")) - 1 - _MOST_LEFT)
        self.was_read = False

    def read(self, size: int | None = -1) -> bytes:
        """As a file's, but never across the border; what is behind it comes at once."""
        at = self.tell()
        if at < self._border:
            left = self._border - at
            return super().read(left if size is None or size < 0 else min(size, left))
        self.was_read = True
        return super().read(self.end - at) + _ONES if at < self.end else b""


def checked(data: bytes) -> Checked | None:
    """The content for a decoder to be checked by; None where there are several scans, or none that is Huffman coded.

    Where the coded data end is searched for only where another picture follows, by what the file says of itself: that
    takes a fiftieth of the time of decoding. Otherwise it is the last end mark, a guess: see `surely`.
    """
    start = variants.only_scan(data)
    if not start:
        return None
    if b"MPF\0" in data[:start] or not data.endswith(END):
        return _to_the_end(data, start)
    return Checked(data, start, len(data) - len(END))


def surely(data: bytes, guess: Checked) -> Checked | None:
    """The content with its true end where another was guessed; else None."""
    true = _to_the_end(data, guess.pixels)
    return None if true is None or true.end == guess.end else true


def _to_the_end(data: bytes, start: int) -> Checked | None:
    found = progressive.MARKER.search(data, start)
    return Checked(data, start, found.start()) if found and found.group() == END else None
