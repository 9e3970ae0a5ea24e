"""The orchestrator: `python -m engine work TOKEN` takes one stored run to its end.

Trials run one after the other in fresh interpreters, and their records go to the store. A trial
that dies is continued by another, so a job loses nothing that was finished; a comparison leaves it
out. The process holds the run's lock as long as it lives and ends, with all that it
started, when its stdin closes: then whoever started it has died.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import engine
from engine.config import Settings
from engine.environment import environment
from engine.errors import OverlapError
from engine.executors import EXECUTORS
from engine.lifeline import watch_stdin
from engine.loop import crashed, time_limit
from engine.model import Configuration, Run, State, Trial, plain
from engine.remaining import Guilty, Remaining, after_death
from engine.services import services
from engine.store import RunFolder, Store
from engine.supervisor import Assignment, Outcome, Row, Supervisor
from engine.turns import turn

Part = Literal["all", "unfinished", "failed"]
"""Which tasks of the run: all of them, those without an end, or those that failed."""

_LOCK_S = 5.0
_FAREWELL_S = 1.2
_DEATHS_WITHOUT_PROGRESS = 3


def work(settings: Settings, token: str, part: Part = "all", chosen: Iterable[int] | None = None) -> State:
    """Run a stored run, or a part of it, and give the state in which it ended.

    `chosen` narrows a retry to some tasks. Raises RunNotFound, StoreUnusable, or OverlapError when
    another orchestrator has the run.
    """
    store = Store.open(settings)
    run = store.run(token)
    folder = store.folder(run)
    lock = folder.lock()
    lock.acquire(timeout=_LOCK_S)
    with lock:
        return Orchestrator(store, run, folder).run_part(part, chosen)


class Orchestrator:
    """Takes one run to its end."""

    def __init__(self, store: Store, run: Run, folder: RunFolder) -> None:
        self.store, self.run, self.folder = store, run, folder
        self.abandoned = threading.Event()
        self.supervisor: Supervisor | None = None
        self._cancel_seen = False
        self._next_poll = 0.0

    def run_part(self, part: Part, chosen: Iterable[int] | None) -> State:
        """Wait for the turn, run the trials, and store the end."""
        self._watch_for_the_end()
        try:
            with turn(self.run, self.store.settings.jobs_at_once, self._waits, self.cancelled) as got:
                if not got:
                    return self._finish("cancelled")
                self.store.set_state(self.run, "running")
                self.store.update_run(self.run, environment=environment())
                with self._services() as extra:
                    return self._finish(self._trials(part, chosen, extra))
        except OverlapError as error:
            self.store.set_state(self.run, "failed", str(error))
            return "failed"

    def cancelled(self) -> bool:
        """Whether the run is to stop; asks the store every 0.2 s."""
        if self.abandoned.is_set():
            return True
        if not self._cancel_seen and time.perf_counter() >= self._next_poll:
            self._next_poll = time.perf_counter() + 0.2
            self._cancel_seen = self.store.cancel_requested(self.run)
        return self._cancel_seen

    # -- the run ---------------------------------------------------------------

    def _trials(self, part: Part, chosen: Iterable[int] | None, extra: dict[str, Any]) -> State:
        remaining = self._remaining(part, chosen)
        for repeat, configuration in schedule(self.run):
            state = self._chain(repeat, configuration, remaining, extra)
            if state == "cancelled":
                return "interrupted" if self.abandoned.is_set() else "cancelled"
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
        self.store.update_run(self.run, failed=len(failed) - len(again))
        return Remaining(dict.fromkeys(sorted(again), 0))

    def _chain(self, repeat: int, configuration: Configuration, start: Remaining, extra: dict[str, Any]) -> State:
        """One trial, continued by others as long as its process dies and a job still makes progress."""
        remaining, continues, deaths = start, self._last_order(start), 0
        while True:
            count = len(remaining.attempts(self.run.tasks))
            trial = self.store.add_trial(self.run, repeat, plain(configuration), count, continues)
            outcome, done = self._supervise(trial, remaining, extra)
            if outcome.ended or outcome.cancelled:
                return self._close(trial, "finished" if outcome.ended else "cancelled", remaining, done)
            self.store.update_trial(trial, state="failed", message=outcome.message)
            if outcome.final:
                raise OverlapError(outcome.message or "The trial could not start.")
            if self.run.kind != "job":
                return "failed"
            remaining, guilty = after_death(
                remaining, self.run.tasks, done, outcome.busy, outcome.overdue, outcome.suspects
            )
            rows = [self._blame(trial, outcome.origin_s, one) for one in guilty]
            self.store.records.add(trial, self.run, rows, 0, len(rows))
            deaths = 0 if done or guilty else deaths + 1
            if deaths >= _DEATHS_WITHOUT_PROGRESS:
                raise OverlapError(f"{outcome.message} That happened {deaths} times without any task done.")
            if not remaining.attempts(self.run.tasks):
                return "finished"
            continues = trial.order

    def _supervise(self, trial: Trial, remaining: Remaining, extra: dict[str, Any]) -> tuple[Outcome, set[int]]:
        assignment = self._assignment(trial, remaining, extra)

        def save(rows: list[Row], ok: int, failed: int) -> None:
            self.store.records.add(trial, self.run, rows, ok, failed)

        self.supervisor = Supervisor(assignment, save, self.cancelled)
        outcome = self.supervisor.run()
        self.store.update_trial(trial, measurement=outcome.measurement, samples=outcome.samples)
        return outcome, self.supervisor.done

    def _assignment(self, trial: Trial, remaining: Remaining, extra: dict[str, Any]) -> Assignment:
        place = self.folder.trial(trial.order)
        outputs = self.folder.outputs if self.run.kind == "job" else place / "outputs"
        outputs.mkdir(parents=True, exist_ok=True)
        search_path = search_path_of(self.run)
        specification = {
            "parent": os.getpid(),
            "workload": self.run.workload,
            "options": {**self.run.options, **extra},
            "settings": self.store.settings.plain(),
            "configuration": plain(trial.configuration),
            "folder": str(self.folder.path),
            "outputs": str(outputs),
            "board": str(place / "board"),
            "tasks": str(self.folder.tasks_file),
            "only": remaining.tasks,
            "suspects": remaining.suspects,
            "time_limit_s": self.run.time_limit_s,
        }
        (place / "trial.json").write_text(json.dumps(specification), encoding="utf-8")
        return Assignment(
            trial_id=trial.id,
            specification=place / "trial.json",
            board=place / "board",
            configuration=trial.configuration,
            labels=self._labels(),
            limit_s=self.run.time_limit_s,
            can_kill=EXECUTORS[trial.configuration.executor].can_kill,
            log=place / "log.txt",
            search_path=search_path,
        )

    def _labels(self) -> Sequence[str]:
        return [task.label for task in self.folder.tasks()]

    def _blame(self, trial: Trial, origin_s: float, guilty: Guilty) -> Row:
        """The record of a task that took its trial down, or stayed past its limit."""
        error = time_limit(self.run.time_limit_s or 0.0) if guilty.overdue else crashed(guilty.attempts)
        label = self._labels()[guilty.task]
        started_s, finished_s = guilty.post.started_s - origin_s, time.perf_counter() - origin_s
        return (
            trial.id, guilty.task, label, guilty.post.slot, started_s, finished_s, None,
            "failed", error.reason, error.message, guilty.attempts, None, None, 0.0,
        )  # fmt: skip

    def _close(self, trial: Trial, state: State, remaining: Remaining, done: set[int]) -> State:
        """A trial's regular end; a cancelled one gets a record for every task that it did not come to."""
        if state == "cancelled" and not self.abandoned.is_set():
            tasks = remaining.attempts(self.run.tasks)
            labels = self._labels()
            message = "The run was cancelled before this task was done."
            rows = [
                (trial.id, task, labels[task], None, None, None, None,
                 "cancelled", "cancelled", message, 0, None, None, 0.0)
                for task in tasks if task not in done
            ]  # fmt: skip
            self.store.records.add(trial, self.run, rows, 0, 0)
        self.store.update_trial(trial, state=state)
        return state

    def _last_order(self, remaining: Remaining) -> int | None:
        """The trial that a resume or retry continues."""
        trials = self.store.trials(self.run) if remaining.tasks is not None else []
        return trials[-1].order if trials else None

    # -- its surroundings -------------------------------------------------------

    def _finish(self, state: State) -> State:
        run = self.store.run(self.run.token)
        message = f"Cancelled, {run.done} of {run.tasks} done." if state == "cancelled" else None
        self.store.set_state(self.run, state, message)
        return state

    def _waits(self, whom: str | None) -> None:
        self.store.update_run(self.run, waiting_for=whom)

    @contextmanager
    def _services(self) -> Iterator[dict[str, Any]]:
        with ExitStack() as stack:
            yield services(self.run, self.folder, self.store.settings, stack)

    def _watch_for_the_end(self) -> None:
        """When stdin closes or SIGTERM comes: kill the trial, store what has arrived, and leave."""

        def abandon() -> None:
            self.abandoned.set()
            if self.supervisor:
                self.supervisor.kill()
            timer = threading.Timer(_FAREWELL_S, os._exit, args=(1,))
            timer.daemon = True
            timer.start()

        signal.signal(signal.SIGTERM, lambda *_: abandon())
        watch_stdin(lambda line: None, abandon)


def schedule(run: Run) -> list[tuple[int, Configuration]]:
    """(repeat, configuration) pairs in the order in which they run."""
    return [(repeat, configuration) for repeat in range(run.repeats) for configuration in run.configurations]


def search_path_of(run: Run) -> str:
    """PYTHONPATH of the run's trials: this engine, and what the caller of a user's own function had."""
    own = str(Path(engine.__file__).resolve().parent.parent)
    extra = run.options.get("search_path", [])
    return os.pathsep.join([own, *extra])
