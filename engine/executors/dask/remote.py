"""A Dask cluster that the server's configuration names: its workers are elsewhere and outlive the trial.

They share neither this machine's clock nor its board. So each worker is told by how much its clock
differs from the trial's, measured by round trips at the start, and the scheduler, not the board, says
whose worker died. The workers must be able to import this engine, and the files that the tasks name
must lie on a disk that they share; time limits are not enforced there.
"""

from __future__ import annotations

import pickle
import threading
import time
from functools import partial
from typing import Any
from uuid import uuid4

from distributed import Client

from engine.errors import NotAvailable
from engine.executors.base import Start
from engine.executors.dask.calls import DaskExecutor

ANSWER_S = 5.0
"""How long a scheduler may take to answer."""
_TRIPS = 3
RETURN_S = 20.0
"""How long a cluster may take to replace a worker that died."""
_LOOK_S = 0.5
_START_S = 60.0


class _Here:
    """In a worker: the trial that uses this process now, and the slots that its threads have not taken yet."""

    lock = threading.Lock()
    token = ""
    slots: tuple[int, ...] = ()
    start: Any = None


_thread = threading.local()


def remote_cluster(
    address: str, workers: int, start: Start, arguments: tuple[Any, ...], patience_s: float = 0.0
) -> DaskExecutor:
    """An executor over `workers` threads of the cluster at `address`, which has `patience_s` to have as many.

    Raises NotAvailable when no scheduler answers there, or when its workers cannot make up that number.
    """
    client: Any = _connected(address)
    try:
        shares = _shares(client, workers, address, patience_s)
        token = uuid4().hex
        for worker, slots in shares.items():
            call = pickle.dumps((start, arguments, {"ahead_s": _ahead_s(client, worker)}))
            client.run(prepare, token, call, slots, workers=[worker])
        touches = [
            client.submit(touch, token, slot, workers=[worker], allow_other_workers=False, pure=False)
            for worker, slots in shares.items()
            for slot in slots
        ]
        client.gather(touches)
    except BaseException:
        client.close(timeout=ANSWER_S)
        raise
    closed = threading.Event()

    def close() -> None:
        closed.set()
        client.close(timeout=ANSWER_S)

    executor = DaskExecutor(client, close, partial(perform_here, token), workers=list(shares))
    look = threading.Thread(target=_watch, args=(client, set(shares), executor, closed), daemon=True)
    look.start()
    return executor


def _watch(client: Any, workers: set[str], executor: DaskExecutor, closed: threading.Event) -> None:
    """Give up every call when one of the workers is gone: a replacement has another address, and was not started.

    Whose worker it was the scheduler does not keep, so that all that were in flight are suspects.
    """
    while not closed.wait(_LOOK_S):
        try:
            gone = workers - set(client.nthreads())
        except Exception as error:  # whatever keeps the scheduler from answering, its calls are lost
            executor.lose(f"The Dask scheduler was lost ({error}).", at_work=False)
            return
        if gone:
            executor.lose(f"The Dask worker at {min(gone)} died.", at_work=True)
            return


def _shares(client: Any, workers: int, address: str, patience_s: float) -> dict[str, tuple[int, ...]]:
    deadline = time.perf_counter() + patience_s
    while True:
        try:
            return shared_out(client.nthreads(), workers, address)
        except NotAvailable:
            if time.perf_counter() > deadline:
                raise
            time.sleep(0.1)


def _connected(address: str) -> Any:
    try:
        return Client(address, timeout=ANSWER_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise NotAvailable(
            f"No Dask scheduler answers at {address} ({error or type(error).__name__}): "
            "start it, or correct OVERLAP_DASK_ADDRESS."
        ) from None


def shared_out(threads: dict[str, int], workers: int, address: str) -> dict[str, tuple[int, ...]]:
    """Slots by worker address, whole workers only. Raises NotAvailable where they do not make up `workers`."""
    shares: dict[str, tuple[int, ...]] = {}
    taken = 0
    for name, count in sorted(threads.items(), key=lambda item: (-item[1], item[0])):
        if taken + count <= workers:
            shares[name] = tuple(range(taken, taken + count))
            taken += count
    if taken < workers:
        offered = " + ".join(str(count) for count in threads.values()) or "none"
        raise NotAvailable(
            f"The Dask cluster at {address} cannot run exactly {workers} tasks at once: "
            f"its workers' threads are {offered}. Choose a sum of these."
        )
    return shares


def _ahead_s(client: Any, worker: str) -> float:
    """What to add to a worker's clock to get this process's, by the quickest of some round trips."""
    trips = []
    for _ in range(_TRIPS):
        sent = time.perf_counter()
        theirs = client.run(time.perf_counter, workers=[worker])[worker]
        back = time.perf_counter()
        trips.append((back - sent, (sent + back) / 2 - theirs))
    return float(min(trips)[1])


def prepare(token: str, call: bytes, slots: tuple[int, ...]) -> None:
    """In a worker: belong to this trial from now on."""
    start, arguments, named = pickle.loads(call)
    with _Here.lock:
        _Here.token, _Here.slots = token, slots
        _Here.start = partial(_start, start, arguments, named)


def _start(start: Start, arguments: tuple[Any, ...], named: dict[str, Any], slot: int) -> None:
    start(slot, *arguments, **named)


def touch(token: str, slot: int) -> None:
    """In a worker: start this thread, and hold it until the others of its process have started too."""
    _take_seat(token)
    deadline = time.perf_counter() + _START_S
    while _Here.slots and time.perf_counter() < deadline:
        time.sleep(0.001)


def perform_here(token: str, call: bytes) -> Any:
    """In a worker: do a pickled call. Raises NotAvailable when another trial has taken this worker over."""
    _take_seat(token)
    fn, args, kwargs = pickle.loads(call)
    return fn(*args, **kwargs)


def _take_seat(token: str) -> None:
    if getattr(_thread, "token", "") == token == _Here.token:
        return
    with _Here.lock:
        if _Here.token != token or not _Here.slots:
            raise NotAvailable("Another run took over these Dask workers: let one run at a time use the cluster.")
        slot, *rest = _Here.slots
        _Here.start(slot)
        _Here.slots = tuple(rest)
    _thread.token = token
