"""How much memory a run's images need at the most, and how many workers therefore fit: before anything is decoded.

The figures are upper bounds fitted to measured peaks (tests/engine/workloads/images/sets/test_memory.py measures them
again).
"""

from __future__ import annotations

import math
import multiprocessing
import sys
from collections.abc import Iterable
from heapq import nlargest
from pathlib import Path

from engine.protocol.elsewhere import Elsewhere
from engine.workloads.images.making.allocator import KEPT_BYTES
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.making.resizing import needed, reduction
from engine.workloads.images.making.sizes import place
from engine.workloads.images.opening.opening import Header

WORKER_BYTES = 60_000_000
"""An interpreter with Pillow and its codecs loaded."""

SHARE = 0.8
"""Of what is available; the rest is for everybody else and for the page cache."""

_PER_PIXEL: dict[str, float] = {
    "PNG": 5.5,
    "WEBP": 18.0,
    "GIF": 6.0,
    "TIFF": 8.0,
    "BMP": 5.5,
    "AVIF": 10.0,
    "HEIF": 14.0,
}
"""Bytes for each pixel while a file is decoded and brought to a mode that can be scaled, its content aside."""

_ALPHA = 4.5
"""More for each pixel with alpha: a copy whose colours are multiplied by it."""

_COEFFICIENTS = 6.0
"""Bytes for each full-size pixel that libjpeg keeps of a progressive JPEG: three channels of 16 bits at 4:4:4."""


def estimate_memory(inputs: Iterable[Header], resizing: Resizing, workers: int = 1) -> int:
    """Bytes per worker at the most, when the `workers` largest inputs are in work at the same time."""
    peaks = nlargest(max(workers, 1), (peak_bytes(header, resizing) for header in inputs))
    return math.ceil(sum(peaks) / len(peaks)) if peaks else 0


def worker_bytes(inputs: Iterable[Header], resizing: Resizing, workers: int) -> int:
    """Bytes of one worker at the most: its interpreter, its pictures, and what it keeps of earlier ones meanwhile."""
    pictures = estimate_memory(inputs, resizing, workers)
    return WORKER_BYTES + pictures + min(pictures, KEPT_BYTES)


def peak_bytes(header: Header, resizing: Resizing) -> int:
    """Bytes at the most while one image is resized; its orientation is not known yet, so both ways count."""
    upright = (header.width, header.height)
    return max(_peak(header, upright, resizing), _peak(header, upright[::-1], resizing))


def _peak(header: Header, upright: tuple[int, int], resizing: Resizing) -> int:
    placements = [place(upright, size, resizing.fit, resizing.anchor, resizing.enlarge) for size in resizing.parsed]
    pixels = header.width * header.height
    decoded = float(pixels)
    if header.format in ("JPEG", "MPO"):
        shrink = reduction(upright, needed(upright, placements))
        decoded = pixels / shrink**2
        peak = decoded * 4.5 + (pixels * _COEFFICIENTS if header.progressive else 0.0)
    else:
        alpha = "A" in header.mode or header.mode == "P"
        peak = pixels * (_PER_PIXEL.get(header.format, 8.0) + (_ALPHA if alpha else 0.0))
    # The first pass narrows rows to the output's width; then the result, its turned copy and its encoder's buffer.
    tall = decoded / upright[0]
    outputs = max(4 * placement.scaled[0] * tall + 12 * math.prod(placement.canvas) for placement in placements)
    return math.ceil(header.bytes * 1.2 + peak + outputs)


def workers_that_fit(
    inputs: Iterable[Header], resizing: Resizing, workers: int, available: int | None = None
) -> tuple[int, str | None]:
    """As many of the wanted workers as fit into `available` bytes (what is free now, by default), at least one.

    The sentence says why there are fewer than wanted, or that even one may not fit; else it is None.
    """
    headers = list(inputs)
    free = int((available_bytes() if available is None else available) * SHARE)
    fitting = workers
    while fitting > 1 and fitting * worker_bytes(headers, resizing, fitting) > free:
        fitting -= 1
    need = worker_bytes(headers, resizing, fitting)
    told = f"The largest pictures need about {need / 1e6:,.0f} MB a worker, and {free / 1e6:,.0f} MB are to be had"
    if need * fitting > free:
        return 1, f"{told}: even one worker may run out of memory; leave the largest pictures out."
    if fitting < workers:
        return fitting, f"{told}: {fitting} of {workers} workers are used."
    return workers, None


def may_be_limited() -> bool:
    """Whether this process is a worker that ends with its trial, so that a limit on it harms nobody else.

    Not where workers are threads of the trial's own process. Not in a Dask worker itself, whose memory Dask keeps
    within a limit of its own; but in the process beside one that runs a trial's tasks.
    """
    own = multiprocessing.parent_process() is not None or Elsewhere.away
    return own and "distributed" not in sys.modules


def limit_this_process(more_bytes: int) -> bool:
    """Let this process map at most `more_bytes` more than now, so that a picture that needs more fails alone.

    For a worker process of its own: the limit (RLIMIT_AS) holds for all threads. False where the system has none.
    Pillow then raises MemoryError; a library that aborts instead costs its worker, not the machine.
    """
    try:
        import resource
    except ImportError:
        return False  # Windows.
    mapped = Path("/proc/self/statm")
    if not mapped.exists():
        return False  # macOS knows the limit but does not keep it.
    now = int(mapped.read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + more_bytes, hard))
    return True


def available_bytes() -> int:
    """Memory that programs could use now: the system's (psutil), or what a container's limit leaves (cgroup v2)."""
    import psutil  # Only the side that plans a run asks; workers never import it.

    free = int(psutil.virtual_memory().available)
    root = Path("/sys/fs/cgroup")
    try:
        limit = (root / "memory.max").read_text().strip()
        used = int((root / "memory.current").read_text())
        cached = _cached(root / "memory.stat")
        return min(free, int(limit) - used + cached) if limit != "max" else free
    except (OSError, ValueError):
        return free  # No such limit is set here, or this is not Linux.


def _cached(path: Path) -> int:
    """The file cache that counts as used but is given back on demand."""
    lines = (line.split() for line in path.read_text().splitlines())
    return next((int(value) for name, value in lines if name == "inactive_file"), 0)
