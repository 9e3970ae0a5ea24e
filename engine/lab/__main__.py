"""The fresh interpreter of one experiment: `python -m engine.lab NAME EFFORT PARENT`.

Writes JSON lines on a private copy of stdout: ["reading", series, quantity, value, unit, x] and
["missing", series, why]. The module's name ends in `__main__`, which multiprocessing never imports
again in a worker, so a worker holds what it needs and nothing else.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys

from engine.lab import experiment
from engine.lab.model import Effort, Say
from engine.lab.running.tether import tie_forkserver
from engine.machine import leftovers
from engine.machine.lifeline import die_with_parent, kill_own_group, watch_stdin


class Lines(Say):
    """Readings as lines on one file descriptor, written whole."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def reading(self, series: str, quantity: str, value: float, unit: str, x: float | None = None) -> None:
        """Write one measured value."""
        self._write("reading", series, quantity, value, unit, x)

    def missing(self, series: str, why: str) -> None:
        """Write what cannot be measured here."""
        self._write("missing", series, why)

    def _write(self, *values: object) -> None:
        try:
            os.write(self.descriptor, json.dumps(values).encode() + b"\n")
        except BrokenPipeError:
            kill_own_group()


def main(name: str, effort: str, parent: str) -> None:
    """Measure one experiment once and exit."""
    descriptor = os.dup(1)
    os.dup2(2, 1)
    die_with_parent(int(parent))
    chosen, given = experiment(name), Effort(**json.loads(effort))
    leftovers.name_semaphores(given.prefix)
    # A process that forks must have one thread; on Linux the kernel alone ties it to its parent.
    if not (chosen.forks and sys.platform == "linux"):
        watch_stdin(lambda line: None, kill_own_group)
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("forkserver")
        tie_forkserver()
    chosen.measure(Lines(descriptor), given)


if __name__ == "__main__":
    main(*sys.argv[1:])
