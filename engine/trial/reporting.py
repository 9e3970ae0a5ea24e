"""A trial's only way out: records and events as JSON lines on a private copy of its stdout."""

from __future__ import annotations

import os
from dataclasses import dataclass

from engine.machine.lifeline import kill_own_group, take_stdin
from engine.protocol.events import Event


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

    def say(self, event: Event) -> None:
        """Write one event."""
        self.write(event.encode())
