"""Trials of one run, each in a fresh process: start one, store its records and how it ended.

`job` and `comparison` decide which trials a run has; `supervision` watches the process of one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from sqlalchemy.exc import IntegrityError

from engine.analysis.tally import FROM_TASKS, Tally
from engine.errors import NotAvailable, OverlapError, StoreBusy, StoreUnusable, ValueRefused
from engine.model import PATIENCE_S, Configuration, Measurement, Run, State, Trial, plain
from engine.orchestrator.assignment import assignment_of
from engine.orchestrator.blame import ALL, Pending
from engine.orchestrator.runners import Request
from engine.orchestrator.supervision.outcome import Outcome
from engine.orchestrator.supervision.supervisor import Supervisor
from engine.protocol.record import Row, row_of
from engine.store import RunFolder, Store, Writer
from engine.workloads import workload_class

_AGAIN_S = 0.2


class TrialRunner:
    """Runs the trials of one run, one after the other."""

    def __init__(self, request: Request) -> None:
        self.store: Store = request.store
        self.run: Run = request.run
        self.cancelled: Callable[[], bool] = request.cancelled
        self.folder: RunFolder = self.store.folder(self.run)
        self.supervisor: Supervisor | None = None
        self.tally: Tally | None = None
        """Of the trial at hand, where it has very many tasks."""
        self.abandoned = False
        self._seats: tuple[str, ...] = ()
        """Where a cluster's workers sit now."""
        self._stored_seats: tuple[str, ...] = ()
        self._options, self._start, self._clock = request.options, request.start, request.clock

    @cached_property
    def late_options(self) -> Mapping[str, Any]:
        """Options that are known only now, because a service that the tasks need has come up."""
        return self._options()

    @cached_property
    def labels(self) -> Sequence[str]:
        """The tasks' labels, by index. Raises OverlapError when the run's list of tasks is not whole."""
        try:
            labels = self.folder.labels()
        except (ValueError, IndexError, TypeError):  # a line that is no JSON array
            labels = []
        if len(labels) < self.run.tasks:
            file = self.folder.tasks_file
            raise OverlapError(f"The run's list of tasks, {file}, is gone or cut off: start the run anew.")
        return labels

    def run_one(
        self,
        repeat: int,
        configuration: Configuration,
        pending: Pending = ALL,
        continues: int | None = None,
        whole_limit_s: float | None = None,
    ) -> tuple[Trial, Outcome, Collection[int]]:
        """Run one trial; gives it, how its process ended, and the tasks whose records have arrived.

        Its state is still to be stored (`close`, `fail`). `continues` is the order of the trial that it goes on from,
        `whole_limit_s` the limit of all tasks together. Raises StoreUnusable when its records cannot be stored.
        """
        options, count = self.late_options, pending.count(self.run.tasks)
        trial = self.store.add_trial(self.run, repeat, plain(configuration), count, continues)
        self.tally = Tally(configuration.workers) if count >= FROM_TASKS else None
        self._seats = self._stored_seats = ()
        try:
            with Writer(lambda rows, ok, failed: self._save(trial, rows, ok, failed)) as writer:
                work = assignment_of(self.store, self.run, trial, pending, options, whole_limit_s)
                self.supervisor = Supervisor(
                    work, writer.put, self.cancelled, lambda: self.labels, self._start, self._clock, self._hear_seats
                )
                outcome = self.supervisor.run()
            self._clean_up()
        except StoreUnusable as error:
            self.folder.free_reserve()
            self.store.update_trial(trial, state="failed", message=str(error))
            raise
        self.store.update_trial(
            trial, measurement=outcome.measurement, samples=outcome.samples, tally=self.tally and self.tally.plain()
        )
        return trial, outcome, self.supervisor.done

    def close(self, trial: Trial, state: State, pending: Pending, done: Collection[int]) -> None:
        """Store a regular end; a cancelled trial gets a record for every task that it did not come to."""
        if state == "cancelled" and not self.abandoned:
            message = "The run was cancelled before this task was done."
            rows = [
                row_of(trial.id, self.labels[task], task=task, status="cancelled", reason="cancelled", error=message)
                for task in pending.attempts(self.run.tasks)
                if task not in done
            ]
            self._save_patiently(trial, rows, 0, 0)
        self.store.update_trial(trial, state=state)

    def add_failures(self, trial: Trial, rows: list[Row]) -> None:
        """Store records of tasks that took the trial down, which it could not write itself."""
        self._save(trial, rows, 0, len(rows))
        if self.tally and rows:
            self.store.update_trial(trial, tally=self.tally.plain())

    def fail(self, trial: Trial, outcome: Outcome) -> None:
        """Store that a trial has failed. Raises NotAvailable when another try would end the same way."""
        self.store.update_trial(trial, state="failed", message=outcome.message)
        if outcome.final:
            raise NotAvailable(outcome.message or "The trial could not start.")

    def abandon(self) -> None:
        """End the trial that is under way, because this process must leave."""
        self.abandoned = True
        if self.supervisor:
            self.supervisor.kill()

    def _hear_seats(self, names: tuple[str, ...]) -> None:
        """Stored with the next records, by the thread that stores them: a locked database must not stop who listens."""
        self._seats = names

    def _store_seats(self, trial: Trial) -> None:
        names = self._seats
        if names != self._stored_seats:
            with suppress(StoreUnusable):  # they are for whoever looks on; all figures are stored at the end
                self.store.update_trial(trial, measurement=Measurement(worker_names=names))
                self._stored_seats = names

    def _save(self, trial: Trial, rows: list[Row], ok: int, failed: int) -> None:
        self._store_seats(trial)
        try:
            self._save_patiently(trial, rows, ok, failed)
        except ValueRefused:  # the database refuses one of the rows: the others are stored one by one
            rows = self.store.records.add_singly(trial, self.run, rows)
        if self.tally:
            self.tally.take(rows)

    def _save_patiently(self, trial: Trial, rows: list[Row], ok: int, failed: int) -> None:
        """Store rows, also where the database's server goes away meanwhile and comes back within a minute."""
        deadline_s, broken = time.monotonic() + PATIENCE_S, False
        while True:
            try:
                return self.store.records.add(trial, self.run, rows, ok, failed)
            except StoreBusy:
                if time.monotonic() > deadline_s:
                    raise
                broken = True
                time.sleep(_AGAIN_S)
            except IntegrityError:
                # The connection broke before the answer came: rows and counts are one step, so they are stored.
                if not broken or not self.store.records.has(trial, rows[0]):
                    raise
                return None

    def _clean_up(self) -> None:
        """Remove what killed workers had half written; a comparison's outputs are removed as a whole."""
        if self.run.kind == "job":
            workload_class(self.run.workload).clean_up(self.run.options, self.folder.outputs, self.folder.tasks())


def counted_results(count: int) -> str:
    """``1 result is``, ``2 results are``."""
    return f"{count:,} result is" if count == 1 else f"{count:,} results are"
