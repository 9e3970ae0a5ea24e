"""What a cluster costs beside local processes: the same 10,000 tasks of 5 ms on both, paired.

    python benchmarks/cluster.py                     three rounds with a scheduler and two workers of its own
    python benchmarks/cluster.py --rounds 1 --tasks 2000
    python benchmarks/cluster.py --work wait         tasks that wait instead of computing: what the CPUs do is left out
    python benchmarks/cluster.py --address tcp://scheduler:8786 --workers 16
    python benchmarks/cluster.py --json FILE         the figures, as JSON too

Each measurement is a job, by the clock of its trial: from the first task handed over to the last result, all records
stored meanwhile. A round runs local processes and the cluster in random order; medians over the rounds are shown.
Scheduler, workers and trial share this machine's CPUs with the tasks, unless --address names a cluster elsewhere. Exit
code 1 when the cluster's median is more than 1.5 times that of local processes.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MOST = 1.5
TASK_S = 0.005


@contextmanager
def own_cluster(workers: int) -> Iterator[str]:
    """A scheduler and workers of one thread each, without this engine; the scheduler's address."""
    from tests.engine.executors.dask.cluster import Cluster

    with tempfile.TemporaryDirectory(prefix="overlap-cluster-") as folder:
        cluster = Cluster(Path(folder))
        try:
            for _ in range(workers):
                cluster.add_worker()
            yield cluster.address
        finally:
            cluster.close()


def amount_of(task_s: float) -> int:
    """Rounds of `compute` that take so long here, by the quickest of some tries."""
    from engine.config import Settings
    from engine.workloads.base import Place
    from engine.workloads.compute import Compute

    work = Compute({"amount": 20_000}, Place(Settings(home=Path()), Path(), Path(), 1))
    tries = []
    for _ in range(20):
        began = time.perf_counter()
        work.run(1)
        tries.append(time.perf_counter() - began)
    return max(1, round(20_000 * task_s / min(tries)))


def measured(store: Any, executor: str, workers: int, tasks: int, work: str, options: dict[str, Any]) -> dict[str, Any]:
    """One job: its wall time, CPU time per task and largest chunk."""
    from engine.model import Configuration
    from engine.runs import jobs, plans

    plan = plans.simple_plan(work, tasks, options, Configuration(executor, workers), store.settings)
    run = jobs.wait(store, jobs.start(store, plan))
    if run.ok != tasks:
        raise SystemExit(f"{executor}: {run.ok} of {tasks} tasks were done: {run.message}")
    measurement = store.trials(run)[0].measurement
    spent = statistics.fmean(record.finished_s - record.started_s for record in store.records.latest(run))
    return {"wall_s": measurement.wall_s, "chunk": measurement.chunk, "task_ms": spent * 1000}


def main() -> None:
    """Measure, print a table, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", choices=["compute", "wait"], default="compute")
    parser.add_argument("--address", help="a cluster that runs already")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.address:
        figures = rounds(asked, asked.address)
    else:
        with own_cluster(asked.workers) as address:
            figures = rounds(asked, address)
    walls = {name: [one["wall_s"] for one in found] for name, found in figures.items()}
    ratio = statistics.median(a / b for a, b in zip(walls["dask"], walls["processes"], strict=True))
    for name, found in figures.items():
        median, chunk = statistics.median(walls[name]), max(one["chunk"] for one in found)
        task_ms = statistics.median(one["task_ms"] for one in found)
        print(
            f"{name:10}  {median:7.2f} s  {median / asked.tasks * 1000 * asked.workers:6.2f} ms a task and worker, "
            f"{task_ms:.2f} ms of it in the task; chunks of up to {chunk}"
        )
    print(f"The cluster takes {ratio:.2f} times as long as local processes (allowed: {MOST}).")
    if asked.json:
        asked.json.write_text(json.dumps({"tasks": asked.tasks, "ratio": ratio, "figures": figures}, indent=1))
    sys.exit(ratio > MOST)


def rounds(asked: argparse.Namespace, address: str) -> dict[str, list[dict[str, Any]]]:
    """What each round gave, by executor."""
    from engine.config import Settings
    from engine.store import Store

    options = {"seconds": TASK_S} if asked.work == "wait" else {"amount": amount_of(TASK_S)}
    figures: dict[str, list[dict[str, Any]]] = {"processes": [], "dask": []}
    with tempfile.TemporaryDirectory(prefix="overlap-cluster-") as home:
        store = Store.open(Settings(home=Path(home), dask_address=address))
        for _ in range(asked.rounds):
            for executor in random.sample(list(figures), 2):
                figures[executor].append(measured(store, executor, asked.workers, asked.tasks, asked.work, options))
        store.close()
    return figures


if __name__ == "__main__":
    main()
