"""What the workers of a reference used, read from outside them: no line of ours runs in their tasks.

Linux tells it in /proc: schedstat of each thread (nanoseconds on a CPU, and waiting for one) and the children's
times in stat (proc(5), fields 16 and 17, in clock ticks). Elsewhere only this process's own CPU time is known.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.machine.usage import process_cpu_s

_NS = 1e-9


class Scheduled(NamedTuple):
    """Seconds on a CPU and seconds waiting for one; None where the system does not tell."""

    cpu_s: float | None
    run_delay_s: float | None

    def since(self, before: Scheduled) -> Scheduled:
        """What came after `before`."""
        pairs = zip(self, before, strict=True)
        return Scheduled(*(None if None in pair else pair[0] - pair[1] for pair in pairs))  # type: ignore[operator]


def scheduled(workers: Iterable[int]) -> Scheduled:
    """Up to now, of this process and the processes `workers`. The delay is the workers' alone, where there are any."""
    others = [pid for pid in workers if pid and pid != os.getpid()]
    readings = [_of(pid) for pid in others]
    if not others:
        own = _of(os.getpid())
        return Scheduled(process_cpu_s(), own[1] if own else None)
    known = [one for one in readings if one is not None]
    if len(known) < len(others):
        return Scheduled(None, None)
    return Scheduled(process_cpu_s() + sum(cpu for cpu, _ in known), sum(delay for _, delay in known))


def _of(pid: int) -> tuple[float, float] | None:
    cpu_s = delay_s = 0.0
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
                on_ns, waited_ns, _ = (thread / "schedstat").read_text().split()
                cpu_s, delay_s = cpu_s + int(on_ns) * _NS, delay_s + int(waited_ns) * _NS
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    ticks = int(fields[13]) + int(fields[14])
    return cpu_s + ticks / os.sysconf("SC_CLK_TCK"), delay_s
