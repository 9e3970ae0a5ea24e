"""Trials of one run, each in a fresh process: run one, continue it when it dies, record what is left.

Sits between `experiment`, which decides which trials a run has, and `supervisor`, which runs one.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.errors import NotAvailable, OverlapError, StoreUnusable, ValueRefused
from engine.executors import EXECUTORS
from engine.machine import private
from engine.model import Configuration, Run, State, Trial, plain
from engine.orchestrator.blame import Guilty, Remaining, after_death
from engine.orchestrator.pythons import engine_path
from engine.orchestrator.supervisor import Assignment, Outcome, Supervisor
from engine.protocol.reasons import crashed, time_limit
from engine.protocol.record import Row, row_of
from engine.protocol.specification import Specification
from engine.store import RunFolder, Store, Writer
from engine.workloads import workload_class

_DEATHS_WITHOUT_PROGRESS = 3

ALL = Remaining(None)


class Chain:
    """Runs the trials of one run. `cancelled` says whether to stop; `extra` are options known only now."""

    def __init__(self, store: Store, run: Run, cancelled: Callable[[], bool], extra: dict[str, Any]) -> None:
        self.store, self.run, self.cancelled, self.extra = store, run, cancelled, extra
        self.folder: RunFolder = store.folder(run)
        self.supervisor: Supervisor | None = None
        self.abandoned = False

    def to_the_end(self, configuration: Configuration, start: Remaining = ALL) -> State:
        """A job: one trial, continued by others as long as its process dies and tasks still get done.

        Raises OverlapError when the trial cannot start, or dies again and again without progress.
        """
        remaining, continues, deaths = start, self._last_order(start), 0
        while remaining.attempts(self.run.tasks):
            trial, outcome, done = self._run(0, configuration, remaining, continues)
            if outcome.ended or outcome.cancelled:
                if outcome.ended:
                    self._refuse_a_loss(trial, remaining)
                self._close(trial, "finished" if outcome.ended else "cancelled", remaining, done)
                return self._end() if outcome.ended else "cancelled"
            self._fail(trial, outcome)
            remaining, guilty = after_death(
                remaining, self.run.tasks, done, outcome.busy, outcome.overdue, outcome.suspects
            )
            rows = [self._blame(trial, outcome.origin_s, one) for one in guilty]
            self.store.records.add(trial, self.run, rows, 0, len(rows))
            deaths = 0 if done or guilty else deaths + 1
            if deaths >= _DEATHS_WITHOUT_PROGRESS:
                raise OverlapError(f"{outcome.message} That happened {deaths} times without any task done.")
            continues = trial.order
        return self._end()

    def _refuse_a_loss(self, trial: Trial, ran: Remaining) -> None:
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

    def _end(self) -> State:
        """How a run whose trials have ended stands: finished only when each of its tasks has its end in the store.

        A retry of a run that was cancelled or interrupted leaves the tasks that it was not asked for without one.
        """
        counts = self.store.records.count(self.run)
        if counts.ok + counts.failed == self.run.tasks:
            return "finished"
        return "cancelled" if counts.cancelled else "interrupted"

    def once(self, repeat: int, configuration: Configuration, whole_limit_s: float | None = None) -> Trial:
        """A comparison: one trial of all tasks; one whose process dies is failed and left at that.

        `whole_limit_s` is for a trial of a reference, which has no records: all of its tasks together.

        Raises OverlapError when the trial cannot start at all.
        """
        trial, outcome, done = self._run(repeat, configuration, ALL, None, whole_limit_s)
        if any(outcome.counted):
            self.store.records.add(trial, self.run, [], *outcome.counted)
            self.store.update_trial(trial, message=_why_failed(outcome))
        missing = trial.tasks - sum(outcome.counted) - self.store.records.count_of(trial)
        if outcome.ended and missing:
            outcome.message = f"The trial ended, but {counted_results(missing)} not stored: it does not count."
            self._fail(trial, outcome)
        elif outcome.ended or outcome.cancelled:
            self._close(trial, "finished" if outcome.ended else "cancelled", ALL, done)
        else:
            self._fail(trial, outcome)
        # The fingerprints are recorded; many trials' pictures would fill the disk.
        shutil.rmtree(self.folder.trial(trial.order) / "outputs", ignore_errors=True)
        return next(one for one in self.store.trials(self.run) if one.id == trial.id)

    def abandon(self) -> None:
        """End the trial that is under way, because this process must leave."""
        self.abandoned = True
        if self.supervisor:
            self.supervisor.kill()

    def _run(
        self,
        repeat: int,
        configuration: Configuration,
        remaining: Remaining,
        continues: int | None,
        whole_limit_s: float | None = None,
    ) -> tuple[Trial, Outcome, set[int]]:
        count = len(remaining.attempts(self.run.tasks))
        trial = self.store.add_trial(self.run, repeat, plain(configuration), count, continues)

        def save(rows: list[Row], ok: int, failed: int) -> None:
            try:
                self.store.records.add(trial, self.run, rows, ok, failed)
            except ValueRefused:  # one of the rows: the others are none the worse
                self.store.records.add_singly(trial, self.run, rows)

        try:
            with Writer(save) as writer:
                work = self._assignment(trial, remaining, whole_limit_s)
                self.supervisor = Supervisor(work, writer.put, self.cancelled)
                outcome = self.supervisor.run()
            if self.run.kind == "job":  # a comparison's outputs go as a whole
                kind = workload_class(self.run.workload)
                kind.clean_up(self.run.options, self.folder.outputs, self.folder.tasks())
        except StoreUnusable as error:
            self.folder.free_reserve()
            self.store.update_trial(trial, state="failed", message=str(error))
            raise
        self.store.update_trial(trial, measurement=outcome.measurement, samples=outcome.samples)
        return trial, outcome, self.supervisor.done

    def _assignment(self, trial: Trial, remaining: Remaining, whole_limit_s: float | None) -> Assignment:
        place = self.folder.trial(trial.order)
        outputs = self.folder.outputs if self.run.kind == "job" else place / "outputs"
        private.make_folder(outputs)
        specification = Specification(
            parent=os.getpid(),
            workload=self.run.workload,
            configuration=trial.configuration,
            folder=str(self.folder.path),
            outputs=str(outputs),
            board=str(place / "board"),
            tasks=str(self.folder.tasks_file),
            umask=self._umask(),
            stores=self.run.kind == "job",
            options={**self._options(outputs), **self.extra},
            settings=self.store.settings.plain(),
            secrets=tuple(self._secrets()),
            only=remaining.tasks,
            suspects=remaining.suspects,
            time_limit_s=self.run.time_limit_s,
        )
        private.write_text(place / "trial.json", specification.encode())
        return Assignment(
            trial_id=trial.id,
            specification=place / "trial.json",
            board=place / "board",
            configuration=trial.configuration,
            labels=lambda: self.labels,
            limit_s=self.run.time_limit_s,
            can_kill=EXECUTORS[trial.configuration.executor].can_kill,
            has_async=EXECUTORS[trial.configuration.executor].has_async,
            log=place / "log.txt",
            search_path=search_path_of(self.run, trial.configuration.python),
            secrets=self._secrets(),
            whole_limit_s=whole_limit_s,
        )

    def _secrets(self) -> dict[str, str]:
        """What the tasks need and no file may hold, as variables of the trial's environment."""
        return self.store.settings.secrets(workload_class(self.run.workload).secrets)

    def _umask(self) -> int:
        """What people asked for elsewhere gets the rights that its folder has; all else is its owner's alone."""
        target = self.run.options.get("target") if self.run.kind == "job" else None
        return private.umask_like(Path(target)) if isinstance(target, str) and target else 0o077

    def _options(self, outputs: Path) -> dict[str, Any]:
        """The run's options; only a job writes into the folder that people named."""
        options = dict(self.run.options)
        if self.run.kind != "job" and "target" in options:
            options["target"] = str(outputs)
        return options

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

    def _fail(self, trial: Trial, outcome: Outcome) -> None:
        self.store.update_trial(trial, state="failed", message=outcome.message)
        if outcome.final:
            raise NotAvailable(outcome.message or "The trial could not start.")

    def _blame(self, trial: Trial, origin_s: float, guilty: Guilty) -> Row:
        """The record of a task that took its trial down, or stayed past its limit."""
        error = time_limit(self.run.time_limit_s or 0.0) if guilty.overdue else crashed(guilty.attempts)
        started_s, finished_s = guilty.post.started_s - origin_s, time.perf_counter() - origin_s
        return row_of(
            trial.id, self.labels[guilty.task], task=guilty.task, worker=guilty.post.slot, started_s=started_s,
            finished_s=finished_s, attempts=guilty.attempts, status="failed", reason=error.reason, error=error.message,
        )

    def _close(self, trial: Trial, state: State, remaining: Remaining, done: set[int]) -> State:
        """A trial's regular end; a cancelled one gets a record for every task that it did not come to."""
        if state == "cancelled" and not self.abandoned:
            message = "The run was cancelled before this task was done."
            rows = [
                row_of(trial.id, self.labels[task], task=task, status="cancelled", reason="cancelled", error=message)
                for task in remaining.attempts(self.run.tasks)
                if task not in done
            ]
            self.store.records.add(trial, self.run, rows, 0, 0)
        self.store.update_trial(trial, state=state)
        return state

    def _last_order(self, remaining: Remaining) -> int | None:
        """The trial that a resume or retry continues."""
        trials = self.store.trials(self.run) if remaining.tasks is not None else []
        return trials[-1].order if trials else None


def _why_failed(outcome: Outcome) -> str | None:
    """One example of what went wrong in a trial without records."""
    failed = outcome.counted[1]
    return f"{failed:,} of {sum(outcome.counted):,} tasks failed: {outcome.example}" if failed else None


def counted_results(count: int) -> str:
    """``1 result is``, ``2 results are``."""
    return f"{count:,} result is" if count == 1 else f"{count:,} results are"


def search_path_of(run: Run, python: str | None) -> str:
    """PYTHONPATH of the run's trials: this engine, and what the caller of a user's own function had."""
    extra = run.options.get("search_path", [])
    return os.pathsep.join([engine_path(other=python is not None), *extra])
