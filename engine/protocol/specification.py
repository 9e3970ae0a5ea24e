"""What the orchestrator asks a trial to do: one frozen value, written to a file by the one and read by the other.

The file is JSON (RFC 8259, UTF-8) with one member a field, and lies beside the trial's board. A trial on another
Python (`--python`) reads it too: standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from engine.model import Configuration, configuration_from, plain


@dataclass(frozen=True, slots=True)
class Specification:
    """One trial. Paths are absolute texts, options and settings plain JSON values."""

    parent: int
    """Process number of the orchestrator: the trial ends when that process has ended."""
    workload: str
    """The workload's name, as in `engine.workloads.WORKLOADS`."""
    configuration: Configuration
    folder: str
    """The run's folder."""
    outputs: str
    """The folder that results are written to."""
    board: str
    """The file in which workers say what they are at (engine.protocol.board)."""
    tasks: str
    """The run's list of tasks: a JSON array a line, the label first, in the order of the tasks' indices."""
    umask: int
    """Rights that files of this trial are not given, as os.umask takes them."""
    stores: bool
    """Whether outputs are stored with their records (a job's); a comparison's are fingerprinted and dropped."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The workload's."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The server's settings, without those that hold passwords."""
    secrets: tuple[str, ...] = ()
    """Names of the environment variables that hold the passwords."""
    only: Mapping[int, int] | None = None
    """Tasks to run by their index from 0, with the attempts that each has had; None stands for all, none tried yet."""
    suspects: Mapping[int, int] = field(default_factory=dict)
    """The same for tasks that run before all others, each with no other task beside it."""
    time_limit_s: float | None = None
    """Seconds that one task may take; None sets no limit."""

    def encode(self) -> str:
        """The JSON text: about 2 kB, and 12 bytes for each task in `only` and `suspects`."""
        return json.dumps({name: _ENCODE.get(name, _same)(getattr(self, name)) for name in _NAMES})


_NAMES = tuple(one.name for one in fields(Specification))


def decode(text: str) -> Specification:
    """The specification behind `Specification.encode`. Raises ValueError for a text that is none."""
    values = json.loads(text)
    try:
        return Specification(**{name: _DECODE.get(name, _same)(value) for name, value in values.items()})
    except (AttributeError, TypeError) as error:
        raise ValueError(f"This is no specification of a trial: {error}.") from error


def _same(value: Any) -> Any:
    return value


def _by_task(attempts: Mapping[str, int] | None) -> dict[int, int] | None:
    """JSON keeps the keys of an object as texts."""
    return None if attempts is None else {int(task): count for task, count in attempts.items()}


_ENCODE: dict[str, Callable[[Any], Any]] = {"configuration": plain}
_DECODE: dict[str, Callable[[Any], Any]] = {
    "configuration": configuration_from, "only": _by_task, "suspects": _by_task, "secrets": tuple,
}
