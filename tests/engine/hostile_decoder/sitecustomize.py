"""A Pillow plugin whose decoder does harm. Python imports this module by itself where its folder is on the search path.

It takes every BMP. What it does stands behind the file's two magic bytes.
"""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Any

from PIL import BmpImagePlugin, Image, ImageFile

OUT_OF_MEMORY_MB = 1_500
BLOCK = 50_000_000


def segfault() -> None:
    """A real fault, in the thread that decodes."""
    ctypes.string_at(0)


def eat() -> None:
    """Ask for ever more memory; where nothing refuses it, end as the system's own out-of-memory killer ends a process.

    The blocks are never touched, so the machine that runs the test does not feel it.
    """
    hoard: list[bytes] = []
    while len(hoard) * BLOCK < OUT_OF_MEMORY_MB * 1e6:
        hoard.append(bytes(BLOCK))
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    """Never come back, keep the interpreter's lock, and let nobody ask this process to end."""
    library = ctypes.PyDLL(None)  # unlike CDLL, keeps the lock while it calls
    library.signal(int(signal.SIGTERM), ctypes.c_void_p(1))  # SIG_IGN, from any thread
    library.sleep(600)


class HostileDecoder(ImageFile.PyDecoder):
    """Does what the file says."""

    _pulls_fd = True

    def decode(self, buffer: Any) -> tuple[int, int]:
        """Never comes back with a picture."""
        {b"segfault": segfault, b"eat": eat, b"hang": hang}[self.args[0]]()
        raise OSError("the hostile decoder did no harm")


class HostileFile(ImageFile.ImageFile):
    """A file that calls itself BMP."""

    format = "BMP"
    format_description = "hostile"

    def _open(self) -> None:
        """64 × 48 pixels, and a decoder that is told what to do."""
        assert self.fp is not None
        action = self.fp.read()[2:]
        self._mode, self._size = "RGB", (64, 48)
        self.tile = [ImageFile._Tile("hostile", (0, 0, 64, 48), 0, (action,))]


Image.register_decoder("hostile", HostileDecoder)
Image.register_open(BmpImagePlugin.BmpImageFile.format, HostileFile, lambda head: head[:2] == b"BM")
