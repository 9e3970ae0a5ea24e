"""What a run ran on: the machine, this Python and the libraries, as plain values."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from contextlib import suppress
from typing import Any

import psutil

from engine.config import usable_cpus

LIBRARIES = ("requests", "Pillow", "selectolax", "aiohttp", "cykooz.resizer", "distributed")


def environment() -> dict[str, Any]:
    """Host, system, CPUs, memory (MB of 10^6 bytes), load, Python, GIL and library versions, as they are now."""
    memory = psutil.virtual_memory()
    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": processor(),
        "cpus_usable": usable_cpus(),
        "cpus": os.cpu_count(),
        "memory_mb": round(memory.total / 1e6),
        "memory_free_mb": round(memory.available / 1e6),
        "load_1min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "power": power(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "gil": gil(),
        "executable": os.path.basename(sys.executable),
        "libraries": {name: version for name in LIBRARIES if (version := _version(name))},
    }


def gil() -> bool:
    """Whether this Python runs with a global interpreter lock."""
    enabled = getattr(sys, "_is_gil_enabled", None)
    return True if enabled is None else bool(enabled())


def power() -> str | None:
    """mains or battery, where the system tells."""
    try:
        reading = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    except OSError:  # a container without /sys
        reading = None
    if reading is None:
        return None
    return "mains" if reading.power_plugged else "battery"


def processor() -> str | None:
    """The processor's model name, where the system tells."""
    if sys.platform == "linux":
        # A sandbox may keep /proc to itself: that is no reason for a run not to start.
        with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or None


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
