"""The trial's side of a cluster's seats: who sits where, which calls each has, and what became of them.

All of it runs on one event loop (`remote` owns its thread). Each seat has a queue of its own, so that it is known what
goes down with it; what all seats say comes through one queue of the trial. Both are kept by the scheduler: trial and
workers need not reach each other.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from distributed import Queue

from engine.executors.base import WorkerLost
from engine.executors.dask.calls import settle

AHEAD = 2
"""Calls that a seat has at once: one at work, one waiting, so that no worker idles while a result travels."""
_TRIPS = 3


@dataclass(slots=True)
class Call:
    """A pickled call and the future of whoever made it."""

    number: int
    payload: bytes
    future: Future[Any]


@dataclass(slots=True)
class Lane:
    """One seat as the trial sees it. `clock_offset_s` are the seconds to add to its clock to get the trial's."""

    slot: int
    id: str
    address: str
    who: str
    queue: Any
    sent: dict[int, Call] = field(default_factory=dict)
    ready: bool = False
    clock_offset_s: float = 0.0
    pongs: asyncio.Queue[float] = field(default_factory=asyncio.Queue)


class Seats:
    """The lanes of one trial. `admit` says why a seat is not fit, or None; `changed` is called after every change."""

    def __init__(
        self, client: Any, token: str, machine: str, limit_s: float | None,
        admit: Callable[[int, dict[str, Any]], str | None], changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self.client, self.token, self.machine, self.limit_s = client, token, machine, limit_s
        self.admit, self.changed = admit, changed
        self.lanes: dict[str, Lane] = {}
        self.backlog: deque[Call] = deque()
        self.refused: dict[int, str] = {}
        """Why a slot's last seat was sent away."""
        self.taken: set[int] = set()
        """Slots that have had a thread of the cluster; their task processes may still be starting."""
        self.names: dict[int, str] = {}
        """By slot, where it sat last: the machine and the worker's address."""
        self.failure: BaseException | None = None
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> int:
        """How many seats take calls."""
        return sum(lane.ready for lane in self.lanes.values())

    def offer(self, payload: bytes, future: Future[Any]) -> None:
        """Have a call made by whichever seat is free first."""
        self._count += 1
        self.backlog.append(Call(self._count, payload, future))
        self.pump()

    def pump(self) -> None:
        """Send what waits to seats that have room, to those with least to do first."""
        while self.backlog:
            free = [lane for lane in self.lanes.values() if lane.ready and len(lane.sent) < AHEAD]
            if not free:
                return
            lane, call = min(free, key=lambda one: len(one.sent)), self.backlog.popleft()
            lane.sent[call.number] = call
            self.start(lane.queue.put(["call", call.number, call.payload]))

    def start(self, work: Any) -> None:
        """Run a coroutine beside the others; what it raises means that the scheduler is lost."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failure = self.failure or error
            self.changed()

    async def listen(self) -> None:
        """Take in what the seats say, until the scheduler is lost."""
        results = await Queue(name=f"{self.token}-results", client=self.client)  # type: ignore[no-untyped-call]
        while True:
            what, seat, *rest = await results.get()
            _HEARD[what](self, seat, *rest)

    def lose(self, lane: Lane, why: str) -> None:
        """A seat is gone: whoever made its calls is told so, call by call."""
        self.lanes.pop(lane.id, None)
        for call in lane.sent.values():
            settle(call.future, WorkerLost(f"The Dask worker {lane.who} {why}.", slot=lane.slot))
        self.changed()

    def _taken(self, _seat: str, slot: int) -> None:
        self.taken.add(slot)

    def _seated(self, seat: str, slot: int, hello: dict[str, Any]) -> None:
        for old in [lane for lane in self.lanes.values() if lane.slot == slot]:
            self.lose(old, "was lost")  # Dask has given its task to another worker
        who = f"{hello['name']} ({hello['address']})" if hello["name"] != hello["address"] else hello["address"]
        self.start(self._welcome(Lane(slot, seat, hello["address"], who, None), hello))

    async def _welcome(self, lane: Lane, hello: dict[str, Any]) -> None:
        """Look at what a new seat has proven, set its clock, and let it have calls."""
        lane.queue = await Queue(name=f"{self.token}-{lane.id}", client=self.client)  # type: ignore[no-untyped-call]
        if why := self.admit(lane.slot, {**hello, "who": lane.who}):
            self.refused[lane.slot] = why
            print(why, file=sys.stderr)  # noqa: T201 - the trial's log
            self.changed()
            await lane.queue.put(["leave", 0, b""])
            return
        self.lanes[lane.id] = lane
        self.names[lane.slot] = f"{hello['host']} {lane.address}"
        same_clock = self.machine and hello["machine"] == self.machine
        lane.clock_offset_s = 0.0 if same_clock else await self._clock_offset_s(lane)
        await lane.queue.put(["clock", 0, repr(lane.clock_offset_s).encode()])
        lane.ready = True
        self.changed()
        self.pump()

    async def _clock_offset_s(self, lane: Lane) -> float:
        """Seconds to add to the seat's clock to get the trial's, by that of some round trips which took least time."""
        trips = []
        for number in range(_TRIPS):
            sent = time.perf_counter()
            await lane.queue.put(["ping", number, b""])
            theirs = await lane.pongs.get()
            back = time.perf_counter()
            trips.append((back - sent, (sent + back) / 2 - theirs))
        return min(trips)[1]

    def _pong(self, seat: str, _: int, theirs: float) -> None:
        if lane := self.lanes.get(seat):
            lane.pongs.put_nowait(theirs)

    def _done(self, seat: str, number: int, payload: bytes, _busy_s: float) -> None:
        if call := self._returned(seat, number):
            try:
                succeeded, value = pickle.loads(payload)
            except BaseException as error:  # somebody's class, whose reading raises
                succeeded, value = False, error
            settle_as(call.future, succeeded, value)
        self.pump()

    def _lost(self, seat: str, number: int, at_work: tuple[int | None, float], overdue: bool) -> None:
        """A call took its process down, or was ended for its limit; its seat goes on."""
        lane = self.lanes.get(seat)
        if lane and (call := self._returned(seat, number)):
            task, started_s = at_work
            limit_s = self.limit_s if overdue else None
            why = "The process that ran it died."
            settle(call.future, WorkerLost(why, task, lane.slot, started_s + lane.clock_offset_s, limit_s))
        self.pump()

    def _returned(self, seat: str, number: int) -> Call | None:
        lane = self.lanes.get(seat)
        return lane.sent.pop(number, None) if lane else None

    def _unfit(self, seat: str, slot: int, answer: dict[str, Any]) -> None:
        self.refused[slot] = f"The Dask worker at {answer['address']} cannot be used: {answer['why']}."
        self._left(seat, slot, answer)
        self.changed()

    def _left(self, seat: str, _slot: int, _told: dict[str, Any]) -> None:
        if lane := self.lanes.get(seat):
            self.lose(lane, "left")


def settle_as(future: Future[Any], succeeded: bool, value: Any) -> None:
    """Set what a call returned, or raised where it has not succeeded."""
    if succeeded:
        settle_result(future, value)
    else:
        settle(future, value)


def settle_result(future: Future[Any], value: Any) -> None:
    """Set a result, also one that is an exception object."""
    if not future.done():
        future.set_result(value)


_HEARD: dict[str, Callable[..., None]] = {
    "taken": Seats._taken,
    "seated": Seats._seated,
    "pong": Seats._pong,
    "done": Seats._done,
    "lost": Seats._lost,
    "unfit": Seats._unfit,
    "left": Seats._left,
}
