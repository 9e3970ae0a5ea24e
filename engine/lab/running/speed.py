"""The measurement that several experiments share: the same work on every executor, at several worker counts.

A reading is a speed: the time of a plain loop over the same items, taken just before in the same interpreter,
divided by this time, so a machine that slows down slows both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from engine.errors import NotAvailable
from engine.lab.model import Effort, Finding, Point, Result, Say
from engine.lab.running.pools import Chore, Inline, Runner, opened

POINT_S = 0.08
"""The work of one point, in seconds of one worker."""
SPEED, TIME = "speed", "time"
CLEAR = 1.15
"""A speed above this is called a gain: less could be the noise of a shared machine."""


def amount_for(chore: Chore, seconds: float) -> int:
    """How much of a chore takes about so long here, at least 1."""
    amount, took = 1, 0.0
    while took < 0.004:
        amount *= 2
        began = time.perf_counter()
        chore(amount)
        took = time.perf_counter() - began
    took = median([took, *(timed(Inline(), chore, [amount]) for _ in range(2))])
    return max(1, round(amount * seconds / took))


def timed(runner: Runner, chore: Chore, items: Sequence[int]) -> float:
    """Seconds for all items."""
    began = time.perf_counter()
    runner.run(chore, items)
    return time.perf_counter() - began


def measure_speed(
    say: Say, effort: Effort, chore: Chore, executors: Sequence[str], counts: Sequence[int], prefix: str = "",
    amount: int | None = None,
) -> None:  # fmt: skip
    """Emit speeds (× a plain loop) and times (s) for each executor and worker count; x is the count."""
    tasks = 2 * max(counts)
    items = [amount or amount_for(chore, POINT_S / tasks)] * tasks
    runners = open_all(say, chore, items[0], executors, counts, prefix)
    for _ in range(effort.repeats):
        for name in dict.fromkeys(name for name, _ in runners):
            alone = timed(Inline(), chore, items)
            for count in counts:
                took = timed(runners[name, count], chore, items)
                say.reading(prefix + name, SPEED, alone / took, "×", count)
                say.reading(prefix + name, TIME, took, "s", count)
    for runner in runners.values():
        runner.close()


def open_all(
    say: Say, chore: Chore, item: int, executors: Sequence[str], counts: Sequence[int], prefix: str
) -> dict[tuple[str, int], Runner]:
    """Every executor at every count, warm; what cannot be had is told with its reason."""
    runners: dict[tuple[str, int], Runner] = {}
    for name in executors:
        for count in counts:
            try:
                runners[name, count] = opened(name, count, chore, item)
            except NotAvailable as error:
                say.missing(prefix + name, str(error))
                break
    for name in executors:  # an executor that failed at a later count is left out whole
        if (name, counts[-1]) not in runners:
            for count in counts:
                if left := runners.pop((name, count), None):
                    left.close()
    return runners


def best(result: Result, series: str) -> Point | None:
    """The fastest of a series' points beyond one worker."""
    line = [point for point in result.line(series, SPEED) if (point.x or 0) > 1]
    return max(line, key=lambda point: point.median, default=None)


def gains(point: Point | None) -> bool | None:
    """Whether a point is faster than a plain loop: True, False, or None where its interval does not tell."""
    if point is None:
        return None
    if point.median <= CLEAR:
        return False
    return True if point.low > 1 else None


TOO_BUSY = 0.5
"""With more of the machine in use by others, what gains cannot be seen."""


def crowded(result: Result, figures: str) -> Finding | None:
    """The finding where other programs left too little of the CPUs for a speed to mean anything; else None."""
    if result.busy <= TOO_BUSY:
        return None
    return Finding(None, f"Other programs used {result.busy:.0%} of this machine, so nothing can be said: {figures}.")


def told(point: Point) -> str:
    """A point in words: ``1.9 times (1.8–1.95) with 2 workers``."""
    return f"{point.median:.2f} times ({point.low:.2f}–{point.high:.2f}) with {point.x:g} workers"
