"""What a supervisor is given for one trial, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.machine.sampler import Sampler
from engine.model import Configuration, Measurement
from engine.protocol.board import BusySlot
from engine.protocol.events import Broken, Closing, End, Heard, Open, Ready, Seated


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a supervisor needs to know of one trial. Limits are in seconds, None where there is none."""

    trial_id: int
    specification: Path
    board: Path
    configuration: Configuration
    limit_s: float | None
    """Of each task."""
    can_kill: bool
    """Whether the trial ends a worker that is past the limit and goes on."""
    has_async: bool
    """Whether tasks are coroutines of one event loop, which cancels those that are past the limit."""
    log: Path
    search_path: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables for the trial's environment that no file may hold."""
    whole_limit_s: float | None = None
    """Of all tasks together, for a trial that has no records of single tasks."""


@dataclass(slots=True)
class Outcome:
    """How a trial's process ended. `suspects` are (task, attempts so far) pairs, None where the board must tell."""

    ended: bool = False
    """Whether it ran all tasks and said so."""
    cancelled: bool = False
    message: str | None = None
    """Why it did not end, in one sentence."""
    final: bool = False
    """Whether another try would end the same way."""
    suspects: list[tuple[int, int]] | None = None
    busy: list[BusySlot] = field(default_factory=list)
    """What the board showed when the process had ended."""
    overdue: set[int] = field(default_factory=set)
    """Tasks for whose time limit the process was killed."""
    measurement: Measurement = field(default_factory=Measurement)
    samples: list[dict[str, float]] = field(default_factory=list)
    """Readings of memory and CPU over time."""
    counted: tuple[int, int] = (0, 0)
    """Tasks that went well and that failed in a trial without records."""
    example: str | None = None
    """Why the first of those failed."""
    origin_s: float = 0.0
    """When the clock started, on this machine's performance counter."""


def conclude(outcome: Outcome, heard: Heard, exit_sentence: str) -> None:
    """Fill in how the trial ended, from what it said; `exit_sentence` tells of an exit that it did not announce."""
    end, broken = heard.get(End), heard.get(Broken)
    outcome.ended = end is not None and heard.get(Closing) is not None and not end.cancelled
    outcome.cancelled = outcome.cancelled and not outcome.ended
    if broken:
        outcome.message, outcome.final = broken.message, broken.final
        outcome.suspects = None if broken.suspects is None else list(broken.suspects)
    elif not outcome.ended and not outcome.cancelled:
        outcome.message = outcome.message or exit_sentence
    if end:
        outcome.counted, outcome.example = (end.ok, end.failed), end.example


def measured(heard: Heard, began_s: float, exited_s: float, sampler: Sampler) -> Measurement:
    """The figures of a trial whose process was started and had ended at these times."""
    ready, opened, ended, closing = (heard.at(kind) for kind in (Ready, Open, End, Closing))
    end, seated = heard.get(End) or End(at=exited_s), heard.get(Seated)
    return replace(
        end.figures,
        worker_names=end.figures.worker_names or (seated.names if seated else ()),
        interpreter_s=ready and ready - began_s,
        startup_s=opened and ready and opened - ready,
        wall_s=opened and end.at - opened,
        teardown_s=closing and exited_s - closing,
        encoding_s=ended and closing and closing - ended,
        peak_pss_mb=sampler.peak_mb,
        mean_pss_mb=sampler.mean_mb,
        memory_kind=sampler.kind,
        sampler_interval_s=sampler.interval_s,
        sampler_cost=sampler.cost,
        other_busy=sampler.other_busy,
        most_threads=sampler.most_threads,
    )
