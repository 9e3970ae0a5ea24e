"""A Dask cluster that the server's configuration names: its workers are elsewhere and outlive the trial.

The trial takes `workers` seats there (`agent`): tasks that each hold one thread of a worker, so that the cluster's
scheduler knows of them, shares threads out fairly and grows where it is adaptive. Dask's own function for a seat
travels by value and brings the engine with it (`shipment`); each seat proves what it sees before it gets a call
(`proof`). A seat that is lost costs its calls, which others make; a scheduler that is lost breaks the executor.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any
from uuid import uuid4

from distributed import Queue, Variable

from engine.errors import NotAvailable
from engine.executors.base import Start
from engine.executors.dask.admission import too_few, unfit
from engine.executors.dask.agent import START_S, _machine
from engine.executors.dask.calls import DaskBroken, settle
from engine.executors.dask.connection import connected, keep_turns, must_match
from engine.executors.dask.proof import Canary, packages_here
from engine.executors.dask.seats import Seats
from engine.executors.dask.shipment import ByValue, boot, own_modules, packed, packed_engine

RETURN_S = 30.0
"""How long a cluster without a single worker may take to get one back."""
LOOK_S = 0.5
_CLOSE_S = 2.0
_MOST_ENDS = 10
"""So often a slot is given out anew: a worker that leaves ends one of its seats, a worker that cannot have one all."""


class RemoteExecutor(Executor):
    """Calls over the seats of a cluster. `least` seats are enough to begin; raises NotAvailable where there are not."""

    def __init__(self, workers: int, least: int, start: Start, arguments: tuple[Any, ...], canary: Canary) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self.workers, self.least, self.canary = workers, least, canary
        self.setup = next(argument for argument in arguments if hasattr(argument, "settings"))
        self.address = self.setup.settings["dask_address"]
        self.token = f"overlap-{uuid4().hex}"
        self.packages = packages_here()
        modules = own_modules(self.setup.modules, self.setup.search_path)
        self.own = packed(modules) if modules else b""
        self.start_call = pickle.dumps((start, arguments, _umask(), canary.proof), pickle.HIGHEST_PROTOCOL)
        self.broken: str | None = None
        self.closed = False
        self.seats: Seats | None = None
        self.futures: dict[int, Any] = {}
        self.ends = Counter[int]()
        """By slot, how often its seat's task has ended by itself."""
        self.client: Any = None
        self._listener: asyncio.Task[None] | None = None
        self._looked_s = 0.0
        self._opened: Future[None] = Future()
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="overlap-cluster", daemon=True)
        self._thread.start()
        self._opened.result()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `fn(*args, **kwargs)`. Raises DaskBroken once the scheduler or all workers were lost."""
        if self.broken:
            raise DaskBroken(self.broken)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # whether its seat has begun with it is not known here
        payload = pickle.dumps((fn, args, kwargs), pickle.HIGHEST_PROTOCOL)
        self._loop.call_soon_threadsafe(self._offer, payload, future)
        return future

    @property
    def worker_names(self) -> dict[int, str]:
        """By slot: host and address of the worker that it sat at last."""
        return dict(self.seats.names) if self.seats else {}

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give all seats back, and leave the cluster; without `wait`, meanwhile."""
        self.closed = True
        with suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self._changed.set)
        if wait:
            self._thread.join(2 * _CLOSE_S)

    def _offer(self, payload: bytes, future: Future[Any]) -> None:
        if self.broken or self.seats is None:
            settle(future, DaskBroken(self.broken or "The cluster was left."))
        else:
            self.seats.offer(payload, future)

    def _live(self) -> None:
        """The thread."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._whole_life())

    async def _whole_life(self) -> None:
        try:
            await self._open()
            self._opened.set_result(None)
            await self._go_on()
        except BaseException as error:
            if not self._opened.done():
                self._opened.set_exception(error)
            self._lose(f"The Dask cluster at {self.address} was lost ({error or type(error).__name__}).")
        finally:
            await self._close()

    async def _open(self) -> None:
        self.client = await connected(self.setup.settings)
        await must_match(self.client, self.address)
        self.seats = Seats(
            self.client, self.token, _machine(), self.setup.limit_s, self._admit, self._changed.set
        )  # fmt: skip
        if self.setup.takes_turns:
            await keep_turns(self.client, self.address)
        digest, content = packed_engine()
        variable: Any = Variable(f"overlap-engine-{digest}", client=self.client)  # type: ignore[no-untyped-call]
        await variable.set(content)
        await Queue(name=f"{self.token}-results", client=self.client)  # type: ignore[no-untyped-call]
        self._listener = asyncio.ensure_future(self.seats.listen())
        self._listener.add_done_callback(lambda _: self._changed.set())
        self.told = {
            "token": self.token, "start": self.start_call, "limit_s": self.setup.limit_s,
            "takes_turns": self.setup.takes_turns, "own": self.own,
        }  # fmt: skip
        self.boot, self.shipped = ByValue(boot), (digest, variable.name)
        for slot in range(self.workers):
            self._take_seat(slot)
        await self._until_seated()

    def _take_seat(self, slot: int) -> None:
        told = {**self.told, "row": self.setup.board_row(slot)}
        self.futures[slot] = self.client.submit(
            self.boot, *self.shipped, slot, told, key=f"{self.token}-{slot}-{uuid4().hex[:8]}", pure=False
        )

    async def _until_seated(self) -> None:
        """Wait until there are as many seats as asked for, or enough after a while. Raises NotAvailable."""
        assert self.seats is not None
        patience_s = self.setup.settings["dask_patience_s"]
        began_s = time.perf_counter()
        while self.seats.ready < self.workers:
            await self._look_around()
            if self.seats.refused:
                raise NotAvailable(next(iter(self.seats.refused.values())))
            waited_s = time.perf_counter() - began_s
            starting = len(self.seats.taken) == self.workers and waited_s < patience_s + START_S
            if waited_s > patience_s and not starting:
                if self.seats.ready >= self.least:
                    return
                threads = sum((await self.client.nthreads()).values())
                raise NotAvailable(too_few(self.address, threads, self.workers, len(self.seats.taken), patience_s))

    async def _go_on(self) -> None:
        """Watch over the seats until the executor is shut down, or nothing is left of it."""
        assert self.seats is not None
        without_s = time.perf_counter()
        while not self.closed:
            await self._look_around()
            if self.seats.ready:
                without_s = time.perf_counter()
            elif time.perf_counter() - without_s > RETURN_S:
                return self._lose(f"The Dask cluster at {self.address} has no worker left.")

    async def _look_around(self) -> None:
        """Wait for a change, half a second at most; then see who is gone. Raises what the scheduler's loss raised."""
        assert self.seats is not None and self._listener is not None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), LOOK_S)
        self._changed.clear()
        if self._listener.done():
            self._listener.result()
        if self.seats.failure:
            raise self.seats.failure
        if self.closed or time.perf_counter() - self._looked_s < LOOK_S:
            return
        self._looked_s = time.perf_counter()
        here = await asyncio.wait_for(self.client.nthreads(), RETURN_S)
        for lane in [lane for lane in self.seats.lanes.values() if lane.address not in here]:
            self.seats.lose(lane, "is gone")
        for slot, future in list(self.futures.items()):
            if future.status not in ("pending",):
                await self._seat_ended(slot, future)

    async def _seat_ended(self, slot: int, future: Any) -> None:
        """A seat's task has ended by itself: raise what it raised while there is nobody else, else ask for another."""
        assert self.seats is not None
        error = await future.exception() if future.status == "error" else None
        if error is not None and not self.seats.ready and not self._opened.done():
            raise NotAvailable(f"A worker of the Dask cluster at {self.address} cannot be used ({error}).")
        self.ends[slot] += 1
        if self._opened.done() and slot not in self.seats.refused and self.ends[slot] < _MOST_ENDS:
            self._take_seat(slot)
        else:
            self.futures.pop(slot)

    def _admit(self, slot: int, hello: dict[str, Any]) -> str | None:
        return unfit(f"The Dask worker {hello['who']}", hello, self.packages, self.canary.unseen(slot))

    def _lose(self, reason: str) -> None:
        """Give up every call, because nobody is left to make it."""
        self.broken = self.broken or reason
        if self.seats is None:
            return
        calls = [call for lane in self.seats.lanes.values() for call in lane.sent.values()]
        for call in [*calls, *self.seats.backlog]:
            settle(call.future, DaskBroken(self.broken))

    async def _close(self) -> None:
        """Leave: Dask forgets the seats with the client that wants them, and each then ends its process."""
        self._lose("The cluster was left.")
        self.canary.take_away()
        if self._listener:
            self._listener.cancel()
        if self.client is None:
            return
        with suppress(Exception):  # whatever a scheduler that is gone makes of it: there is nothing left to give back
            await asyncio.wait_for(self.client.cancel(list(self.futures.values()), force=True), _CLOSE_S)
        with suppress(Exception):
            await asyncio.wait_for(self.client.close(timeout=_CLOSE_S), _CLOSE_S)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
