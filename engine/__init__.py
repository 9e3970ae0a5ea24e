"""The engine: runs batches of tasks on any executor and measures how they ran.

The main path goes through three processes (docs/architecture.md draws it):

    runs.plans               names and checks the tasks of a `Plan`
    runs.jobs.start          stores it (`store`) and starts the orchestrator
    orchestrator.main        waits its turn and has the run's kind of runner run its trials
    orchestrator.trials      writes one trial's specification and stores the records that come back
    orchestrator.supervision starts the trial's process, reads it and holds it to its limits
    trial.main               reads the specification and opens the executor (`executors`)
    trial.loop               hands chunks of tasks out and takes their records in
    trial.worker.run         runs the tasks (`workloads`), each becoming a record (`protocol.record`)
    analysis, report         judge and show what was measured

Nothing below this package imports streamlit. Names are loaded when they are first used
(PEP 562), so that a trial's process imports nothing that it does not need.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = dict.fromkeys(("compare", "Comparison", "scrape", "Scraped", "resize", "Resized"), "engine.api")


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_PUBLIC]
