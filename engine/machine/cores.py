"""What kinds of core this machine has, where the system tells."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

_CPU = Path("/sys/devices/system/cpu")
_HYBRID = {"performance": Path("/sys/devices/cpu_core/cpus"), "efficiency": Path("/sys/devices/cpu_atom/cpus")}


def core_types() -> dict[str, int] | None:
    """How many logical cores of each type there are; None where the system does not tell.

    Linux: `cpu_core` and `cpu_atom` (Intel hybrid, perf's event sources) or `cpu_capacity` (Arm, kernel docs
    sched-capacity). macOS: sysctl `hw.perflevel<N>.logicalcpu`.
    """
    if sys.platform == "darwin":
        return _apple()
    hybrid = {name: count_of(path.read_text()) for name, path in _HYBRID.items() if path.is_file()}
    if hybrid:
        return hybrid
    capacities = Counter(path.read_text().strip() for path in _CPU.glob("cpu[0-9]*/cpu_capacity"))
    return {f"capacity {capacity}": count for capacity, count in sorted(capacities.items())} or None


def count_of(ranges: str) -> int:
    """How many CPUs a kernel list such as ``0-7,16`` names."""
    spans = [span.partition("-") for span in ranges.strip().split(",") if span]
    return sum(int(last or first) - int(first) + 1 for first, _, last in spans)


def _apple() -> dict[str, int] | None:
    found = {}
    for level, name in enumerate(("performance", "efficiency")):
        asked = subprocess.run(
            ["sysctl", "-n", f"hw.perflevel{level}.logicalcpu"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0 and asked.stdout.strip().isdigit():
            found[name] = int(asked.stdout)
    return found or None
