"""Where an event loop's time went: on a CPU, ready without one, or with nothing to do.

Of single coroutines that cannot be told, because all share a thread: what one computes holds up every other. Of the
thread as a whole it can, from the trial's CPU time and the thread's run-queue delay. Stands above `engine.model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from engine.model import Configuration, Measurement
from engine.text import percent

OVERLAP = 0.02
"""Clocks are read one after the other: by so much of the wall time their sum may pass it."""
FULL = 0.8
"""From this share on a CPU on, one thread is what all coroutines wait for."""


@dataclass(frozen=True, slots=True)
class LoopTime:
    """Seconds of one trial, or shares of the wall time."""

    on_cpu: float
    ready: float
    """Without a CPU, because others held them."""
    idle: float
    """Awaiting: nothing to do before something comes."""


def loop_time(configuration: Configuration, measured: Measurement | None) -> LoopTime | None:
    """The seconds of one trial's event loop; None for other executors, and where threads or processes of its tasks
    computed beside it: then the trial's CPU time is not the loop's."""
    if configuration.executor != "asyncio" or measured is None:
        return None
    wall_s, cpu_s, ready_s = measured.wall_s, measured.cpu_s, measured.run_delay_s
    if not wall_s or cpu_s is None or ready_s is None:
        return None
    on_cpu_s = max(0.0, cpu_s - (measured.loop_s or 0.0))  # without the thread that hands tasks out
    if on_cpu_s + ready_s > wall_s * (1 + OVERLAP):
        return None
    return LoopTime(on_cpu_s, ready_s, max(0.0, wall_s - on_cpu_s - ready_s))


def loop_shares(configuration: Configuration, trials: Sequence[Measurement | None]) -> LoopTime | None:
    """The mean shares of a configuration's trials; None unless all of them tell."""
    found = [(loop_time(configuration, one), one.wall_s) for one in trials if one is not None]
    shares = [
        (time.on_cpu / wall_s, time.ready / wall_s, time.idle / wall_s) for time, wall_s in found if time and wall_s
    ]
    if not shares or len(shares) < len(trials):
        return None
    return LoopTime(*(fmean(column) for column in zip(*shares, strict=True)))


def in_words(shares: LoopTime | None) -> list[str]:
    """The split in a sentence, and what follows of a loop that is full."""
    if shares is None:
        return []
    text = (
        f"The event loop, one thread for all of them, was on a CPU for {percent(shares.on_cpu)} of the time, waited "
        f"for one for {percent(shares.ready)}, and had nothing to do for {percent(shares.idle)}."
    )
    full = "What they compute keeps that thread busy: more coroutines gain nothing." if shares.on_cpu >= FULL else ""
    return [text, full] if full else [text]
