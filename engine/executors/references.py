"""Code that people write instead of this engine, as far as it is known without running it.

A comparison of short tasks has a row for each kind of it that stands beside one of its executors. How each is run
stands in `engine.trial.references`, by the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from engine.model import Configuration

SHORT_S = 0.001
"""Tasks shorter than this are judged by the references: our own part of each, some 10 to 20 µs, is over 1% of them."""
CHUNKS_A_WORKER = 4
"""A good chunk gives each worker this many, as multiprocessing.Pool.map chooses it."""


def _its_own_choice(tasks: int, workers: int) -> tuple[int | None, ...]:
    return (None,)


def good_chunk(tasks: int, workers: int) -> int:
    """How many of `tasks` go to a worker at once so that each of `workers` gets CHUNKS_A_WORKER chunks."""
    return max(1, -(-tasks // (CHUNKS_A_WORKER * workers)))


def one_and_a_good_one(tasks: int, workers: int) -> tuple[int | None, ...]:
    """ProcessPoolExecutor.map's default of one task a hand-over, and a good chunk where that is another."""
    return tuple(dict.fromkeys((1, good_chunk(tasks, workers))))


@dataclass(frozen=True, slots=True)
class Reference:
    """One kind of code: its name in tables, the executor that it stands beside, and how it hands tasks over."""

    name: str
    executor: str
    needs: str | None = None
    """A package that may be missing."""
    chunks: Callable[[int, int], tuple[int | None, ...]] = _its_own_choice
    """The sizes of hand-over to measure, given the tasks and workers; None where there is nothing to choose."""

    @property
    def is_here(self) -> bool:
        """Whether the package that it needs is installed."""
        return self.needs is None or find_spec(self.needs) is not None


LOOP = Reference("plain loop", "sequential")
THREAD_MAP = Reference("ThreadPoolExecutor.map", "threads")
PROCESS_MAP = Reference("ProcessPoolExecutor.map", "processes", chunks=one_and_a_good_one)
MULTIPROCESSING_POOL = Reference("multiprocessing.Pool.map", "processes")
JOBLIB = Reference("joblib.Parallel", "processes", needs="joblib")
GATHER = Reference("asyncio.gather", "asyncio")

REFERENCES: dict[str, Reference] = {
    one.name: one for one in (LOOP, THREAD_MAP, PROCESS_MAP, MULTIPROCESSING_POOL, JOBLIB, GATHER)
}
PLAIN_LOOP = Configuration(LOOP.executor, 1, reference=LOOP.name)


def references_beside(configurations: Sequence[Configuration], tasks: int) -> list[Configuration]:
    """What people would write instead of these configurations: of each executor at its largest worker count."""
    largest: dict[str, Configuration] = {}
    for one in configurations:
        if _usual(one) and one.workers >= _workers(largest.get(one.executor)):
            largest[one.executor] = one
    return [
        replace(beside, reference=kind.name, chunk=chunk)
        for kind in REFERENCES.values()
        if (beside := largest.get(kind.executor)) is not None and kind.is_here
        for chunk in kind.chunks(tasks, beside.workers)
    ]


def _usual(one: Configuration) -> bool:
    """Whether it is what people would write first: here, with the environment as it is."""
    return one.python is None and one.reference is None and not one.environment and not one.held


def _workers(configuration: Configuration | None) -> int:
    return configuration.workers if configuration else 0
