"""A trial of a reference: the same phases as any other trial, one clock around the line that people write.

    read, open and warm  →  Open  →  run  →  End, with what failed  →  Closing
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import TrialBroken
from engine.machine.usage import run_queue
from engine.model import Configuration, Measurement
from engine.protocol.board import Board
from engine.protocol.events import Closing, End, Event, Open
from engine.protocol.pickling import unpacked
from engine.trial.references import IMPLEMENTATIONS
from engine.trial.references.base import Failed
from engine.trial.references.used import scheduled
from engine.trial.worker.chunks import Attempt
from engine.trial.worker.run import only_the_worker
from engine.trial.worker.setup import Setup

Say = Callable[[Event], None]


def measure(configuration: Configuration, setup: Setup, attempts: Sequence[Attempt], say: Say) -> None:
    """Run all tasks the way that `configuration.reference` names, and say what was measured."""
    assert configuration.reference is not None
    reference = IMPLEMENTATIONS[configuration.reference](configuration, setup)
    Board.create(Path(setup.board), reference.kind.workers)
    sent = reference.kind.pickles  # what another process unpickles stays as it is
    arguments = [one.argument if sent else unpacked(one.argument) for one in attempts]
    reference.open()
    say(Open())
    queue = run_queue() if reference.kind.inline else None  # a loop waits in this thread; others of ours wait, too
    before, delayed_s = scheduled(reference.pids()), queue.delay_s() if queue else 0.0
    own_pid = os.getpid()
    try:
        results = reference.run(arguments)
    except Exception as error:
        only_the_worker(own_pid)
        raise TrialBroken(f"{configuration.label} ended with {type(error).__name__}: {error}") from error
    ended_s = time.perf_counter()
    only_the_worker(own_pid)  # a task's child that has come back went on with the plain loop, as it would without us
    waited_s = queue.delay_s() - delayed_s if queue else None
    used = scheduled(reference.pids()).since(before)
    if waited_s is not None:
        used = used._replace(run_delay_s=waited_s)
    wrong = [result for result in results if type(result) is Failed]
    figures = Measurement(chunk=configuration.chunk, cpu_s=used.cpu_s, run_delay_s=used.run_delay_s)
    example = wrong[0].sentence if wrong else None
    say(End(at=ended_s, figures=figures, ok=len(results) - len(wrong), failed=len(wrong), example=example))
    say(Closing())
    reference.close()
