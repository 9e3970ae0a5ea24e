"""A page's body: counted as it arrives, unpacked piece by piece, and stopped at the cap.

The same for requests and aiohttp: both hand over raw bytes, so that a bomb meets one implementation. Every stage of a
chain of encodings is capped, and no piece is larger than 64 KiB, so memory stays near the cap however far the bytes
would unpack. Brotli and zstd are used where their packages are installed (Brotli from 1.2, which can bound its output;
backports.zstd before Python 3.14); elsewhere they are not asked for.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Protocol

from engine.errors import TaskFailed

PIECE = 65_536
LONGEST_CHAIN = 3
# RFC 9659: zstd in HTTP may ask for a window of 8 MiB at most; the library would grant 128 MiB.
ZSTD_WINDOW_LOG = 23


class Decoder(Protocol):
    """One encoding. `pieces` gives at most PIECE bytes at a time; `done` says whether the data is complete."""

    def pieces(self, data: bytes) -> Iterator[bytes]: ...

    @property
    def done(self) -> bool: ...


class Zlib:
    """gzip (also of several members, with rubbish behind them) and deflate (also without its header)."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflater = zlib.decompressobj(window)
        self._started = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflater.eof:
                if self._window != 31 or not data.startswith(b"\x1f"):
                    return
                self._inflater = zlib.decompressobj(self._window)
            yield self._inflate(data)
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail

    def _inflate(self, data: bytes) -> bytes:
        try:
            return self._inflater.decompress(data, PIECE)
        except zlib.error:
            if self._started or self._window != zlib.MAX_WBITS:
                raise
            # Many servers send raw deflate, without the zlib header that RFC 9110 asks for.
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._inflater.decompress(data, PIECE)
        finally:
            self._started = True

    @property
    def done(self) -> bool:
        return self._inflater.eof or not self._started


class Brotli:
    """br; its own window is 16 MiB at most."""

    def __init__(self) -> None:
        import brotli

        self._decoder: Any = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._decoder.is_finished():
            return
        yield self._decoder.process(data, output_buffer_limit=PIECE)
        while not self._decoder.can_accept_more_data() and not self._decoder.is_finished():
            yield self._decoder.process(b"", output_buffer_limit=PIECE)

    @property
    def done(self) -> bool:
        return bool(self._decoder.is_finished())


class Zstd:
    """zstd, with the window that HTTP allows."""

    def __init__(self) -> None:
        self._module = _zstd()
        self._decoder = self._new()

    def _new(self) -> Any:
        options = {self._module.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        return self._module.ZstdDecompressor(options=options)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data or not (self._decoder.needs_input or self._decoder.eof):
            if self._decoder.eof:
                self._decoder = self._new()
            yield self._decoder.decompress(data, PIECE)
            data = self._decoder.unused_data if self._decoder.eof else b""

    @property
    def done(self) -> bool:
        return bool(self._decoder.eof)


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: Zlib(31),
    "x-gzip": lambda: Zlib(31),
    "deflate": lambda: Zlib(zlib.MAX_WBITS),
    "br": Brotli,
    "zstd": Zstd,
}


@cache
def accepted() -> str:
    """The Accept-Encoding header: what can be unpacked here, found out by trying (subinterpreters load less)."""
    names = ["gzip", "deflate"]
    for name in ("br", "zstd"):
        try:
            DECODERS[name]()
        except ImportError:
            continue
        names.append(name)
    return ", ".join(names)


class _Full(Exception):
    """More came than may be kept."""


class Body:
    """Collects one body. `cap` in bytes holds for what arrives, for every stage and for the result.

    With `cut`, what exceeds the cap is dropped and `full` becomes true; without, it is a failure.
    """

    def __init__(self, encoding: str, cap: int, cut: bool = False) -> None:
        self._cap, self._cut = cap, cut
        self.full = False
        self._arrived = 0
        self._decoders = _chain(encoding)
        self._counts = [0] * len(self._decoders)
        self._kept = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what arrived. Raises TaskFailed: too_large, damaged."""
        self._arrived += len(data)
        try:
            self._within(self._arrived)
            self._pass(0, data)
        except TaskFailed:
            raise
        except _Full:
            self.full = True
        except Exception as error:  # each library has its own error for damaged data; all mean the same here
            raise TaskFailed("damaged", f"The page's compressed data is damaged ({error}).") from None

    def result(self) -> bytes:
        """The whole body. Raises TaskFailed (incomplete) where the packed data stops short."""
        if self._arrived and not self.full and not all(decoder.done for decoder in self._decoders):
            raise TaskFailed("incomplete", "The page's compressed data stops before its end.")
        return bytes(self._kept)

    def _pass(self, stage: int, data: bytes) -> None:
        if stage == len(self._decoders):
            self._within(len(self._kept) + len(data))
            self._kept += data
            return
        for piece in self._decoders[stage].pieces(data):
            self._counts[stage] += len(piece)
            self._within(self._counts[stage])
            self._pass(stage + 1, piece)

    def _within(self, size: int) -> None:
        if size > self._cap:
            if self._cut:
                raise _Full
            raise TaskFailed("too_large", f"The page is larger than {self._cap / 1e6:g} MB, the limit for one page.")


def _chain(encoding: str) -> list[Decoder]:
    """The decoders in the order in which they are to be applied (RFC 9110 8.4: listed as they were applied).

    Words that are no encoding are passed over, as browsers do.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    known = [*accepted().split(", "), "x-gzip"]
    packed = [name for name in names if name in known]
    if len(packed) > LONGEST_CHAIN or any(name in _ELSEWHERE and name not in known for name in names):
        raise TaskFailed("not_a_web_page", f"The page is packed in a way that is not known here ({encoding[:60]!r}).")
    return [DECODERS[name]() for name in reversed(packed)]


_ELSEWHERE = frozenset(("compress", "x-compress", "br", "zstd", "dcb", "dcz", "bzip2", "xz", "lzma", "exi"))
"""Encodings that there are (IANA's register, and some in use). Any other word (none, utf-8, text) packs nothing."""
