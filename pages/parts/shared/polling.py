"""How often the page of a live run looks: watching must not change what is watched.

Drawing the page anew costs the browser 0.1 to 0.2 s of CPU time and the server 0.02 (benchmarks/observer.py). While
something is measured, that happens once in four seconds. On a job's page what moves faster (headline figures, bar and
lanes) is asked for every second by the lanes' own script, which costs a tenth of that; it has the page drawn anew when
the run has its first result, begins or ends, and every few seconds besides. Once the run keeps the machine's CPUs busy,
when all of this takes time from its tasks, both happen as seldom as they must.
"""

from __future__ import annotations

from typing import Any

from engine.machine.busy import reading

LOOK_S = 4.0
"""Seconds between two looks of a measuring run's page."""
JOB_LOOK_S = 20.0
"""Of a job's page on a busy machine."""
BEGINS = "begins"
"""The stage of a run that has no result yet."""
PACE: dict[str, Any] = {
    "every_ms": 1000, "look_ms": 3000, "busy": 0.8, "busy_ms": 4000, "begins": BEGINS, "first_ms": 60,
    "eager_ms": 4000, "patience_ms": 8000,
}  # fmt: skip
"""Milliseconds between two askings for figures, before the first result (`first_ms`: somebody waits for it, and for the
first `eager_ms` the CPUs are busy with nothing but its start) and after it, between two looks, and until a look that
did not come is asked for again. Above the share `busy` of all CPU time the machine counts as busy: then looks are
JOB_LOOK_S apart, and askings `busy_ms`."""


def interval_s(kind: str) -> float:
    """Seconds from one look to the next."""
    return JOB_LOOK_S if kind == "job" else LOOK_S


def clock() -> list[float]:
    """CPU seconds since the start of the machine over all CPUs: [idle, all]; two of them tell how busy it was."""
    now = reading()
    return [now.idle_s, now.total_s]
