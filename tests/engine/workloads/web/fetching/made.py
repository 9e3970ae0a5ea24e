"""What tests of fetching share: how a fetch fails, and answers that unpack to far more."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest

from engine.errors import TaskFailed
from tests.engine.workloads.web.conftest import Browser


def failure_of(browser: Browser, url: str) -> TaskFailed:
    """How this fetch failed; a fetch that succeeds fails the test."""
    with pytest.raises(TaskFailed) as failure:
        browser.fetch(url)
    return failure.value


def packed(encoding: str) -> bytes:
    """40 MB of zeros, packed as this encoding says."""
    data: Iterator[bytes] = (bytes(1_000_000) for _ in range(40))
    for name in encoding.split(", "):
        data = iter([_packed_once(name, data)])
    return next(data)


def _packed_once(name: str, data: Iterator[bytes]) -> bytes:
    if name in ("gzip", "deflate"):
        packer = zlib.compressobj(6, wbits=31 if name == "gzip" else 15)
        return b"".join([*(packer.compress(piece) for piece in data), packer.flush()])
    if name == "br":
        import brotli

        brotler = brotli.Compressor(quality=4)
        return b"".join([*(brotler.process(piece) for piece in data), brotler.finish()])
    from engine.workloads.web.fetching.unpack import _zstd

    zstd = _zstd().ZstdCompressor(level=3)
    return b"".join([*(zstd.compress(piece) for piece in data), zstd.flush()])


BOMBS = ["gzip", "deflate", "br", "zstd", "gzip, gzip", "deflate, br", "gzip, zstd", "br, br, gzip"]
