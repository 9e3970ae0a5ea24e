"""Our own part of what was measured: the loop and its records, pickling, and what was done after the clock.

Each is measured in every trial (`model.Measurement`). Pickling is no part of ours: a program of one's own pays it
too, so it is told beside. Stands above `findings`; the comparison appends its warnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from engine.analysis.findings.findings import VerdictWarning
from engine.model import Configuration, Trial
from engine.text import percent

TELLING = 0.02
"""Above this share of a configuration's time our own part is said beside the verdict."""


@dataclass(frozen=True, slots=True)
class OwnPart:
    """Medians over a configuration's trials: shares of the wall time, and the seconds after the clock.

    `loop` is the loop and its records, `pickling` what its workers spent on pickling results, as any program does.
    """

    configuration: Configuration
    loop: float
    pickling: float
    encoding_s: float


def own_parts(trials: Iterable[Trial]) -> tuple[OwnPart, ...]:
    """Of each configuration of the engine's own; a reference has no such part."""
    groups: dict[Configuration, list[Trial]] = {}
    for trial in trials:
        if trial.measurement.loop_s is not None and trial.measurement.wall_s:
            groups.setdefault(trial.configuration, []).append(trial)
    return tuple(_part(one, group) for one, group in groups.items())


def _part(one: Configuration, trials: list[Trial]) -> OwnPart:
    measured = [trial.measurement for trial in trials]
    return OwnPart(
        one,
        loop=median((one.loop_s or 0.0) / (one.wall_s or 1.0) for one in measured),
        pickling=median((each.pickling_s or 0.0) / one.workers / (each.wall_s or 1.0) for each in measured),
        encoding_s=median(one.encoding_s or 0.0 for one in measured),
    )


def warnings(parts: Iterable[OwnPart], counting: Mapping[Configuration, object]) -> Iterator[VerdictWarning]:
    """One for each configuration that counts and whose time is ours by more than TELLING."""
    for part in parts:
        if part.configuration in counting and part.loop > TELLING:
            yield VerdictWarning(
                "own_part", part.configuration, part.loop,
                f"Our own loop and records took {percent(part.loop)} of the time of {part.configuration.label}.",
                "Tasks of a millisecond or more make that negligible.",
            )
