"""What orchestrator and trial say to each other while a trial runs, besides records.

    the trial:         Ready → Open → records → End → records (a comparison's) → Closing; or Broken, at any time;
                       on a cluster Seated, after Open and among the records
    the orchestrator:  CANCEL, a line on the trial's stdin

Each event is one frozen value here and one JSON object on a line of its own on the way, with the name of its class.
A trial on another Python (`--python`) writes them too: standard library only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from engine.model import Measurement

CANCEL = "cancel"
"""What the orchestrator writes to a trial that is to leave soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a trial says."""

    at: float = field(default_factory=time.perf_counter)
    """When it was, in seconds on the performance counter, which all processes of a machine share."""

    def encode(self) -> bytes:
        """The event as a line."""
        return json.dumps({"event": type(self).__name__, **asdict(self)}).encode() + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Event):
    """The interpreter has started and has read what it is to do; the executor is opened next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Event):
    """Every worker is warm, and the clock starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated(Event):
    """Where a cluster's workers sit; said when the clock has started, and again whenever that has changed."""

    names: tuple[str, ...]
    """Host and address of each by its number, empty for one that has no seat yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Event):
    """The last result is there, and the clock has stopped."""

    figures: Measurement = field(default_factory=Measurement)
    """What the trial has measured of itself while its clock ran; what only the orchestrator sees is None."""
    cancelled: bool = False
    ok: int = 0
    """Tasks that went well, in a trial without records (a reference's); 0 in all others."""
    failed: int = 0
    """Those that failed, likewise."""
    example: str | None = None
    """Why the first of those failed, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Event):
    """All is written: what follows is the end of the workers and of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Event):
    """The trial cannot go on, and leaves."""

    message: str
    """Why, in one sentence."""
    final: bool
    """Whether another try would end the same way."""
    suspects: tuple[tuple[int, int], ...] | None = None
    """(task, attempts so far) of the tasks that are to run alone; None where the board must tell."""


_E = TypeVar("_E", bound=Event)
_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (Ready, Open, Seated, End, Closing, Broken)}


def decode(values: Mapping[str, Any]) -> Event:
    """The event behind a parsed line. Raises ValueError for an object that is none."""
    given = dict(values)
    try:
        kind = _KINDS[given.pop("event")]
        if kind is End:
            names = tuple(given["figures"]["worker_names"])
            given["figures"] = Measurement(**{**given["figures"], "worker_names": names})
        if kind is Seated:
            given["names"] = tuple(map(str, given["names"]))
        if kind is Broken and given["suspects"] is not None:
            given["suspects"] = tuple((task, attempts) for task, attempts in given["suspects"])
        return kind(**given)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"A trial said what is no event: {error}.") from error


class Heard:
    """The events of one trial so far, each kind once: the last of a kind counts."""

    def __init__(self) -> None:
        self._by_kind: dict[type[Event], Event] = {}

    def add(self, event: Event) -> None:
        """Keep an event."""
        self._by_kind[type(event)] = event

    def get(self, kind: type[_E]) -> _E | None:
        """The event of this kind, None before it was said."""
        event = self._by_kind.get(kind)
        return event if isinstance(event, kind) else None

    def at(self, kind: type[Event]) -> float | None:
        """When an event of this kind was said; None before."""
        event = self.get(kind)
        return event.at if event else None
