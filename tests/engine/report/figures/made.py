"""Made rows and trials for the tests of figures."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from engine.model import Configuration, Measurement, Trial

THREADS_2 = Configuration("threads", 2)
Row = tuple[Any, ...]


def row(task: int, worker: int | None, started_s: float | None, finished_s: float | None, **values: Any) -> Row:
    """One row in TASK_COLUMNS's order."""
    whole = {"label": f"t{task}", "cpu_s": 0.01, "status": "ok", "reason": None, "trial": 1, **values}
    return (
        task, whole["label"], worker, started_s, finished_s, whole["cpu_s"], whole["status"], whole["reason"],
        whole["trial"],
    )  # fmt: skip


def failed(task: int, worker: int, started_s: float, finished_s: float, **values: Any) -> Row:
    """A row of a failed task."""
    return row(task, worker, started_s, finished_s, **{"status": "failed", "reason": "timed_out", **values})


def many(count: int, workers: int = 4, task_s: float = 0.01) -> list[Row]:
    """Tasks of equal length, the workers in turn, every hundredth failed."""
    make = {True: failed, False: row}
    return [
        make[task % 100 == 99](task, task % workers, task // workers * task_s, (task // workers + 1) * task_s)
        for task in range(count)
    ]


def trial(order: int, configuration: Configuration, wall_s: float | None, **values: Any) -> Trial:
    """A finished trial whose other figures are fixed."""
    measured = {"interpreter_s": 0.05, "startup_s": 0.01, "teardown_s": 0.02, "peak_pss_mb": 30.0 + order}
    return Trial(
        id=order + 100, run_id=1, order=order, repeat=values.pop("repeat", 0), configuration=configuration,
        state=values.pop("state", "finished"), continues=None, tasks=10, ok=10, failed=0,
        measurement=Measurement(wall_s=wall_s, **{**measured, **values}),
    )  # fmt: skip


def numbers(value: Any) -> list[float]:
    """The numbers of a trace's column, however plotly holds them."""
    if isinstance(value, dict):  # plotly's packed arrays
        return [float(one) for one in np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])]
    return [float(one) for one in value]


def named(figure: Any, name: str) -> Any:
    """The one trace of this name."""
    (found,) = [trace for trace in figure.data if trace.name == name]
    return found
