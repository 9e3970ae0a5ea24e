"""How tasks end, as the last five fields of their records: never raises, whatever a task returned or raised.

A job's outputs are encoded with their records, because they are stored; a comparison's travel back as they would in a
user's own program (pickled where executors pickle) and are only looked at when the clock has stopped. An output that
cannot be sent is found here, where it can be blamed on its task.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from engine.errors import OverlapError, TaskFailed
from engine.protocol.fingerprints import encode
from engine.protocol.pickling import ATOMS, Unpicklable, packed
from engine.protocol.record import OPEN, failed_ending, good_ending
from engine.text import storable, storable_json
from engine.workloads import Tried, Workload

_LONGEST_REASON = 64
"""Characters, as many as its column holds."""
_LONGEST_SENTENCE = 2000
_LONGEST_TEXT = 500
_MOST_TRIES = 1_000_000


@dataclass(slots=True)
class ChunkOutputs:
    """What becomes of a chunk's outputs: lines of records that hold them, or outputs that are carried back."""

    workload: Workload
    stores: bool
    pickles: bool
    carried: list[Any] = field(default_factory=list)
    pickling_s: float = 0.0

    def ending(self, output: Any, problem: BaseException | None) -> tuple[str, int]:
        """The tail of a task's line, and how many tries of its own the workload took. Never raises: an output whose
        own code does while it is encoded is its task's failure."""
        if problem is not None:
            return failure(problem), tries_of(problem)
        try:
            return self.success(output)
        except BaseException as error:
            return failure(unsendable(error)), 1

    def success(self, output: Any) -> tuple[str, int]:
        """A good end as the tail of the record's line, and how many tries of its own the workload took."""
        output, tries = output if isinstance(output, Tried) else (output, 1)
        return (stored(self.workload, output) if self.stores else self._carry(output)), tries

    def _carry(self, output: Any) -> str:
        if self.pickles and type(output) not in ATOMS:
            began = time.thread_time()
            try:
                output = packed(output)
            except Unpicklable as error:
                return failure(unsendable(error))
            self.pickling_s += time.thread_time() - began
        self.carried.append(output)
        return OPEN


def stored(workload: Workload, output: Any) -> str:
    """A good end as the tail of the record's line: status, reason, error, output as JSON text, fingerprint."""
    try:
        text = str(output) if type(output) is int else encode(output)  # the same text; the encoder takes 1 µs for it
    except (TypeError, ValueError, RecursionError) as error:
        return failure(unsendable(error, "return plain values, such as numbers, texts and lists"))
    text = storable_json(text)
    fingerprint = workload.fingerprint(output) or blake2b(text.encode(), digest_size=8).hexdigest()
    return good_ending(text, fingerprint)


def unsendable(error: BaseException, advice: str = "return what pickle can hold") -> TaskFailed:
    """The reason of a task whose result cannot be sent."""
    words = error if isinstance(error, (TypeError, ValueError, RecursionError)) else failure_of(error)[1]
    return TaskFailed("unsendable_result", f"The task's result cannot be sent ({words}): {advice}.")


def failure(error: BaseException) -> str:
    """A bad end as the tail of the record's line."""
    return failed_ending(*failure_of(error))


def failure_of(error: BaseException) -> tuple[str, str]:
    """The reason (a short code) and the sentence of a task that ended so. Never raises, whatever the error does."""
    try:
        return storable(_reason(error)), storable(_sentence(error))
    except BaseException:  # its __str__, or another attribute, raises: that is no reason to lose the record
        return "exception", "The task raised an exception whose own text cannot be read."


def tries_of(error: BaseException) -> int:
    """How many tries of its own a task took before it failed: the exception's `attempts`, where that is a number."""
    try:
        tries = getattr(error, "attempts", 1)
    except BaseException:  # a property of somebody's exception
        return 1
    return tries if type(tries) is int and 1 <= tries <= _MOST_TRIES else 1


def _reason(error: BaseException) -> str:
    """The reason's code, as its column takes it; `exception` for what is none."""
    reason = error.reason if isinstance(error, TaskFailed) else None
    return reason[:_LONGEST_REASON] if type(reason) is str and reason else "exception"


def _sentence(error: BaseException) -> str:
    """An exception in plain words: its own where they are written for people, else with its type in front."""
    if isinstance(error, (TaskFailed, OverlapError)):
        return str(error)[:_LONGEST_SENTENCE]
    text = " ".join(str(error).split())[:_LONGEST_TEXT]
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__} was raised."
