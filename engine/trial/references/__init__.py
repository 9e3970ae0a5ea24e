"""The same tasks as people write them without us: rows of a comparison that our own bookkeeping is no part of.

One file a kind of code, one line each in `REFERENCES`; `runner` is a trial of one. Such a trial has a measurement and
no records: what a task did and when is not looked at. A configuration names its reference by `reference`, and
its executor is the one that it stands beside. Sits beside `trial`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

from engine.model import Configuration
from engine.trial.references.base import Reference
from engine.trial.references.gather import Gather
from engine.trial.references.joblib_ import Joblib
from engine.trial.references.loop import PlainLoop
from engine.trial.references.pools import MultiprocessingPool, ProcessMap, ThreadMap

REFERENCES: dict[str, type[Reference]] = {
    kind.name: kind for kind in (PlainLoop, ThreadMap, ProcessMap, MultiprocessingPool, Joblib, Gather)
}
PLAIN_LOOP = Configuration("sequential", 1, reference=PlainLoop.name)
SHORT_S = 0.001
"""Tasks shorter than this are judged by the references: our own part of each, some 10 to 20 µs, is over 1% of them."""
CHUNKS_A_WORKER = 4
"""A good chunk gives each worker this many, as multiprocessing.Pool.map chooses it."""


def references_beside(configurations: Sequence[Configuration], tasks: int) -> list[Configuration]:
    """What people would write instead of these configurations: of each executor at its largest worker count."""
    largest: dict[str, Configuration] = {}
    for one in configurations:
        if _usual(one) and one.workers >= _workers(largest.get(one.executor)):
            largest[one.executor] = one
    return [
        replace(beside, reference=kind.name, chunk=chunk)
        for kind in REFERENCES.values()
        if (beside := largest.get(kind.executor)) is not None and is_here(kind)
        for chunk in kind.chunks(tasks, beside.workers)
    ]


def is_here(kind: type[Reference]) -> bool:
    """Whether the package that it needs is installed."""
    return kind.needs is None or find_spec(kind.needs) is not None


def _usual(one: Configuration) -> bool:
    """Whether it is what people would write first: here, with the environment as it is."""
    return one.python is None and one.reference is None and not one.environment and not one.held


def _workers(configuration: Configuration | None) -> int:
    return configuration.workers if configuration else 0


__all__ = ["PLAIN_LOOP", "REFERENCES", "SHORT_S", "Reference", "is_here", "references_beside"]
