"""Keep the memory of a finished picture for the next one.

By default glibc gives large blocks back to the system, which then has to find and clear the same pages for every
picture: a tenth of the CPU time of benchmarks/images.py. What is kept is bounded, and goes when the worker ends.
"""

from __future__ import annotations

import ctypes
import os
import sys

KEPT_BYTES = 128 * 2**20
"""At most this much is kept, in each arena, when a picture is freed. 64 MiB gained less, 256 MiB no more."""

_MAPPED_FROM = 32 * 2**20
"""Larger blocks are mapped on their own and given back. The most that glibc allows on 64 bits (malloc.c,
DEFAULT_MMAP_THRESHOLD_MAX); Pillow asks for blocks of 16 MiB."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""mallopt(3): M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h."""


def keep_freed_memory() -> bool:
    """Set this process's allocator up for pictures. False where it is not glibc's on 64 bits: then nothing changes.

    Nor in a Dask worker, which may outlive the trial.
    """
    if "distributed" in sys.modules:
        return False
    if sys.platform != "linux" or sys.maxsize < 2**32 or "glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""):
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_MMAP_THRESHOLD, _MAPPED_FROM)) and bool(mallopt(_TRIM_THRESHOLD, KEPT_BYTES))
