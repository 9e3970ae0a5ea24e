"""Runs one experiment in fresh interpreters and makes points of their readings.

Each round is a process of its own, started here with its stdin held open: when this process dies, so does
the round with all that it started. Repeats come from several rounds, so an interval also holds what
differs from one interpreter to the next.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.config import usable_cpus
from engine.lab.model import Effort, Experiment, Mode, Point, Result
from engine.lab.reading.intervals import median_interval
from engine.machine import busy, child, leftovers, private

TICK_S = 0.1
ROUND_LIMIT_S = 60.0
CAREFUL_ROUNDS = 12
CAREFUL_S = 40.0
PRECISION = 0.1
"""Careful mode stops when every interval reaches no further than this fraction from its median."""
_BUSY_LOOK_S = 0.2
_BUSY = 0.15

Key = tuple[str, str, float | None]


class Cancelled(Exception):
    """Somebody asked for the end."""


@dataclass(slots=True)
class Readings:
    """What has arrived so far; `values` keeps the order in which series were first measured."""

    values: dict[Key, list[float]] = field(default_factory=dict)
    units: dict[Key, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def take(self, line: bytes) -> None:
        """Keep one line of a round's output."""
        kind, series, *rest = json.loads(line)
        if kind == "missing":
            self.missing[series] = rest[0]
            return
        quantity, value, unit, x = rest
        key = (series, quantity, x)
        self.values.setdefault(key, []).append(value)
        self.units[key] = unit

    def points(self) -> tuple[Point, ...]:
        """A point for each key that has values."""
        return tuple(self._point(key) for key in self.values)

    def precise(self) -> bool:
        """Whether careful mode may stop."""
        points = self.points()
        return bool(points) and all(
            max(point.high - point.median, point.median - point.low) <= PRECISION * abs(point.median)
            for point in points
        )

    def _point(self, key: Key) -> Point:
        values = self.values[key]
        median, low, high, coverage = median_interval(values)
        rounded = tuple(float(f"{value:.6g}") for value in values)
        series, quantity, x = key
        return Point(series, quantity, x, self.units[key], median, low, high, coverage, len(values), rounded)


def run_experiment(experiment: Experiment, mode: Mode, cancelled: Callable[[], bool]) -> Result:
    """Measure one experiment here and now. Raises Cancelled, after everything that was started has been ended."""
    readings = Readings()
    used = busy.share(at_least_s=_BUSY_LOOK_S)
    started_at, began_s = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    problem: str | None = None
    rounds = 0
    for number in rounds_of(experiment, mode, began_s, readings):
        problem = run_round(experiment, readings, cancelled, number)
        if problem:
            break
        rounds += 1
    used = round(max(used, busy.share(at_least_s=_BUSY_LOOK_S)), 3)
    return Result(
        name=experiment.name,
        points=readings.points(),
        missing=readings.missing,
        started_at=started_at,
        seconds=round(time.perf_counter() - began_s, 3),
        rounds=rounds,
        busy=used,
        warning=busy_warning(used),
        problem=problem,
    )


def rounds_of(experiment: Experiment, mode: Mode, began_s: float, readings: Readings) -> Iterator[int]:
    """As many rounds as the mode asks for."""
    yield from range(experiment.rounds)
    if mode == "quick":
        return
    for number in range(experiment.rounds, CAREFUL_ROUNDS):
        if readings.precise() or time.perf_counter() - began_s > CAREFUL_S:
            return
        yield number


def run_round(
    experiment: Experiment, readings: Readings, cancelled: Callable[[], bool], number: int = 0
) -> str | None:
    """One fresh interpreter, to its end; gives what went wrong, in a sentence. Raises Cancelled."""
    with private.scratch("lab") as scratch, tempfile.TemporaryFile() as errors:
        effort = Effort(experiment.repeats, usable_cpus(), str(scratch), leftovers.prefix(), number)
        process = _start(experiment, effort, errors)
        try:
            _read(process, readings, cancelled)
            code = process.wait()
        except TimeoutError:
            return f"It was ended after {ROUND_LIMIT_S:.0f} s, which none should need; its figures are those so far."
        finally:
            _end(process)
        if code == 0:
            return None
        errors.seek(0)
        return f"It could not be finished here ({_why(code, errors.read().decode('utf-8', 'replace'))})."


def _why(code: int, said: str) -> str:
    """Why a round ended with this exit code: the signal that ended it, else its last words."""
    with contextlib.suppress(ValueError):  # not a signal that this system names
        name = signal.Signals(-code).name
        full = ", as when /dev/shm is full" if name == "SIGBUS" else ""
        return f"its process was ended by {name}{full}"
    return (said.strip().splitlines() or [f"exit code {code}"])[-1][:300]


def _start(experiment: Experiment, effort: Effort, errors: Any) -> subprocess.Popen[bytes]:
    return child.start(
        ["-m", "engine.lab", experiment.name, json.dumps(asdict(effort)), str(os.getpid())],
        path=child.ROOT, variables={"TMPDIR": effort.scratch}, stderr=errors,
    )  # fmt: skip


def _read(process: subprocess.Popen[bytes], readings: Readings, cancelled: Callable[[], bool]) -> None:
    """Take readings until the round closes its output. Raises Cancelled or TimeoutError."""
    assert process.stdout is not None
    deadline, rest = time.perf_counter() + ROUND_LIMIT_S, b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(TICK_S):
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    return
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    readings.take(line)
            if cancelled():
                raise Cancelled
            if time.perf_counter() > deadline:
                raise TimeoutError


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the round and all that it started, and remove what it may have left in shared memory."""
    child.end(process)
    leftovers.sweep(own=True)


def busy_warning(used: float) -> str | None:
    """A sentence where the machine was too busy for a measurement to be trusted."""
    if used < _BUSY:
        return None
    return f"Other programs used {used:.0%} of this machine just before or after: measure again when it is idle."
