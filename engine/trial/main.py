"""One batch with one configuration, in this process: `python -m engine trial SPEC`.

Reads its specification (a JSON file), opens and warms the executor, runs the loop, and writes JSON
lines on a private copy of stdout: objects are events (ready, open, end, closing, broken), arrays are
records. stdout itself then points at stderr, so that a print in a workload corrupts nothing; stdin is
empty, so that a task which reads it reads nothing.
A trial imports the standard library and what its workload and executor need, nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import NotAvailable, OverlapError, TrialBroken
from engine.executors import Factory, factory
from engine.machine import leftovers
from engine.machine.lifeline import die_with_parent, kill_own_group, take_stdin, watch_stdin
from engine.protocol.board import Board
from engine.protocol.pickling import from_fields, unpacked
from engine.protocol.specification import Specification, decode
from engine.text import storable
from engine.trial.batch import Batch
from engine.trial.loop import Flight, Mender, Spent, kill_all, land, run_loop, watch_limits
from engine.trial.meter import Meter
from engine.trial.outputs import tell_outputs
from engine.trial.worker import Errand, Held, Setup, run_chunk, start, warm
from engine.workloads import Workload, own_modules, workload_class

GRACE_S = 0.5
"""How long a cancelled trial waits for tasks that are under way."""
_TRIPS = 5
_SAMPLES = 8
"""So many of the tasks' files are looked at by each worker of another machine."""


@dataclass(slots=True)
class Output:
    """The trial's only way out: a private copy of file descriptor 1."""

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
        output.say("broken", message=storable(str(error)), final=not isinstance(error, TrialBroken), suspects=None)
        code = 1
    sys.stderr.flush()
    os._exit(code)  # all is written and every worker is gone: skip the interpreter's slow farewell


def run(spec: Specification, output: Output) -> int:
    """The phases of a trial: read, open, warm, loop, shut down."""
    configuration = spec.configuration
    kind = factory(configuration)
    workload = workload_class(spec.workload)
    if kind.has_async and (reason := workload.no_async_form(dict(spec.options))):
        raise NotAvailable(f"{configuration.executor} is not available here: {reason}")
    setup = Setup(
        workload=spec.workload,
        options=dict(spec.options),
        settings=dict(spec.settings),
        folder=spec.folder,
        outputs=spec.outputs,
        board=spec.board,
        workers=kind.workers,
        own_process=kind.own_process,
        secrets=spec.secrets,
        preload=(workload.__module__, *workload.preload),
        coroutines=kind.has_async,
        limit_s=spec.time_limit_s,
        stores=spec.stores,
        pickles=kind.pickles,
        tasks=spec.tasks if configuration.held else None,
    )
    errands, suspects = read_errands(spec)
    if configuration.held:
        errands = [errand._replace(argument=Held()) for errand in errands]
        suspects = [errand._replace(argument=Held()) for errand in suspects]
    if configuration.reference:
        from engine.trial.references.runner import measure as measure_reference  # which no other trial needs

        output.say("ready", pid=os.getpid())
        watch_stdin(lambda line: kill_own_group() if line == "cancel" else None, kill_own_group, output.orders)
        measure_reference(configuration, setup, errands, output.say)
        return 0
    if kind.elsewhere(setup.settings):
        setup = for_elsewhere(setup, workload, errands or suspects)
    batch = Batch(errands, suspects, kind.workers, configuration.chunk)
    board = Board.create(Path(spec.board), kind.workers)
    stop = threading.Event()
    output.say("ready", pid=os.getpid())
    if not kind.own_process:
        workload.before_threads()
    executor = opened(kind, setup)
    batch.handover_s = handover_s(executor) if kind.dear else 0.0
    watch_stdin(lambda line: stop.set() if line == "cancel" else None, kill_own_group, output.orders)
    return measure(Running(kind, setup, board, batch, stop, output), executor, spec.time_limit_s)


@dataclass(slots=True)
class Running:
    """What the measured part of a trial works with."""

    kind: Factory
    setup: Setup
    board: Board
    batch: Batch
    stop: threading.Event
    output: Output


def measure(trial: Running, executor: Executor, limit_s: float | None) -> int:
    """The loop between two readings of the clocks, then the end of the executor."""
    flight = Flight(chunk_runner(trial.kind), stores=trial.setup.stores)
    mender = Mender(trial.board, trial.batch, flight, trial.output.write)

    def mend() -> Executor:
        nonlocal executor
        mender.settle()
        executor.shutdown(wait=False, cancel_futures=True)
        trial.board.clear()
        executor = opened(trial.kind, trial.setup, again=True)
        return executor

    if limit_s and trial.kind.can_kill:
        watch_limits(trial.board, mender, limit_s, trial.stop)
    trial.output.say("open")
    trial.board.opened()
    clock = time.process_time if trial.kind.inline else time.thread_time  # a task's native threads are no part of it
    meter, loop_cpu_s = Meter.begin(trial.output.written), clock()
    try:
        run_loop(executor, trial.batch, flight, trial.board, trial.output.write, trial.stop, mend, mender.lose)
    except TrialBroken as error:
        trial.output.say("broken", message=str(error), final=False, suspects=trial.batch.suspects())
        return 1
    ended_s = time.perf_counter()
    loop_s = own_s(trial.kind, flight.spent, clock() - loop_cpu_s)
    figures = meter.figures(trial.kind, flight, trial.output.written)
    if trial.stop.is_set():
        leave(trial, flight)
    trial.output.say(
        "end", at=ended_s, chunk=trial.batch.largest, cancelled=trial.stop.is_set(),
        loop_s=loop_s, pickling_s=flight.spent.pickling_s, **figures,
    )  # fmt: skip
    tell_outputs(flight.carried, workload_class(trial.setup.workload).fingerprint, trial.output.write)
    trial.output.say("closing")
    if not trial.stop.is_set():
        executor.shutdown(wait=True)
    return 0


def own_s(kind: Factory, spent: Spent, loop_cpu_s: float) -> float:
    """What the loop and its records added to the wall time, in CPU time, which other programs do not lengthen: the
    loop's (without the tasks, where they run in its thread) and each worker's share of the bookkeeping."""
    if kind.inline:
        return max(0.0, loop_cpu_s - spent.tasks_s)
    return loop_cpu_s + spent.bookkeeping_s / kind.workers


def chunk_runner(kind: Factory) -> Callable[..., Any]:
    """What a worker of this kind runs a chunk with: a function, or a coroutine function where tasks are coroutines."""
    if not kind.has_async:
        return run_chunk
    from engine.trial.worker_async import run_chunk_async  # imports asyncio, which no other trial needs

    return run_chunk_async


def leave(trial: Running, flight: Flight) -> None:
    """A cancelled trial's end: what lands within the grace still counts, then every worker is killed."""
    deadline = time.perf_counter() + GRACE_S
    for future in list(flight.chunks):
        if future.cancel():
            continue
        try:
            returned = future.result(timeout=max(0.0, deadline - time.perf_counter()))
            land(future, returned, trial.batch, flight, trial.output.write)
        except Exception as error:  # whatever a task under way ends in, the cancel goes on
            print(f"A task was still under way at the cancel: {error!r}", file=sys.stderr)  # noqa: T201
    kill_all(trial.board.pids())


def opened(kind: Factory, setup: Setup, again: bool = False) -> Executor:
    """An open executor with every worker warm. Raises TrialBroken when workers cannot start."""
    executor = (kind.replace if again else kind.open)(start, (setup,))
    problems = [executor.submit(warm, kind.workers) for _ in range(kind.workers)]
    for future in problems:
        try:
            problem = future.result()
        except Exception as error:
            raise TrialBroken(f"The workers could not start: {error}") from error
        if problem:
            raise OverlapError(problem)
    return executor


def handover_s(executor: Executor) -> float:
    """What it costs to hand a call over and get its result back, by the quickest of some that do nothing."""
    trips = []
    for _ in range(_TRIPS):
        began = time.perf_counter()
        executor.submit(time.perf_counter).result()
        trips.append(time.perf_counter() - began)
    return min(trips)


def for_elsewhere(setup: Setup, workload: type[Workload], errands: list[Errand]) -> Setup:
    """The same with what workers on other machines must be sent, or must prove that they see."""
    few = [errand.argument for errand in errands[:: max(1, len(errands) // _SAMPLES)]]
    reads, writes = workload.files(setup.options, Path(setup.folder), Path(setup.outputs), few)
    modules = tuple(own_modules(setup.workload, setup.options))
    search_path = tuple(setup.options.get("search_path", ()))
    return replace(
        setup, reads=tuple(reads), writes=tuple(writes), modules=modules, search_path=search_path,
        takes_turns=workload.takes_turns,
    )  # fmt: skip


def read_errands(spec: Specification) -> tuple[list[Errand], list[Errand]]:
    """The tasks to run, in order, and those that must first run alone."""
    only, suspects = spec.only, spec.suspects
    errands: list[Errand] = []
    alone: list[Errand] = []
    decode = json.JSONDecoder().raw_decode  # 100,000 lines come before the first task, and json.loads takes longer
    with open(spec.tasks, encoding="utf-8") as lines:
        for index, line in enumerate(lines):
            if index in suspects:
                alone.append(Errand(index, argument_of(decode(line)[0]), suspects[index] + 1))
            elif only is None:
                errands.append(Errand(index, argument_of(decode(line)[0])))
            elif index in only:
                errands.append(Errand(index, argument_of(decode(line)[0]), only[index] + 1))
    return errands, alone


def argument_of(line: list[Any]) -> Any:
    """A stored task's argument as the task gets it. Raises NotAvailable where its pickle cannot be read here."""
    label, argument, *pickled = line
    if not pickled:
        return argument
    found = from_fields(argument, *pickled)
    if found.by_value:  # read in the worker, because it could not be sent on from here
        return found
    try:
        return unpacked(found)
    except (ImportError, AttributeError) as error:  # this Python lacks what the others have
        raise NotAvailable(f"The argument of task {label!r} cannot be read here ({error}).") from error
    except BaseException:
        return found  # read again where its task runs: it is that task's failure
