"""A Dask cluster on this machine for one trial: distributed's LocalCluster, and workers that cannot outlive it.

LocalCluster would start each worker below a nanny, from a thread: such workers are restarted behind
the loop's back, and survive a kill -9 of the trial while a task holds the GIL. So the cluster starts
with no worker, and its workers are started like those of `processes`: one process and one thread each.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import pickle
from multiprocessing import forkserver
from typing import Any

import dask
from distributed import Client, LocalCluster, Worker

from engine.errors import TrialBroken
from engine.executors.base import Start
from engine.executors.dask.calls import DaskExecutor
from engine.executors.processes import preload, tie_to_parent
from engine.machine import leftovers

_JOIN_S = 60.0
_LEAVE_S = 2.0
_METHOD = next(name for name in ("forkserver", "spawn") if name in multiprocessing.get_all_start_methods())


def local_cluster(workers: int, start: Start, arguments: tuple[Any, ...]) -> DaskExecutor:
    """An executor over `workers` new workers on 127.0.0.1. Raises TrialBroken when they do not join."""
    # One death breaks the pool: the loop knows from the board whom to try again, alone.
    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    cluster: Any = LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=None, host="127.0.0.1")  # type: ignore[no-untyped-call]
    context: Any = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        leftovers.keep_sockets_short()
        forkserver.set_forkserver_preload(["engine.executors.tether", __name__, *preload(start, arguments)])
    processes = [
        context.Process(target=live, args=(cluster.scheduler_address, slot, start, arguments), daemon=True)
        for slot in range(workers)
    ]
    for process in processes:
        process.start()
    client: Any = Client(cluster)  # type: ignore[no-untyped-call]

    def close() -> None:
        client.close(timeout=_LEAVE_S)
        for process in processes:
            process.kill()  # it holds nothing: its results have been fetched
        cluster.close(timeout=_LEAVE_S)

    try:
        client.wait_for_workers(workers, timeout=_JOIN_S)
    except TimeoutError:
        close()
        raise TrialBroken(f"Not all of {workers} Dask workers joined within {_JOIN_S:.0f} s.") from None
    return DaskExecutor(client, close, perform)


def perform(call: bytes) -> Any:
    """Do a pickled call."""
    fn, args, kwargs = pickle.loads(call)
    return fn(*args, **kwargs)


def live(scheduler: str, slot: int, start: Start, arguments: tuple[Any, ...]) -> None:
    """The life of one worker process: tie it to the trial, start, and serve until it is killed."""
    tie_to_parent()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    start(slot, *arguments)
    asyncio.run(_serve(scheduler, slot))


async def _serve(scheduler: str, slot: int) -> None:
    # The limit of memory is the machine's: a worker that pauses or restarts itself would be measured instead.
    worker: Any = Worker(scheduler, nthreads=1, name=str(slot), memory_limit=0, dashboard=False)
    async with worker:
        await worker.finished()
