"""The orchestrator: `python -m engine work TOKEN` takes one stored run to its end.

It starts what the run's tasks need, holds the run's lock as long as it lives, waits for its turn, has the run's
trials run (`runners` says by whom), and stores the end. It ends, with all that it started, when its stdin closes:
then whoever started it has died.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Iterable
from typing import Any

from engine.config import Settings
from engine.errors import OverlapError, StoreUnusable
from engine.machine.environment import environment
from engine.machine.lifeline import watch_stdin
from engine.model import ABANDONED, PATIENCE_S, Part, Run, State
from engine.orchestrator.expected import expected, left
from engine.orchestrator.pythons import described
from engine.orchestrator.runners import Request, Runner, runner_of
from engine.orchestrator.services import Services
from engine.orchestrator.turns import judge_anew, turn
from engine.store import Store
from engine.store.database import explain
from engine.store.liveness import Held

_LOCK_S = 5.0
_LOOKS = 6
"""So many times `_LOCK_S` a run that waits for this orchestrator may be held by the one before, which is leaving."""
_CANCEL_POLL_S = 0.2
_FAREWELL_S = 0.9
_JUDGE_S = 5.0


def work(
    settings: Settings, token: str, services: Services, part: Part = "all", chosen: Iterable[int] | None = None
) -> State:
    """Run a stored run, or a part of it, and give the state in which it ended.

    `services` are those that its tasks need, already started. `chosen` narrows a retry to some tasks. A run
    that another orchestrator has, or has taken to its end, is left to it (somebody clicked twice).
    Raises RunNotFound or StoreUnusable.
    """
    collect_rarely()
    store = Store.open(settings, PATIENCE_S)
    orchestrator = Orchestrator(store, store.run(token), services)
    for _ in range(_LOOKS):
        try:
            with store.hold(orchestrator.run, _LOCK_S, orchestrator.replaced):
                orchestrator.run = store.run(token)
                waits = orchestrator.run.state == "waiting"
                return orchestrator.run_part(part, chosen) if waits else orchestrator.run.state
        except Held:
            if (state := store.run(token).state) != "waiting":
                return state
    return "waiting"


def collect_rarely() -> None:
    """Have this process look for cyclic garbage a hundred times less often than Python's default of 700 objects.

    Records are rows without cycles; looking through those that wait took a seventh of the orchestrator's CPU time.
    """
    gc.set_threshold(70_000)


class Orchestrator:
    """Takes one run to its end."""

    def __init__(self, store: Store, run: Run, services: Services) -> None:
        self.store, self.run, self.services = store, run, services
        self.abandoned = threading.Event()
        self.runner: Runner | None = None
        self._cancel = threading.Event()
        self._began: tuple[float, int] | None = None
        """When its turn began and with how many tasks done, where its end is judged by its pace."""

    def run_part(self, part: Part, chosen: Iterable[int] | None) -> State:
        """Wait for the turn, run the trials, and store the end."""
        self._watch_for_the_end()
        threading.Thread(target=self._watch_for_a_cancel, name="overlap-cancel", daemon=True).start()
        try:
            self.store.interrupt_trials(self.run)
            self.store.folder(self.run).keep_reserve()
            request = Request(self.store, self.run, self.cancelled, self.services.options, part, chosen)
            self.runner = runner = runner_of(request)
            guess = expected(self.store, self.run)
            with turn(
                self.run, self.store.settings.jobs_at_once, self._waits, self.cancelled, expected=guess
            ) as got:
                if not got:
                    return self._finish("cancelled", runner)
                self.store.set_state(self.run, "running")
                if guess is None or guess.judged:
                    self._began = time.monotonic(), self.run.done
                self.store.update_run(self.run, environment=self._environment())
                return self._finish(runner.to_the_end(), runner)
        except OverlapError as error:
            return self._fail(str(error))
        except OSError as error:  # the disk is full, or the run's folder is gone
            return self._fail(f"The run cannot go on: {explain(error, self.store.settings)}")
        finally:
            self._cancel.set()  # the thread that asks for it goes
            self.store.folder(self.run).free_reserve()

    def replaced(self) -> None:
        """Leave at once, and store nothing more: the lock was lost, and another orchestrator has the run by now."""
        if self.runner:
            self.runner.abandon()
        os._exit(ABANDONED)

    def cancelled(self) -> bool:
        """Whether the run is to stop."""
        return self.abandoned.is_set() or self._cancel.is_set()

    def _watch_for_a_cancel(self) -> None:
        """Ask the store every 0.2 s, in a thread: a locked database must not hold up the supervisor."""
        judged_s = time.monotonic()
        while not self._cancel.wait(_CANCEL_POLL_S):
            try:
                if self.store.cancel_requested(self.run):
                    self._cancel.set()
                if self._began and time.monotonic() - judged_s > _JUDGE_S:
                    judged_s = time.monotonic()
                    self._judge(*self._began)
            except StoreUnusable:
                continue  # locked: nobody can ask for anything meanwhile; else the next record to be saved says why

    def _judge(self, began_s: float, done: int) -> None:
        """Tell those that wait behind this run how long it goes on, by its pace so far."""
        found = left(self.store.run(self.run.token), time.monotonic() - began_s, done)
        if found:
            with contextlib.suppress(OSError):  # they know less then
                judge_anew(self.run, found)

    def _finish(self, state: State, runner: Runner) -> State:
        """Store how the run ended. One that stopped because its starter died is interrupted, and can be resumed."""
        if self.abandoned.is_set() and state == "cancelled":
            state = "interrupted"
        message = runner.cancelled_after(self.store.run(self.run.token)) if state == "cancelled" else runner.remark
        self.store.set_state(self.run, state, message)
        return state

    def _fail(self, message: str) -> State:
        """Store why the run cannot go on; the reserve is freed first, because the disk may be full."""
        self.store.folder(self.run).free_reserve()
        self.store.set_state(self.run, "failed", message)
        return "failed"

    def _environment(self) -> dict[str, Any]:
        """This machine and Python, and the others that the run names. Raises NotAvailable for one that is gone."""
        if not (named := [one.python for one in self.run.configurations if one.python]):
            return environment()
        return {**environment(), "pythons": described(named, self.run.workload, self.run.options)}

    def _waits(self, whom: str | None) -> None:
        self.store.update_run(self.run, waiting_for=whom)

    def _watch_for_the_end(self) -> None:
        """When stdin closes or SIGTERM comes: kill the trial, store what has arrived, and leave."""

        def abandon() -> None:
            self.abandoned.set()
            if self.runner:
                self.runner.abandon()
            timer = threading.Timer(_FAREWELL_S, os._exit, args=(ABANDONED,))
            timer.daemon = True
            timer.start()

        signal.signal(signal.SIGTERM, lambda *_: abandon())
        watch_stdin(lambda line: None, abandon)
