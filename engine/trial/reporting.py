"""A trial's only way out: records and events as JSON lines on a private copy of its stdout."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import Any

from engine.machine.lifeline import kill_own_group, take_stdin


@dataclass(slots=True)
class Output:
    """What a trial says. stdout itself then points at stderr, so that a print in a workload corrupts nothing."""

    descriptor: int
    orders: int = 0
    """Where stdin was moved to."""
    written: int = 0
    """Bytes so far."""

    @classmethod
    def take_stdout(cls) -> Output:
        """Keep stdout for records and send every print to stderr; stdin, the orders, is kept from tasks as well."""
        private = os.dup(1)
        os.dup2(2, 1)
        return cls(private, take_stdin())

    def write(self, lines: bytes) -> None:
        """Write whole lines; a reader that is gone ends this process."""
        rest = memoryview(lines)
        self.written += len(lines)
        while rest:
            try:
                rest = rest[os.write(self.descriptor, rest) :]
            except BrokenPipeError:
                kill_own_group()

    def say(self, event: str, **values: Any) -> None:
        """Write one event; `at` is `time.perf_counter()`."""
        self.write(json.dumps({"event": event, "at": time.perf_counter(), **values}).encode() + b"\n")
