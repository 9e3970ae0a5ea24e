"""The product's nouns as plain, frozen values.

Units are in the names: seconds (`_s`), megabytes of 10^6 bytes (`_mb`). States are
`Literal` strings, so that they survive a code reload and a round trip through JSON.
This module sits on the lowest floor: a trial imports it, so it imports only the standard library. It is long because
all of them stand here: who looks for a word of the product, or for the unit of a figure, finds it in one place.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeVar, overload

Status = Literal["ok", "failed", "cancelled"]
State = Literal["waiting", "running", "finished", "cancelled", "interrupted", "failed"]
RunKind = Literal["job", "comparison", "experiment"]
Part = Literal["all", "unfinished", "failed"]
"""Which tasks of a run: all of them, those without an end, or those that failed."""
MemoryKind = Literal["pss", "uss", "rss"]

ENDED: tuple[State, ...] = ("finished", "cancelled", "interrupted", "failed")
ABANDONED = 75
"""Exit code of an orchestrator that had to leave before it could store the end; sysexits.h: try again later."""
PATIENCE_S = 60.0
"""How long another program may keep the database locked before a run is given up; records wait in memory."""


@dataclass(frozen=True, slots=True)
class Pickled:
    """A value that JSON cannot hold as it is, as its pickle: `engine.protocol.pickling` makes it and reads it.

    `by_value` says that cloudpickle wrote it, with what other processes cannot import inside (a notebook's function):
    such a value is read only in the worker that uses it, because it could not travel on from there.
    """

    data: bytes
    by_value: bool = False


T = TypeVar("T")

Told = Callable[[str, int, int | None], None]
"""Told how far something is that takes long: its words, how many so far, and of how many where that is known."""
TOLD_EVERY = 1_000
"""So many are done from one telling to the next."""


def telling(items: Iterable[T], told: Told | None, words: str, count: int | None = None) -> Iterable[T]:
    """The same items; `told` hears of every thousandth."""
    return items if told is None else _telling(items, told, words, count)


def _telling(items: Iterable[T], told: Told, words: str, count: int | None) -> Iterator[T]:
    for number, item in enumerate(items):
        if number % TOLD_EVERY == 0:
            told(words, number, count)
        yield item


class OneByOne(Sequence[T]):
    """So many values, each made when it is read and not kept: a million tasks take no room. Equal to a like list."""

    def __init__(self, count: int, make: Callable[[int], T]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return map(self._make, range(self._count))

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        places = range(self._count)[at]
        return self._make(places) if isinstance(places, int) else [self._make(one) for one in places]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == self._count and all(
            one == theirs for one, theirs in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Task:
    """One item of work. `argument` is a plain JSON value or `Pickled`; `label` is what people see."""

    index: int
    label: str
    argument: Any


@dataclass(frozen=True, slots=True)
class Record:
    """What happened to one task in one trial.

    Times count in seconds from the trial's first submission. `worker` is an integer from 0
    (None where the task never reached one). `cpu_s` is None where it cannot be known (a coroutine's); it
    holds the processes that the task started and waited for. `run_delay_s` is how long the task's thread was ready
    to run and had no CPU, None where the system does not tell; what is left of the duration it was blocked.
    `waited_s` is the time for which the task was put back because its host was busy: it is not
    part of `finished_s - started_s`. `reason` and `error` are None when `status` is ok.
    """

    task: int
    label: str
    worker: int | None
    started_s: float | None
    finished_s: float | None
    cpu_s: float | None
    run_delay_s: float | None = None
    attempts: int = 1
    waited_s: float = 0.0
    status: Status = "ok"
    reason: str | None = None
    error: str | None = None
    output: Any = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """How the tasks of one trial are run. `chunk` None lets the loop choose; `python` None is this one.

    `environment` holds variables of its trials, each as ``NAME=VALUE``. `held`: each worker loads all arguments as it
    starts, and tasks carry only their place. `reference` names the code that runs them instead of the engine's loop
    (engine.executors.references): what people would write beside this executor. Without it, it is the configuration of
    ours that such code stands beside.
    """

    executor: str
    workers: int
    start_method: str | None = None
    chunk: int | None = None
    python: str | None = None
    reference: str | None = None
    environment: tuple[str, ...] = ()
    held: bool = False

    @property
    def label(self) -> str:
        """The configuration in words: ``threads × 4``, with what differs from the default behind it."""
        name = self.reference or self.executor
        text = name if self.executor == "sequential" else f"{name} × {self.workers}"
        extras = [
            self.start_method or "",
            f"chunks of {self.chunk}" if self.chunk else "",
            _python_name(self.python) if self.python else "",
            *self.environment,
            "arguments loaded at the start" if self.held else "",
        ]
        named = ", ".join(extra for extra in extras if extra)
        return f"{text} ({named})" if named else text


def _python_name(path: str) -> str:
    """``Python 3.13.0`` for ``…/3.13.0/bin/python``, ``python3.13`` for ``/usr/bin/python3.13``, ``shop/.venv``."""
    parts = [part for part in re.split(r"[/\\]", path) if part]
    name = parts.pop().removesuffix(".exe") if parts else path
    if not parts or (name not in ("python", "python3") and not name.startswith(".")):
        return name
    if name.startswith("."):  # the folder of an environment
        return f"{parts[-1]}/{name}"
    if parts[-1] in ("bin", "Scripts") and len(parts) > 1:
        parts.pop()
    if parts[-1][0].isdigit():
        return f"Python {parts[-1]}"
    return "/".join(parts[-2:])


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures of one trial; every one of them was measured, None where it could not be.

    `interpreter_s` runs from starting the trial's process to its first line of output,
    `startup_s` opens the executor and warms every worker, `wall_s` runs from the first submission
    to the last result, `teardown_s` until the process has exited: together they are what a
    stopwatch around the process sees. `cpu_s` is user plus system time spent during `wall_s`
    by the trial and its workers. Memory is of the whole process tree, `memory_kind` says how it was counted.
    `sampler_cost` is the watching's own CPU time as a fraction of one core, `other_busy` the
    fraction of the machine that other programs used.

    Also over `wall_s`, of all workers together: `run_delay_s` is how long they were ready to run and had no CPU
    (`loop_delay_s`: the thread that hands tasks out, where it is not a worker itself);
    page faults (a major one reads a disk) and context switches (voluntary: to wait; involuntary: the CPU was taken
    away) are the kernel's counts; `disk_read_mb` and `disk_written_mb` went to or came from a device. `sent_mb`
    and `received_mb` travelled between the trial's process and workers in processes of their own.
    `most_threads` is the most native threads that any one process of the tree had.
    What is our own doing: `loop_s` is what the loop and its records added to `wall_s` (CPU time: what other programs
    held up is not ours), `encoding_s` what encoding and fingerprinting took after the clock. `pickling_s` (CPU seconds
    of workers) is what any program pays to send results.
    `worker_names` are those of a cluster's workers by their number: host and address, where each sat last.
    """

    interpreter_s: float | None = None
    startup_s: float | None = None
    wall_s: float | None = None
    teardown_s: float | None = None
    cpu_s: float | None = None
    peak_pss_mb: float | None = None
    mean_pss_mb: float | None = None
    memory_kind: MemoryKind | None = None
    sampler_interval_s: float | None = None
    sampler_cost: float | None = None
    other_busy: float | None = None
    chunk: int | None = None
    run_delay_s: float | None = None
    loop_delay_s: float | None = None
    minor_faults: int | None = None
    major_faults: int | None = None
    voluntary_switches: int | None = None
    involuntary_switches: int | None = None
    disk_read_mb: float | None = None
    disk_written_mb: float | None = None
    sent_mb: float | None = None
    received_mb: float | None = None
    most_threads: int | None = None
    loop_s: float | None = None
    pickling_s: float | None = None
    encoding_s: float | None = None
    worker_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """One whole batch, run once with one configuration in a fresh process.

    `order` counts the run's trials from 0 as they ran; `continues` names the trial (by order)
    whose unfinished or failed tasks this one runs.
    """

    id: int
    run_id: int
    order: int
    repeat: int
    configuration: Configuration
    state: State
    continues: int | None
    tasks: int
    ok: int
    failed: int
    measurement: Measurement
    message: str | None = None

    @property
    def done(self) -> int:
        """Tasks that have ended, well or badly."""
        return self.ok + self.failed


@dataclass(frozen=True, slots=True)
class Plan:
    """What a form or a command asks for: enough to run it again, exactly.

    `tasks` are in the order in which they were given; `options` are the workload's, plain JSON values.
    `terms` are those of a comparison (baseline, repeats or precision and budget, seed) or of a lab
    experiment (mode, only); a job has none.
    """

    kind: RunKind
    workload: str
    title: str
    tasks: Sequence[Task]
    configurations: tuple[Configuration, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    time_limit_s: float | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the store knows it, its tasks and records aside. Times are UTC, ISO 8601.

    Its files lie below the folder `home` of `machine`. `person` is who started it where people sign in, and `shared`
    whether others may see it then. `label`, `note` and `pinned` (never removed by itself) are people's own words on it.
    """

    id: int
    token: str
    kind: RunKind
    workload: str
    title: str
    state: State
    created_at: str
    started_at: str | None
    ended_at: str | None
    tasks: int
    ok: int
    failed: int
    options: Mapping[str, Any]
    configurations: tuple[Configuration, ...]
    terms: Mapping[str, Any]
    time_limit_s: float | None
    environment: Mapping[str, Any]
    verdict: Mapping[str, Any] | None
    waiting_for: str | None
    message: str | None
    launched_at: str | None = None
    home: str | None = None
    machine: str | None = None
    person: str | None = None
    shared: bool = False
    label: str | None = None
    note: str | None = None
    pinned: bool = False

    @property
    def done(self) -> int:
        """Tasks that have ended, well or badly."""
        return self.ok + self.failed

    @property
    def so_far(self) -> str:
        """How far it is, in words: ``95 of 97 done, 2 failed``. What failed was tried, and is not done."""
        return f"{self.ok:,} of {self.tasks:,} done" + (f", {self.failed:,} failed" if self.failed else "")

    @property
    def planned(self) -> int | None:
        """How many tasks end in the whole run; None where a stopping rule decides how often they are repeated."""
        if self.kind != "comparison":
            return self.tasks
        repeats = None if self.terms.get("race") else self.terms.get("repeats")
        # In each block every configuration runs once, and the baseline once more; before them is a warm-up.
        return self.tasks * ((len(self.configurations) + 1) * int(repeats) + 1) if repeats else None


def plain(value: Any) -> dict[str, Any]:
    """A dataclass of this module as a dictionary of JSON values."""
    return asdict(value, dict_factory=lambda items: {name: _listed(item) for name, item in items})


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def configuration_from(values: Mapping[str, Any]) -> Configuration:
    """A configuration from a mapping that may hold more than its fields."""
    known = {item.name for item in fields(Configuration)}
    given = {name: value for name, value in values.items() if name in known}
    return Configuration(**{**given, "environment": tuple(given.get("environment") or ())})


def new_token() -> str:
    """An unguessable name for a run: 128 random bits, never a decimal number."""
    return "r" + secrets.token_urlsafe(16)
