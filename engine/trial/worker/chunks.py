"""What travels between a trial's loop and its workers: attempts at tasks one way, their records the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.machine.usage import Used


class Attempt(NamedTuple):
    """One task on its way to a worker.

    `number` counts the attempts at it from 1, `waited_s` is how long it was put back before, in seconds.
    """

    task: int
    argument: Any
    number: int = 1
    waited_s: float = 0.0


PlainAttempt = tuple[int, Any, int, float]
"""An attempt as it travels: a plain tuple, which is pickled and read five times as fast as a class of our own."""


class Held:
    """Stands for an argument that the worker has loaded itself."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for an output whose pickle cannot be read where the trial gets it."""

    why: BaseException


@dataclass(frozen=True, slots=True)
class Returned:
    """What comes back for a chunk: the records' lines, and what was not done.

    `tried` tasks of the chunk were begun, in their order; the worker left the others because its time was up. Of those
    begun, `done` ended within `elapsed_s` (`failed` of them badly), and `later` were put back: (task, seconds to wait).

    `used` is what the worker used since it was ready: the run-queue delay is its thread's, the rest its process's
    (0 where it shares the trial's). CPU seconds of this chunk: `chunk_cpu_s` is all of it, `tasks_cpu_s` the part
    inside tasks, `pickling_s` the part in which results were pickled. They are CPU time because what other programs or
    other threads held up is not this engine's doing. `outputs` belong, in their order, to the lines that are open
    (engine.protocol.record); they are `packed` (engine.protocol.pickling) where they travel as pickles.
    """

    lines: bytes
    done: int
    failed: int
    tried: int
    elapsed_s: float
    later: tuple[tuple[int, float], ...]
    slot: int
    used: Used
    chunk_cpu_s: float = 0.0
    tasks_cpu_s: float = 0.0
    pickling_s: float = 0.0
    outputs: tuple[Any, ...] = ()
