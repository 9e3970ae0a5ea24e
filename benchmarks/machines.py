"""Simulated machines for calibration.py: what a trial's wall time is multiplied with, one trial after the other.

A machine is made anew for each comparison, because some have a memory: a drift, a neighbour that comes and goes, a
recorded trace that is played from a random point on. Each draw gives two factors, of the wall time by the clock and of
the one net of other programs; the second is None where a machine does not tell (`schedstat` is missing).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import exp, log, sqrt
from statistics import fmean

Draw = Callable[[int], tuple[float, float | None]]
"""The factors of the next trial, given the number of its configuration (0 is the baseline)."""
Machine = Callable[[random.Random], Draw]


def independent(factor: Callable[[random.Random], float]) -> Machine:
    """A machine without a memory."""
    return lambda rng: lambda _: (factor(rng), None)


def gaussian(deviation: float) -> Machine:
    """Noise that multiplies a wall time by 1 + a normal deviate."""
    return independent(lambda rng: max(0.05, 1 + rng.gauss(0, deviation)))


def bursts(deviation: float, share: float = 0.10, most: float = 0.5) -> Machine:
    """Gaussian noise, and in a share of the trials something else slows the machine by up to `most`."""

    def factor(rng: random.Random) -> float:
        slowed = rng.uniform(0.1, most) if rng.random() < share else 0.0
        return max(0.05, 1 + rng.gauss(0, deviation)) * (1 + slowed)

    return independent(factor)


def heavy_tails(scale: float = 0.05, freedom: int = 3) -> Machine:
    """Logarithms follow Student's t with so few degrees of freedom: once in a while a trial is far off."""

    def factor(rng: random.Random) -> float:
        chi = sum(rng.gauss(0, 1) ** 2 for _ in range(freedom))
        return exp(scale * rng.gauss(0, 1) / sqrt(chi / freedom))

    return independent(factor)


def unequal(deviation: float = 0.03, times: float = 4.0) -> Machine:
    """The last configuration but the baseline varies several times as much as the others: it is number 1."""
    return lambda rng: lambda number: (exp(rng.gauss(0, deviation * (times if number == 1 else 1.0))), None)


def autocorrelated(deviation: float = 0.10, memory: float = 0.8, white: float = 0.03) -> Machine:
    """A first-order autoregression (what slows one trial slows the next, too) and a little white noise."""

    def machine(rng: random.Random) -> Draw:
        level = rng.gauss(0, deviation)

        def draw(_: int) -> tuple[float, float | None]:
            nonlocal level
            level = memory * level + rng.gauss(0, deviation * sqrt(1 - memory**2))
            return exp(level + rng.gauss(0, white)), None

        return draw

    return machine


def drift(a_trial: float = 0.01, deviation: float = 0.05) -> Machine:
    """A machine that becomes slower with every trial, steadily."""

    def machine(rng: random.Random) -> Draw:
        level = 0.0

        def draw(_: int) -> tuple[float, float | None]:
            nonlocal level
            level += a_trial
            return exp(level + rng.gauss(0, deviation)), None

        return draw

    return machine


def replayed(trace: Sequence[tuple[float, float | None]], net: bool = True) -> Machine:
    """(wall, net) seconds of recorded trials of one configuration, in their order from a random one on.

    Without `net` only the wall times are told, as on a system without schedstat.
    """
    centres = [exp(fmean(log(value) for value in column if value)) for column in zip(*trace, strict=True)]
    told = net and all(known for _, known in trace)

    def machine(rng: random.Random) -> Draw:
        at = rng.randrange(len(trace))

        def draw(_: int) -> tuple[float, float | None]:
            nonlocal at
            wall_s, net_s = trace[at % len(trace)]
            at += 1
            # Both over the net's centre, so that one unit of time is a trial on a machine of its own.
            unit = centres[1] if told else centres[0]
            return wall_s / unit, net_s / unit if told and net_s else None

        return draw

    return machine
