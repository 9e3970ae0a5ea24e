"""Inside a Dask worker: a seat, a task that holds one of the worker's threads for a trial and runs its calls.

    trial --Queue of the seat--> puller thread -> inbox -> [task process] -> inbox --Queue of results--> trial

The calls run in a process of the seat's own, which is killed and started anew when a call passes its time limit or
takes it down. The seat lives as long as Dask wants its task: a cancel, a trial that died, or a scheduler that is gone
ends it, and with it the process, within a fraction of a second.

Loaded from the shipped engine under a name of its own (`shipment`), because a worker may have another engine or none:
so this imports the standard library, distributed and its neighbour `task_process` only.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import queue
import shutil
import socket
import tempfile
import threading
import time
import zipfile
from collections import deque
from contextlib import suppress
from importlib import import_module
from typing import Any
from uuid import uuid4

from distributed import Queue, get_worker

Child: Any = import_module(f"{__package__}.task_process").Child  # so, because the package has another name there

LOOK_S = 0.1
"""How often a seat looks whether it is still wanted, and whether its call is past the limit."""
START_S = 60.0
"""How long a task process may take to start."""
ANSWER_S = 30.0
"""How long a scheduler may take to answer a question."""
_DEATHS = 3
"""So many processes in a row may die as they start, before the seat is given up."""


class Seat:
    """One slot of a trial on this worker."""

    def __init__(self, folder: str, slot: int, told: dict[str, Any]) -> None:
        self.worker, self.slot, self.told = get_worker(), slot, told
        self.key = self.worker.get_current_task()
        self.id = uuid4().hex
        self.home = os.path.join(self.worker.local_directory, "overlap-home")
        os.makedirs(self.home, mode=0o700, exist_ok=True)
        self.scratch = tempfile.mkdtemp(prefix="overlap-seat-", dir=self.worker.local_directory)
        own = os.path.join(self.scratch, "own")
        if told["own"]:
            with zipfile.ZipFile(io.BytesIO(told["own"])) as archive:
                archive.extractall(own)
        self.search_path = os.pathsep.join(filter(None, [folder, own, os.environ.get("PYTHONPATH")]))
        self.inbox: queue.SimpleQueue[tuple[Any, Any, Any]] = queue.SimpleQueue()
        self.work: Any = Queue(f"{told['token']}-{self.id}")  # type: ignore[no-untyped-call]
        self.results: Any = Queue(f"{told['token']}-results")  # type: ignore[no-untyped-call]
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.call: int | None = None
        """The call that the process has."""
        self.since_s = 0.0
        self.overdue: tuple[int, float] | None = None
        self.clock_offset_s = b"0"
        self.starts = self.deaths = 0
        self.seated = self.left = False
        self.results.put(["taken", self.id, slot])  # type: ignore[no-untyped-call]
        self.child = self._new_child()

    def serve(self) -> str:
        """Run calls until nobody wants this seat any more; why it ended."""
        threading.Thread(target=self._pull, name="overlap-pull", daemon=True).start()
        looked_s = 0.0
        try:
            while not self.left:
                with suppress(queue.Empty):
                    self._take(*self.inbox.get(timeout=LOOK_S))
                if (now := time.perf_counter()) - looked_s >= LOOK_S:
                    looked_s = now
                    if not self._wanted():
                        return "It was not wanted any more."
                    self._hold_to_limits(now)
            return "It was told to leave."
        finally:
            self._leave()

    def _pull(self) -> None:
        """Bring what the trial sends into the inbox, in a thread of its own."""
        try:
            while (item := self.work.get())[0] != "end":
                self.inbox.put(tuple(item))
        except Exception:  # the scheduler is gone, whatever distributed makes of it
            self.inbox.put(("leave", 0, b""))

    def _take(self, kind: Any, number: Any, payload: Any) -> None:
        _STEPS[kind](self, number, payload)

    def _call(self, number: int, payload: bytes) -> None:
        self.waiting.append((number, payload))
        self._feed()

    def _ping(self, number: int, _: bytes) -> None:
        self.results.put(["pong", self.id, number, time.perf_counter()])

    def _set_clock(self, _: int, payload: bytes) -> None:
        self.clock_offset_s = payload
        self.child.write(b"t", payload)

    def _told_to_leave(self, *_: Any) -> None:
        self.left = True

    def _hello(self, number: int, payload: bytes) -> None:
        if number != self.starts:
            return
        self.child.ready, self.deaths = True, 0
        self.child.write(b"t", self.clock_offset_s)
        if not self.seated:
            self.seated = True
            here = {"address": self.worker.address, "name": str(self.worker.name), "host": socket.gethostname()}
            self.results.put(["seated", self.id, self.slot, {**json.loads(payload), **here, "machine": _machine()}])
        self._feed()

    def _result(self, number: int, payload: bytes) -> None:
        if number != self.starts or self.call is None:
            return
        call, self.call = self.call, None
        busy_s = time.perf_counter() - self.since_s
        self._feed()  # first, so that the process goes on while its result travels
        self.results.put(["done", self.id, call, payload, busy_s])

    def _question(self, _: int, payload: bytes) -> None:
        """A task asks the ledger on the scheduler; it waits for the answer, and so does this seat."""
        self.child.write(b"y", json.dumps(self._ask(json.loads(payload))).encode())

    def _ask(self, question: dict[str, Any]) -> Any:
        asked = self.worker.scheduler.overlap_ledger_1(question={**question, "who": self.id})
        loop: Any = self.worker.loop
        return asyncio.run_coroutine_threadsafe(asked, loop.asyncio_loop).result(ANSWER_S)

    def _give_back(self) -> None:
        """Have the ledger forget what a process that has died held."""
        if self.told["takes_turns"]:
            with suppress(Exception):  # it is forgotten there by its age
                self._ask({"do": "release"})

    def _gone(self, number: int, _: bytes) -> None:
        """The process has died: tell whose call that was, and start another."""
        if number != self.starts:
            return
        at_work, overdue = self.overdue or self.child.at_work(self._row()), self.overdue is not None
        was_ready, call = self.child.ready, self.call
        self.call = self.overdue = None
        self.child.close()
        self._give_back()
        self.deaths = 0 if was_ready else self.deaths + 1
        if self.deaths >= _DEATHS:
            why = f"its task process died {_DEATHS} times while it started: look at the worker's log"
            self.results.put(["unfit", self.id, self.slot, {"address": self.worker.address, "why": why}])
            self.left = True
            return
        self.child = self._new_child()
        if call is not None:
            self.results.put(["lost", self.id, call, list(at_work or (None, 0.0)), overdue])

    def _new_child(self) -> Child:
        self.starts += 1
        child = Child(self.slot, self.scratch, self.home, self.search_path, self.inbox, self.starts)
        child.write(b"s", self.told["start"])
        return child

    def _feed(self) -> None:
        if self.call is None and self.waiting and self.child.ready:
            self.call, payload = self.waiting.popleft()
            self.since_s = time.perf_counter()
            self.child.write(b"c", payload)

    def _wanted(self) -> bool:
        state = self.worker.state.tasks.get(self.key)
        return state is not None and state.state in ("executing", "long-running")

    def _hold_to_limits(self, now: float) -> None:
        if not self.child.ready:
            if now - self.child.began_s > START_S:
                self.child.kill()
            return
        limit_s = self.told["limit_s"]
        if limit_s is None or self.call is None or self.overdue:
            return
        at_work = self.child.at_work(self._row())
        if at_work and now - at_work[1] > limit_s:
            self.overdue = at_work
            self.child.kill()

    def _row(self) -> tuple[int, int]:
        task, started = self.told["row"]
        return task, started

    def _leave(self) -> None:
        self.child.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._give_back()
        with suppress(Exception):  # the scheduler may be gone: then nobody is there to be told
            self.work.put(["end", 0, b""], callback_timeout=2)
            self.results.put(["left", self.id, self.slot, {}], callback_timeout=2)
            self.work.close()
            self.results.close()


_STEPS = {
    "call": Seat._call,
    "ping": Seat._ping,
    "clock": Seat._set_clock,
    "leave": Seat._told_to_leave,
    b"h": Seat._hello,
    b"r": Seat._result,
    b"a": Seat._question,
    b"gone": Seat._gone,
}


def sit(folder: str, slot: int, told: dict[str, Any]) -> str:
    """Hold this thread of the worker as the trial's `slot` until it is not wanted any more."""
    return Seat(folder, slot, told).serve()


def _machine() -> str:
    """What is equal for processes that share a clock: the kernel's boot, where the system tells one."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
