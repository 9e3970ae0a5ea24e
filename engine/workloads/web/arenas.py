"""Few arenas for many threads: a page that one thread has read makes room for the next one's.

By default glibc gives each thread an arena of its own, up to eight for each CPU, and what is freed in one is of no use
to the others: with 128 threads, every arena keeps the memory of the largest page that was ever read in it.
"""

from __future__ import annotations

import ctypes
import os
import sys

_ARENA_MAX = -8
"""mallopt(3): M_ARENA_MAX of malloc.h."""


def few_arenas(most: int) -> bool:
    """Let this process's allocator make at most so many arenas. False where it is not glibc's: then nothing changes.

    Nor in a Dask worker, which may outlive the trial. Arenas that exist stay.
    """
    if "distributed" in sys.modules:
        return False
    if sys.platform != "linux" or "glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""):
        return False
    return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, most))
