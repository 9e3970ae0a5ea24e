"""What the analysis looks at: one finished trial as a frozen value, and views over many of them.

A comparison runs in randomised blocks: each block holds every configuration once and the
baseline twice. Stands above `engine.model`, below everything else in the analysis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from statistics import median
from typing import Literal

from engine.analysis.net import Split, net_wall_s, split_of
from engine.model import Configuration, Measurement, Record, Trial

Role = Literal["baseline", "baseline_again", "candidate"]
Basis = Literal["wall", "net"]
"""Whether seconds are by the clock or net of other programs."""
Blocks = dict[int, float]


@dataclass(frozen=True, slots=True)
class Sample:
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


def sample_from(
    trial: Trial, records: Sequence[Record], role: Role = "candidate", usable_cpus: int | None = None
) -> Sample | None:
    """The sample of one trial and its records; None when it did not finish, was not timed, or ran only a rest.

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
    return Sample(
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
        task_s_sum=sum(durations) if durations else None,
        task_s_median=median(durations) if durations else None,
        fingerprints={record.task: record.fingerprint for record in records if record.fingerprint is not None},
        other_busy=measured.other_busy,
        order=trial.order,
        net_s=net_wall_s(trial.configuration, measured, split, usable_cpus),
        split=split,
        measured=measured,
    )


def samples_from(
    trials: Iterable[tuple[Trial, Sequence[Record]]], baseline: Configuration, usable_cpus: int | None = None
) -> tuple[Sample, ...]:
    """The samples of a comparison's trials. Of the baseline's trials in a block the first to run stands first."""
    found: list[Sample] = []
    seen: set[int] = set()
    for trial, records in sorted(trials, key=lambda pair: pair[0].order):
        role: Role = "candidate"
        if trial.configuration == baseline:
            role = "baseline_again" if trial.repeat in seen else "baseline"
        sample = sample_from(trial, records, role, usable_cpus)
        if sample is not None:
            found.append(sample)
            if role == "baseline":
                seen.add(trial.repeat)
    return tuple(found)


def configurations(samples: Iterable[Sample]) -> tuple[Configuration, ...]:
    """Every configuration once, in order of first appearance."""
    return tuple(dict.fromkeys(sample.configuration for sample in samples))


def of(samples: Iterable[Sample], configuration: Configuration) -> tuple[Sample, ...]:
    """The samples of one configuration."""
    return tuple(sample for sample in samples if sample.configuration == configuration)


def log_walls(samples: Iterable[Sample], basis: Basis = "wall") -> dict[Configuration, Blocks]:
    """For each configuration, by block, the logarithm of its wall time; a block's two baselines are averaged.

    On the basis "net" configurations are absent of which any trial does not know it.
    """
    found: dict[Configuration, dict[int, list[float]]] = {}
    unknown: set[Configuration] = set()
    for sample in samples:
        seconds = sample.wall_s if basis == "wall" else sample.net_s
        if seconds is None:
            unknown.add(sample.configuration)
        else:
            found.setdefault(sample.configuration, {}).setdefault(sample.block, []).append(log(seconds))
    return {
        configuration: {block: sum(values) / len(values) for block, values in blocks.items()}
        for configuration, blocks in found.items()
        if configuration not in unknown
    }


def disturbance(samples: Iterable[Sample]) -> float:
    """By what share other programs lengthened the trials: the median of 1 − net ÷ wall, 0 where none knows it."""
    shares = [1 - sample.net_s / sample.wall_s for sample in samples if sample.net_s is not None]
    return median(shares) if shares else 0.0


def baseline_pairs(samples: Iterable[Sample]) -> list[tuple[Sample, Sample]]:
    """The two baselines of every block that holds both."""
    roles = {(sample.role, sample.block): sample for sample in samples}
    return [
        (sample, roles["baseline_again", block])
        for (role, block), sample in sorted(roles.items(), key=lambda item: item[0][1])
        if role == "baseline" and ("baseline_again", block) in roles
    ]


def summary(samples: Sequence[Sample]) -> Summary:
    """One configuration's figures. `samples` are of one configuration and not empty."""
    return Summary(
        configuration=samples[0].configuration,
        trials=len(samples),
        wall_s=median(sample.wall_s for sample in samples),
        startup_s=_median(sample.startup_s for sample in samples),
        teardown_s=_median(sample.teardown_s for sample in samples),
        peak_pss_mb=_median(sample.peak_pss_mb for sample in samples),
        cores_busy=_median(_over_wall(sample.cpu_s, sample) for sample in samples),
        tasks_at_once=_median(_over_wall(sample.task_s_sum, sample) for sample in samples),
        other_busy=_median(sample.other_busy for sample in samples),
        tasks=max(sample.tasks for sample in samples),
        failed=max(sample.failed for sample in samples),
        net_s=_median_of_all([sample.net_s for sample in samples]),
    )


def _median_of_all(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None


def _over_wall(seconds: float | None, sample: Sample) -> float | None:
    return None if seconds is None else seconds / sample.wall_s


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
