"""How busy the machine is right now, by the kernel's own count; the cheapest reading that there is."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

AT_LEAST_S = 0.05
"""The kernel counts in hundredths of a second: a shorter stretch would be a matter of chance."""


@dataclass(frozen=True, slots=True)
class CpuReading:
    """CPU seconds since the start of the machine, over all CPUs, and when they were read."""

    idle_s: float
    total_s: float
    at_s: float

    def used_since(self, first: CpuReading, apart_s: float = 0.0) -> float:
        """The share of all CPU time that was used since `first`, 0 to 1, without `apart_s` CPU seconds of it."""
        total_s, idle_s = self.total_s - first.total_s, self.idle_s - first.idle_s
        return min(1.0, max(0.0, (total_s - idle_s - apart_s) / total_s)) if total_s > 0 else 0.0


def reading() -> CpuReading:
    """The count as it is now."""
    times = psutil.cpu_times()
    return CpuReading(times.idle + getattr(times, "iowait", 0.0), sum(times[:8]), time.monotonic())


def share(since: CpuReading | None = None, at_least_s: float = AT_LEAST_S) -> float:
    """The share of all CPU time that was used since a reading, 0 to 1; without one, over the next `at_least_s`."""
    first = since or reading()
    if (left_s := first.at_s + at_least_s - time.monotonic()) > 0:
        time.sleep(left_s)
    return reading().used_since(first)
