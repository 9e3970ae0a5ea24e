"""Figures as words, for the sentences that experiments compute. Pure."""

from __future__ import annotations

_STEPS = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "bytes": ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")),
}


def seconds(value_s: float) -> str:
    """A duration with three significant digits at most: ``1.2 ms``."""
    for size, unit in _STEPS["s"]:
        if abs(value_s) >= 0.9995 * size:
            return f"{short(value_s / size)} {unit}"
    return f"{short(value_s / 1e-9)} ns"


def size(count: float) -> str:
    """Bytes in binary units, because the sizes that are tried are powers of two: ``64 KiB``."""
    for step, unit in _STEPS["bytes"]:
        if count >= step:
            return f"{short(count / step)} {unit}"
    return f"{short(count)} B"


def megabytes(value_mb: float) -> str:
    """Memory given in MB of 10^6 bytes: ``18 kB``, ``3 MB``."""
    return f"{short(value_mb)} MB" if value_mb >= 0.1 else f"{short(value_mb * 1000)} kB"


def short(value: float) -> str:
    """A number with two or three significant digits, with separators: ``0.12``, ``4.5``, ``1,230``."""
    if value == 0:
        return "0"
    text = f"{float(f'{value:.2g}' if abs(value) < 10 else f'{value:.3g}'):,.10f}"
    return text.rstrip("0").rstrip(".")


def times(ratio: float) -> str:
    """A ratio: ``1.9 times``."""
    return f"{short(ratio)} times"
