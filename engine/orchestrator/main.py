"""The orchestrator: `python -m engine work TOKEN` takes one stored run to its end.

It starts what the run's tasks need, holds the run's lock as long as it lives, waits for its turn, runs
its trials, and stores the end. It ends, with all that it started, when its stdin closes: then
whoever started it has died.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from engine.config import Settings
from engine.errors import OverlapError, StoreUnusable
from engine.machine.environment import environment
from engine.machine.lifeline import watch_stdin
from engine.model import Run, State
from engine.orchestrator.blame import Remaining
from engine.orchestrator.job import Chain
from engine.orchestrator.pythons import described
from engine.orchestrator.services import Services
from engine.orchestrator.turns import turn
from engine.store import Store
from engine.store.database import explain
from engine.store.liveness import Held
from engine.workloads import workload_class

Part = Literal["all", "unfinished", "failed"]
"""Which tasks of the run: all of them, those without an end, or those that failed."""

PATIENCE_S = 60.0
"""How long another program may keep the database locked before the run is given up; records wait in memory."""
_LOCK_S = 5.0
_CANCEL_POLL_S = 0.2
_FAREWELL_S = 1.2
ABANDONED = 75
"""Exit code of an orchestrator that had to leave before it could store the end; sysexits.h: try again later."""


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
    try:
        with store.hold(orchestrator.run, _LOCK_S, orchestrator.replaced):
            orchestrator.run = store.run(token)
            waits = orchestrator.run.state == "waiting"
            return orchestrator.run_part(part, chosen) if waits else orchestrator.run.state
    except Held:
        return store.run(token).state


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
        self.chain: Chain | None = None
        self.remark: str | None = None
        self._cancel = threading.Event()

    def run_part(self, part: Part, chosen: Iterable[int] | None) -> State:
        """Wait for the turn, run the trials, and store the end."""
        self._watch_for_the_end()
        threading.Thread(target=self._watch_for_a_cancel, name="overlap-cancel", daemon=True).start()
        try:
            self.store.interrupt_trials(self.run)
            self.store.folder(self.run).keep_reserve()
            with turn(self.run, self.store.settings.jobs_at_once, self._waits, self.cancelled) as got:
                if not got:
                    return self._finish("cancelled")
                self.store.set_state(self.run, "running")
                self.store.update_run(self.run, environment=self._environment())
                return self._finish(self._run(part, chosen))
        except OverlapError as error:
            return self._fail(str(error))
        except OSError as error:  # the disk is full, or the run's folder is gone
            return self._fail(f"The run cannot go on: {explain(error, self.store.settings)}")
        finally:
            self.store.folder(self.run).free_reserve()

    def replaced(self) -> None:
        """Leave at once, and store nothing more: the lock was lost, and another orchestrator has the run by now."""
        if self.chain:
            self.chain.abandon()
        os._exit(ABANDONED)

    def cancelled(self) -> bool:
        """Whether the run is to stop."""
        return self.abandoned.is_set() or self._cancel.is_set()

    def _watch_for_a_cancel(self) -> None:
        """Ask the store every 0.2 s, in a thread: a locked database must not hold up the supervisor."""
        while not self._cancel.wait(_CANCEL_POLL_S):
            try:
                if self.store.cancel_requested(self.run):
                    self._cancel.set()
            except StoreUnusable:
                continue  # locked: nobody can ask for anything meanwhile; else the next record to be saved says why

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

    def _run(self, part: Part, chosen: Iterable[int] | None) -> State:
        if self.run.kind == "experiment":
            return self._measure()
        self.chain = Chain(self.store, self.run, self.cancelled, self.services.options())
        if self.run.kind == "comparison":
            from engine.orchestrator.comparison import Comparison  # with all of engine.analysis: a job starts without

            return Comparison(self.store, self.run, self.chain).to_the_end()
        state = self.chain.to_the_end(self.run.configurations[0], self._remaining(part, chosen))
        outputs = self.store.folder(self.run).outputs
        self.remark = workload_class(self.run.workload).conclude(self.run, outputs, self._results())
        return state

    def _results(self) -> Iterator[tuple[str, Any]]:
        """Label and output of each task that went well; read from the store only where somebody asks for them."""
        for label, text in self.store.records.latest_columns(self.run, "label", "output", status="ok"):
            yield str(label), json.loads(text) if text else None

    def _measure(self) -> State:
        """A lab experiment: its document grows in the run's verdict, one finished experiment after the other."""
        from engine.lab import run_all

        def say(_event: str, document: dict[str, Any]) -> None:
            self.store.update_run(self.run, verdict=document, ok=len(document.get("experiments", [])))

        terms = self.run.terms
        which: Literal["machine", "sharing"] = "sharing" if self.run.workload == "sharing" else "machine"
        document = run_all(which, terms["mode"], terms.get("only"), say, self.cancelled)
        self.store.update_run(self.run, verdict=document, ok=len(document.get("experiments", [])))
        if self.cancelled():
            return "cancelled"
        if (measured := len(document.get("experiments", []))) < self.run.tasks:
            raise OverlapError(f"Only {measured} of {self.run.tasks} experiments were measured: start them again.")
        return "finished"

    def _remaining(self, part: Part, chosen: Iterable[int] | None) -> Remaining:
        """The tasks of this part; a retry's no longer count as failed."""
        if part == "all":
            return Remaining(None)
        settled = self.store.records.settled(self.run)
        if part == "unfinished":
            return Remaining({task: 0 for task in range(self.run.tasks) if task not in settled})
        failed = {task for task, status in settled.items() if status == "failed"}
        again = failed & set(chosen) if chosen is not None else failed
        self.store.update_run(self.run, ok=len(settled) - len(failed), failed=len(failed) - len(again))
        return Remaining(dict.fromkeys(sorted(again), 0))

    def _finish(self, state: State) -> State:
        if self.abandoned.is_set() and state == "cancelled":
            state = "interrupted"
        self.store.set_state(self.run, state, self._cancelled_after() if state == "cancelled" else self.remark)
        return state

    def _cancelled_after(self) -> str:
        run = self.store.run(self.run.token)
        if run.kind == "job":
            return f"Cancelled, {run.done} of {run.tasks} done."
        if run.kind == "experiment":
            return "Cancelled; the experiments that had ended are kept."
        ended = [trial for trial in self.store.trials(run) if trial.state == "finished" and trial.repeat >= 0]
        return f"Cancelled after {len(ended)} finished trials; the verdict speaks of those."

    def _waits(self, whom: str | None) -> None:
        self.store.update_run(self.run, waiting_for=whom)

    def _watch_for_the_end(self) -> None:
        """When stdin closes or SIGTERM comes: kill the trial, store what has arrived, and leave."""

        def abandon() -> None:
            self.abandoned.set()
            if self.chain:
                self.chain.abandon()
            timer = threading.Timer(_FAREWELL_S, os._exit, args=(ABANDONED,))
            timer.daemon = True
            timer.start()

        signal.signal(signal.SIGTERM, lambda *_: abandon())
        watch_stdin(lambda line: None, abandon)
