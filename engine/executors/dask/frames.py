"""How a seat and its task process speak over a pair of pipes: a kind of one byte, a length, and that many bytes.

    to the process:    s start   c a call   t what to add to its clock   y the answer to what it asked
    from the process:  h it has started   r a call's result   a it asks something

Standard library only: `agent` imports this in Dask workers that have no engine.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

_HEAD = struct.Struct("<cQ")


def write(descriptor: int, kind: bytes, payload: bytes) -> None:
    """Write one frame whole. Raises OSError (BrokenPipeError) when nobody reads any more."""
    rest = memoryview(_HEAD.pack(kind, len(payload)) + payload)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def read_all(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Every frame (kind, payload) until the other side is gone; a frame that was cut off is dropped."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        kind, length = _HEAD.unpack(head)
        payload = file.read(length)
        if len(payload) < length:
            return
        yield kind, payload
