"""Before the clock runs: what workers are told, and an executor that is open with every worker ready."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from engine.errors import OverlapError, TrialBroken
from engine.executors import Factory
from engine.protocol.specification import Specification
from engine.trial.worker.chunks import Attempt
from engine.trial.worker.setup import Setup
from engine.trial.worker.state import start, warm
from engine.workloads import Workload, own_modules

_TRIPS = 5
_SAMPLES = 8
"""So many of the tasks' files are looked at by each worker of another machine."""
_RUNS = "engine.trial.worker.run"
"""The module that runs chunks: a forkserver imports it once for all workers."""


def setup_of(spec: Specification, kind: Factory, workload: type[Workload]) -> Setup:
    """What the workers of one trial are told."""
    return Setup(
        workload=spec.workload,
        options=dict(spec.options),
        settings=dict(spec.settings),
        folder=spec.folder,
        outputs=spec.outputs,
        board=spec.board,
        workers=kind.workers,
        own_process=kind.own_process,
        secrets=spec.secrets,
        preload=(_RUNS, workload.__module__, *workload.preload),
        coroutines=kind.has_async,
        limit_s=spec.time_limit_s,
        stores=spec.stores,
        pickles=kind.pickles,
        tasks=spec.tasks if spec.configuration.held else None,
    )


def for_elsewhere(setup: Setup, workload: type[Workload], attempts: Sequence[Attempt]) -> Setup:
    """The same with what workers on other machines must be sent, or must prove that they see."""
    few = [attempt.argument for attempt in attempts[:: max(1, len(attempts) // _SAMPLES)]]
    reads, writes = workload.files(setup.options, Path(setup.folder), Path(setup.outputs), few)
    modules = tuple(own_modules(setup.workload, setup.options))
    search_path = tuple(setup.options.get("search_path", ()))
    return replace(
        setup, reads=tuple(reads), writes=tuple(writes), modules=modules, search_path=search_path,
        takes_turns=workload.takes_turns,
    )  # fmt: skip


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
        began_s = time.perf_counter()
        executor.submit(time.perf_counter).result()
        trips.append(time.perf_counter() - began_s)
    return min(trips)
