"""One batch with one configuration, in this process: `python -m engine trial SPEC`.

Reads its specification, opens and warms the executor, runs the loop, and writes JSON lines on a private copy of stdout:
objects are events (`engine.protocol.events`), arrays are records. stdin is empty, so that a task which reads it reads
nothing. A trial imports the standard library and what its workload and executor need, nothing else.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from engine.errors import NotAvailable, OverlapError, TrialBroken
from engine.executors import Factory, factory
from engine.machine import leftovers
from engine.machine.lifeline import die_with_parent, kill_own_group, watch_stdin
from engine.protocol.board import Board
from engine.protocol.events import CANCEL, Broken, Ready
from engine.protocol.specification import Specification, decode
from engine.text import storable
from engine.trial.batch import Batch
from engine.trial.measuring import Running, measure
from engine.trial.opening import for_elsewhere, handover_s, opened, setup_of
from engine.trial.reporting import Output
from engine.trial.tasks import read_attempts
from engine.trial.worker.setup import Setup
from engine.workloads import Workload, workload_class


def main(specification: str) -> None:
    """Run the trial that a specification describes and exit: 0 ended, 1 broken (said by an event)."""
    output = Output.take_stdout()
    spec = decode(Path(specification).read_text(encoding="utf-8"))
    die_with_parent(spec.parent)
    os.umask(spec.umask)  # workers inherit it
    leftovers.name_semaphores(leftovers.prefix())
    try:
        code = run(spec, output)
    except OverlapError as error:
        output.say(Broken(message=storable(str(error)), final=not isinstance(error, TrialBroken)))
        code = 1
    sys.stderr.flush()
    os._exit(code)  # all is written and every worker is gone: skip the interpreter's slow farewell


def run(spec: Specification, output: Output) -> int:
    """Run the engine's own loop, or the code that people write instead; 0, or 1 for a trial that has broken."""
    configuration = spec.configuration
    kind = factory(configuration)
    workload = workload_class(spec.workload)
    if kind.has_async and (reason := workload.no_async_form(dict(spec.options))):
        raise NotAvailable(f"{configuration.executor} is not available here: {reason}")
    setup = setup_of(spec, kind, workload)
    if configuration.reference:
        return run_reference(spec, setup, output)
    return run_loop_of(spec, kind, workload, setup, output)


def run_reference(spec: Specification, setup: Setup, output: Output) -> int:
    """Run the tasks with the code that people write instead of this engine."""
    from engine.trial.references.runner import measure as measure_reference  # which no other trial needs

    attempts, _ = read_attempts(spec)
    output.say(Ready())
    watch_stdin(lambda line: kill_own_group() if line == CANCEL else None, kill_own_group, output.orders)
    measure_reference(spec.configuration, setup, attempts, output.say)
    return 0


def run_loop_of(spec: Specification, kind: Factory, workload: type[Workload], setup: Setup, output: Output) -> int:
    """Run the tasks with the engine's loop: read them, open and warm the executor, measure."""
    attempts, suspects = read_attempts(spec)
    if kind.elsewhere(setup.settings):
        setup = for_elsewhere(setup, workload, attempts or suspects)
    batch = Batch(attempts, suspects, kind.workers, spec.configuration.chunk)
    board = Board.create(Path(spec.board), kind.workers)
    stop = threading.Event()
    output.say(Ready())
    if not kind.own_process:
        workload.before_threads()
    executor = opened(kind, setup)
    batch.handover_s = handover_s(executor) if kind.dear else 0.0
    watch_stdin(lambda line: stop.set() if line == CANCEL else None, kill_own_group, output.orders)
    return measure(Running(kind, setup, board, batch, stop, output), executor)
