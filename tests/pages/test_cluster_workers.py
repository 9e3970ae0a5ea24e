"""A cluster's workers on the page of a run: one row each, by host."""

from __future__ import annotations

from engine.model import Configuration
from engine.protocol.record import row_of
from engine.runs.plans import simple_plan
from engine.store import Store
from engine.store.spans import Share
from pages.parts.job.cluster_workers import Worker, workers_of


def test_workers_of_one_host_stand_beside_each_other_with_what_they_did() -> None:
    names = ["north tcp://10.0.0.2:5", "south tcp://10.0.0.3:1", "north tcp://10.0.0.2:4", ""]
    shares = [Share(0, 5, 1, 2.0), Share(1, 7, 0, 9.0)]
    assert workers_of(names, shares, 4.0) == [
        Worker("north", "tcp://10.0.0.2:4", 2, 0, 0, 0.0),
        Worker("north", "tcp://10.0.0.2:5", 0, 5, 1, 0.5),
        Worker("south", "tcp://10.0.0.3:1", 1, 7, 0, 1.0),
        Worker("unknown", "", 3, 0, 0, 0.0),
    ]
    assert workers_of(names[:1], shares, None)[0].busy is None


def test_what_each_worker_did_is_summed_by_the_database(store: Store) -> None:
    run = store.create(simple_plan("compute", 6, {}, Configuration("dask", 2), store.settings), "rshares", {})
    trial = store.add_trial(run, 0, {"executor": "dask", "workers": 2}, 6)
    rows = [row_of(trial.id, f"task {n}", task=n, worker=n % 2, started_s=float(n), finished_s=n + 0.5,
                   status="failed" if n == 3 else "ok") for n in range(5)]  # fmt: skip
    store.records.add(trial, run, [*rows, row_of(trial.id, "task 5", task=5, status="cancelled")], 4, 1)
    assert store.spans.by_worker(trial) == [Share(0, 3, 0, 1.5), Share(1, 2, 1, 1.0)]
