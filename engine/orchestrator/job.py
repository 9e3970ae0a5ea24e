"""A job: one trial of its tasks, continued by another one whenever its process dies and tasks still get done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.errors import OverlapError
from engine.model import Run, State, Trial
from engine.orchestrator.blame import ALL, Culprit, Pending, after_death
from engine.orchestrator.runners import Request, Runner
from engine.orchestrator.trials import TrialRunner, counted_results
from engine.protocol.reasons import crashed, time_limit
from engine.protocol.record import Row, row_of
from engine.workloads import workload_class

_DEATHS_WITHOUT_PROGRESS = 3


class JobRunner(Runner):
    """Runs the tasks of one job, or the part of them that was asked for."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.trials = TrialRunner(request)

    def to_the_end(self) -> State:
        """Run the tasks, and have the workload make what the job was asked for beside them."""
        state = self.run_tasks(self.asked_for())
        outputs = self.store.folder(self.run).outputs
        self.remark = workload_class(self.run.workload).conclude(self.run, outputs, self._results())
        return state

    def cancelled_after(self, run: Run) -> str:
        """How many tasks were done."""
        return f"Cancelled, {run.so_far}."

    def abandon(self) -> None:
        """End the trial that is under way."""
        self.trials.abandon()

    def asked_for(self) -> Pending:
        """The tasks of the part that was asked for; those of a retry no longer count as failed."""
        if self.request.part == "all":
            return ALL
        settled = self.store.records.settled(self.run)
        if self.request.part == "unfinished":
            return Pending({task: 0 for task in range(self.run.tasks) if task not in settled})
        failed = {task for task, status in settled.items() if status == "failed"}
        again = failed if self.request.chosen is None else failed & set(self.request.chosen)
        self.store.update_run(self.run, ok=len(settled) - len(failed), failed=len(failed) - len(again))
        return Pending(dict.fromkeys(sorted(again), 0))

    def run_tasks(self, pending: Pending = ALL) -> State:
        """Run trial after trial until every pending task has its end or somebody cancels.

        Raises OverlapError when the trial cannot start, or dies again and again without progress.
        """
        (configuration, *_), total = self.run.configurations, self.run.tasks
        continues, deaths = self._last_order(pending), 0
        while pending.count(total):
            trial, outcome, done = self.trials.run_one(0, configuration, pending, continues)
            if outcome.ended:
                self._refuse_a_loss(trial, pending)
                self.trials.close(trial, "finished", pending, done)
                return self._state()
            if outcome.cancelled:
                self.trials.close(trial, "cancelled", pending, done)
                return "cancelled"
            if self.trials.abandoned:  # we ended it ourselves: no task is to blame, and no other trial follows
                return "cancelled"
            self.trials.fail(trial, outcome)
            pending, culprits = after_death(pending, total, done, outcome.busy, outcome.overdue, outcome.suspects)
            rows = [self._row(trial, outcome.origin_s, one) for one in culprits]
            self.trials.add_failures(trial, rows)
            deaths = 0 if done or culprits else deaths + 1
            if deaths >= _DEATHS_WITHOUT_PROGRESS:
                raise OverlapError(f"{outcome.message} That happened {deaths} times without any task done.")
            continues = trial.order
        return self._state()

    def _refuse_a_loss(self, trial: Trial, ran: Pending) -> None:
        """Raises OverlapError when a trial that ended has left a task without its record."""
        counts = self.store.records.count(self.run)
        if counts.ok + counts.failed == self.run.tasks:
            return
        settled = self.store.records.settled(self.run)
        lost = sum(1 for task in ran.attempts(self.run.tasks) if task not in settled)
        if lost:
            message = f"The trial ended, but {counted_results(lost)} not stored: resume the run for the missing ones."
            self.store.update_trial(trial, state="failed", message=message)
            raise OverlapError(message)

    def _state(self) -> State:
        """The state of a run whose trials have ended: finished only when every task has its end in the store.

        A retry of a run that was cancelled or interrupted leaves the tasks that it was not asked for without one.
        """
        counts = self.store.records.count(self.run)
        if counts.ok + counts.failed == self.run.tasks:
            return "finished"
        return "cancelled" if counts.cancelled else "interrupted"

    def _row(self, trial: Trial, origin_s: float, culprit: Culprit) -> Row:
        """The record of a task that took its trial down, or stayed past its limit."""
        error = time_limit(self.run.time_limit_s or 0.0) if culprit.overdue else crashed(culprit.attempts)
        return row_of(
            trial.id, self.trials.labels[culprit.task], task=culprit.task, worker=culprit.at.number,
            started_s=culprit.at.started_s - origin_s, finished_s=self.request.clock() - origin_s,
            attempts=culprit.attempts, status="failed", reason=error.reason, error=error.message,
        )  # fmt: skip

    def _last_order(self, pending: Pending) -> int | None:
        """The trial that a resume or retry continues."""
        trials = self.store.trials(self.run) if pending.tasks is not None else []
        return trials[-1].order if trials else None

    def _results(self) -> Iterator[tuple[str, Any]]:
        """Label and output of each task that went well; read from the store only where somebody asks for them."""
        for label, text in self.store.records.latest_columns(self.run, "label", "output", status="ok"):
            yield str(label), json.loads(text) if text else None
