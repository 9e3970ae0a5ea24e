"""What tests of the command line share: how much memory a command and its children take."""

from __future__ import annotations

from pathlib import Path

import psutil


def peaks_mb(process: psutil.Process) -> dict[str, float]:
    """Peak resident memory (VmHWM, else RSS now) of a command and what it started, by what they are."""
    found: dict[str, float] = {}
    try:
        for one in [process, *process.children(recursive=True)]:
            words = one.cmdline()[1:5]
            kinds = [word for word in ("work", "trial") if word in words]
            name = kinds[0] if kinds else "command" if one == process else "worker"
            found[name] = max(found.get(name, 0.0), _peak_mb(one))
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return found
    return found


def _peak_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024 / 1e6
    return float(process.memory_info().rss) / 1e6
