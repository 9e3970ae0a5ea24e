"""What the analysis looks at: one finished trial as a frozen value, and views over many of them.

A comparison runs in randomised blocks: each block holds every configuration once and the
baseline twice. Stands above `engine.model`, below everything else in the analysis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, fsum, log
from statistics import fmean, median
from typing import Literal

from engine.analysis.net import Split, net_wall_s, split_of
from engine.model import Configuration, Measurement, Record, Trial

Role = Literal["baseline", "baseline_again", "candidate"]
Basis = Literal["wall", "net"]
"""Whether seconds are by the clock or net of other programs."""
Blocks = dict[int, float]


@dataclass(frozen=True, slots=True)
class TimedTrial:
    """One finished trial. None stands where something could not be measured.

    `block` is the randomised block (the repeat). `other_busy` is the fraction of the machine that
    other programs used, `net_s` the wall time net of them.
    `fingerprints` maps a task's index to its output's fingerprint; failed tasks are absent.
    """

    configuration: Configuration
    block: int
    wall_s: float
    role: Role = "candidate"
    startup_s: float | None = None
    teardown_s: float | None = None
    cpu_s: float | None = None
    peak_pss_mb: float | None = None
    tasks: int = 0
    failed: int = 0
    task_s_sum: float | None = None
    task_s_median: float | None = None
    fingerprints: Mapping[int, str] = field(default_factory=dict)
    other_busy: float | None = None
    order: int | None = None
    net_s: float | None = None
    split: Split | None = None
    measured: Measurement | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """One configuration's figures over its trials: medians, as in every chart and table."""

    configuration: Configuration
    trials: int
    wall_s: float
    startup_s: float | None
    teardown_s: float | None
    peak_pss_mb: float | None
    cores_busy: float | None
    tasks_at_once: float | None
    other_busy: float | None
    tasks: int
    failed: int
    net_s: float | None = None
    """The wall time net of other programs; None unless it is known of every trial."""


def timed_trial(
    trial: Trial, records: Sequence[Record], role: Role = "candidate", usable_cpus: int | None = None
) -> TimedTrial | None:
    """A trial with what its records tell; None when it did not finish, was not timed, or ran only a rest.

    Without the number of CPUs its wall time net of other programs stays unknown.
    """
    measured = trial.measurement
    if trial.state != "finished" or trial.continues is not None or not measured.wall_s or measured.wall_s <= 0:
        return None
    durations = [
        record.finished_s - record.started_s
        for record in records
        if record.started_s is not None and record.finished_s is not None
    ]
    split = split_of(records)
    return TimedTrial(
        configuration=trial.configuration,
        block=trial.repeat,
        wall_s=measured.wall_s,
        role=role,
        startup_s=measured.startup_s,
        teardown_s=measured.teardown_s,
        cpu_s=measured.cpu_s,
        peak_pss_mb=measured.peak_pss_mb,
        tasks=trial.tasks,
        failed=trial.failed,
        task_s_sum=fsum(durations) if durations else None,
        task_s_median=median(durations) if durations else None,
        fingerprints={record.task: record.fingerprint for record in records if record.fingerprint is not None},
        other_busy=measured.other_busy,
        order=trial.order,
        net_s=net_wall_s(trial.configuration, measured, split, usable_cpus),
        split=split,
        measured=measured,
    )


def timed_trials(
    trials: Iterable[tuple[Trial, Sequence[Record]]], baseline: Configuration, usable_cpus: int | None = None
) -> tuple[TimedTrial, ...]:
    """A comparison's trials, in the order in which they ran: the first baseline of a block is `baseline`."""
    found: list[TimedTrial] = []
    seen: set[int] = set()
    for trial, records in sorted(trials, key=lambda pair: pair[0].order):
        role: Role = "candidate"
        if trial.configuration == baseline:
            role = "baseline_again" if trial.repeat in seen else "baseline"
        timed = timed_trial(trial, records, role, usable_cpus)
        if timed is not None:
            found.append(timed)
            if role == "baseline":
                seen.add(trial.repeat)
    return tuple(found)


def configurations(trials: Iterable[TimedTrial]) -> tuple[Configuration, ...]:
    """Every configuration once, in order of first appearance."""
    return tuple(dict.fromkeys(trial.configuration for trial in trials))


def trials_of(trials: Iterable[TimedTrial], configuration: Configuration) -> tuple[TimedTrial, ...]:
    """The trials of one configuration."""
    return tuple(trial for trial in trials if trial.configuration == configuration)


def log_walls(trials: Iterable[TimedTrial], basis: Basis = "wall") -> dict[Configuration, Blocks]:
    """For each configuration, by block, the logarithm of its wall time; a block's two baselines are averaged.

    On the basis "net" configurations are absent of which any trial does not know it.
    """
    found: dict[Configuration, dict[int, list[float]]] = {}
    unknown: set[Configuration] = set()
    for trial in trials:
        seconds = trial.wall_s if basis == "wall" else trial.net_s
        if seconds is None:
            unknown.add(trial.configuration)
        else:
            found.setdefault(trial.configuration, {}).setdefault(trial.block, []).append(log(seconds))
    return {
        configuration: {block: fmean(values) for block, values in blocks.items()}
        for configuration, blocks in found.items()
        if configuration not in unknown
    }


def disturbance(trials: Iterable[TimedTrial]) -> float:
    """By what share other programs lengthened the trials: the median of 1 − net ÷ wall, 0 where none knows it."""
    shares = [1 - trial.net_s / trial.wall_s for trial in trials if trial.net_s is not None]
    return median(shares) if shares else 0.0


def baseline_pairs(trials: Iterable[TimedTrial]) -> list[tuple[TimedTrial, TimedTrial]]:
    """The two baselines of every block that holds both."""
    roles = {(trial.role, trial.block): trial for trial in trials}
    return [
        (trial, roles["baseline_again", block])
        for (role, block), trial in sorted(roles.items(), key=lambda item: item[0][1])
        if role == "baseline" and ("baseline_again", block) in roles
    ]


def summary(trials: Sequence[TimedTrial]) -> Summary:
    """One configuration's figures. `trials` are of one configuration and not empty."""
    return Summary(
        configuration=trials[0].configuration,
        trials=len(trials),
        wall_s=median(trial.wall_s for trial in trials),
        startup_s=_median(trial.startup_s for trial in trials),
        teardown_s=_median(trial.teardown_s for trial in trials),
        peak_pss_mb=_median(trial.peak_pss_mb for trial in trials),
        cores_busy=_median(_over_wall(trial.cpu_s, trial) for trial in trials),
        tasks_at_once=_median(_over_wall(trial.task_s_sum, trial) for trial in trials),
        other_busy=_median(trial.other_busy for trial in trials),
        tasks=max(trial.tasks for trial in trials),
        failed=max(trial.failed for trial in trials),
        net_s=_median_of_all([trial.net_s for trial in trials]),
    )


def break_even(baseline: Summary, other: Summary) -> int | None:
    """The smallest number of tasks for which `other` is done first, start and end included; None when never.

    Both are taken as linear: fixed (start-up + teardown) + tasks × (wall time / tasks). An estimate
    beyond the batch that was measured. 1 means "from the first task on".
    """
    if not baseline.tasks or not other.tasks:
        return None
    saved_per_task_s = baseline.wall_s / baseline.tasks - other.wall_s / other.tasks
    extra_s = _fixed_s(other) - _fixed_s(baseline)
    if saved_per_task_s <= 0:
        return None
    return max(1, ceil(extra_s / saved_per_task_s))


def _fixed_s(figure: Summary) -> float:
    return (figure.startup_s or 0.0) + (figure.teardown_s or 0.0)


def _median_of_all(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None


def _over_wall(seconds: float | None, trial: TimedTrial) -> float | None:
    return None if seconds is None else seconds / trial.wall_s


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
