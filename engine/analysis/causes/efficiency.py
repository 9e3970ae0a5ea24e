"""What of W workers' time was lost, and to what: efficiencies that multiply to the whole.

In the way of the POP metrics (M. Wagner et al., A structured approach to performance analysis, 2017: parallel
efficiency = load balance × communication efficiency, times how the computation itself scales):

    work / (W × wall) = load balance × hand-over × CPU at hand × no turns × same CPU time

`work` is what the tasks take alone, on a CPU and blocked, net of other programs. Every factor is a ratio of measured
sums, so their product is the left side exactly; one that exceeds 1 was a gain. Stands above `trials` and `net`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from math import exp, log
from statistics import fmean, median

from engine.analysis.trials import TimedTrial

MOST_GAIN = 1.25
"""Caches and clocks may make tasks a little cheaper side by side than alone, hardly by more."""


@dataclass(frozen=True, slots=True)
class Alone:
    """What all tasks take one after the other, in seconds: on a CPU, and blocked."""

    cpu_s: float
    blocked_s: float

    @property
    def work_s(self) -> float:
        """Both together."""
        return self.cpu_s + self.blocked_s


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The factors, each a share that was not lost.

    `load_balance`: until the last task ended, workers had tasks. `hand_over`: while they had, they were at one.
    `cpu_at_hand`: at one, they did not wait for a CPU. `no_turns`: they were blocked no longer than tasks are alone.
    `same_cpu`: the tasks cost no more CPU time than alone.
    """

    load_balance: float
    hand_over: float
    cpu_at_hand: float
    no_turns: float
    same_cpu: float

    @property
    def whole(self) -> float:
        """Their product: the work done alone ÷ the workers' time."""
        product = 1.0
        for one in fields(self):
            product *= getattr(self, one.name)
        return product

    @property
    def tells(self) -> bool:
        """Whether it describes a loss: a factor far above 1 says that the tasks alone were not measured as they are."""
        return max(getattr(self, one.name) for one in fields(self)) <= MOST_GAIN and self.whole <= MOST_GAIN


def alone_of(baseline: Sequence[TimedTrial]) -> Alone | None:
    """The tasks' own work from the baseline's trials; None unless it has one worker and the kernel tells its delays."""
    known = [
        (trial.cpu_s, max(0.0, trial.net_s - trial.cpu_s))
        for trial in baseline
        if trial.configuration.workers == 1 and trial.net_s is not None and trial.cpu_s
    ]
    if not known:
        return None
    return Alone(median(cpu for cpu, _ in known), median(blocked for _, blocked in known))


def efficiency_of(trial: TimedTrial, alone: Alone) -> Efficiency | None:
    """One trial's factors; None where its tasks' split is not known."""
    split, workers = trial.split, trial.configuration.workers
    if split is None or split.task_s <= 0 or split.cpu_s <= 0 or alone.work_s <= 0:
        return None
    # Native threads and children can make the CPU time longer than the tasks: then nothing is left to be blocked.
    in_tasks_s = max(split.task_s, split.cpu_s + split.delay_s)
    running_s = in_tasks_s - split.delay_s
    as_alone_s = split.cpu_s + alone.blocked_s
    return Efficiency(
        load_balance=split.spread / workers,
        hand_over=in_tasks_s / (split.spread * trial.wall_s),
        cpu_at_hand=running_s / in_tasks_s,
        no_turns=as_alone_s / running_s,
        same_cpu=alone.work_s / as_alone_s,
    )


def mean_efficiency(trials: Iterable[TimedTrial], alone: Alone | None) -> Efficiency | None:
    """The geometric means over a configuration's trials, so that they still multiply to their own whole."""
    found = [one for trial in trials if alone and (one := efficiency_of(trial, alone))]
    if not found:
        return None
    names = [one.name for one in fields(Efficiency)]
    return Efficiency(*(exp(fmean(log(getattr(one, name)) for one in found)) for name in names))
