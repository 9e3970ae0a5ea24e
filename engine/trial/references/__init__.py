"""The same tasks as people write them without us: rows of a comparison that our own bookkeeping is no part of.

One file a kind of code, one line each in `IMPLEMENTATIONS`; `runner` is a trial of one. Such a trial has a measurement
and no records: what a task did and when is not looked at. What is known of each without running it stands in
`engine.executors.references`.
"""

from __future__ import annotations

from engine.trial.references.base import ReferenceRunner
from engine.trial.references.gather import Gather
from engine.trial.references.joblib_ import Joblib
from engine.trial.references.loop import PlainLoop
from engine.trial.references.pools import MultiprocessingPool, ProcessMap, ThreadMap

IMPLEMENTATIONS: dict[str, type[ReferenceRunner]] = {
    kind.reference.name: kind for kind in (PlainLoop, ThreadMap, ProcessMap, MultiprocessingPool, Joblib, Gather)
}

__all__ = ["IMPLEMENTATIONS"]
