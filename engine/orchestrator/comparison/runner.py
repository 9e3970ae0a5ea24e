"""A comparison's trials: one discarded warm-up, randomised blocks, and a verdict after each of them.

The verdict is stored after every block, so whatever ends a comparison early leaves what may be said by then.
"""

from __future__ import annotations

from engine.analysis.causes.startup import starts_long
from engine.analysis.findings.counting import counts, ours
from engine.analysis.findings.findings import Circumstances
from engine.analysis.schedule import block, whole_blocks
from engine.analysis.trials import configurations, summary, trials_of
from engine.analysis.verdict.racing import ended, look, started
from engine.analysis.verdict.stopping import Next, another_block
from engine.config import usable_cpus
from engine.errors import NotAvailable, OverlapError
from engine.executors.references import SHORT_S, references_beside
from engine.model import Configuration, Run, State, Trial, plain
from engine.orchestrator.assignment import search_path_of
from engine.orchestrator.comparison.document import document_of, nothing_works
from engine.orchestrator.comparison.imports import Imports, measure_imports
from engine.orchestrator.comparison.kept import Kept
from engine.orchestrator.comparison.measuring import measured_trial
from engine.orchestrator.comparison.proof_results import tell_where_it_was_named
from engine.orchestrator.comparison.terms import nouns_of, span_s, terms_of
from engine.orchestrator.runners import Request, Runner
from engine.orchestrator.trials import TrialRunner

WARM_UP = -1
"""The warm-up's repeat: it fills the page cache and is in no figure."""
WHOLE_LIMIT = 20
"""A reference may take this many times as long as the engine's own loop did, and a task's time limit more."""


class ComparisonRunner(Runner):
    """Runs one stored comparison."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.trials = TrialRunner(request)
        self.terms = terms_of(self.run)
        self.configurations = self.run.configurations
        self.kept = Kept(self.terms.baseline, usable_cpus())
        self.absent: set[Configuration] = set()
        """Configurations that cannot even start here."""
        self._whole_limit_s: float | None = None
        self._task_s: float | None = None
        self._imports: Imports | None = None
        self._last_s: float | None = None
        """How long the last block of a race took."""
        self.race = started(self.terms.repeats, (self.run.verdict or {}).get("race")) if self.terms.race else None

    def to_the_end(self) -> State:
        """Warm up, then run block after block until the stopping rule, or somebody, says stop.

        A comparison that was broken off goes on where it stopped. What the broken block measured is kept; because
        the trials of a block must run close together, it is not completed: a new block stands in for it.
        """
        blocks, number, spent_s = self._take_up()
        warmed = measured_trial(self.trials, WARM_UP, ours(self.terms.baseline) or self.terms.baseline)
        if warmed.state == "finished" and warmed.failed and not warmed.ok:
            self._store_that_nothing_works()
            return "finished"
        self._learn(warmed)
        self._look(blocks, number - 1)  # one that a kill came before
        began_s, step = self.request.clock() - spent_s, None
        while not self.request.cancelled():
            step = self._another(blocks, self.request.clock() - began_s)
            if not step.go_on:
                break
            block_began_s = self.request.clock()
            if self._block(number):
                self._last_s = self.request.clock() - block_began_s if self.race else None
                blocks += 1
                self._look(blocks, number)
            number += 1
            self._judge(step)
        self._imports = self._measured_imports()
        self._judge(step)
        tell_where_it_was_named(self.store, self.store.run(self.run.token))
        if self.request.cancelled():
            return "cancelled"
        if not self.kept.finished:
            raise OverlapError(f"No trial could be finished, so there is nothing to compare: {self._last_words()}")
        return "finished"

    def cancelled_after(self, run: Run) -> str:
        """How many trials had finished."""
        ended = [trial for trial in self.store.trials(run) if trial.state == "finished" and trial.repeat >= 0]
        return f"Cancelled after {len(ended)} finished trials; the verdict speaks of those."

    def abandon(self) -> None:
        """End the trial that is under way."""
        self.trials.abandon()

    @property
    def short(self) -> bool:
        """Whether the references count, because tasks are short."""
        counting = self.terms.baseline.reference is not None and self._task_s is not None
        return counting and (self._task_s or 0.0) < SHORT_S

    def _take_up(self) -> tuple[int, int, float]:
        """What ran before: how many whole blocks, the next block's number, and how long its trials took."""
        before = [trial for trial in self.store.trials(self.run) if trial.repeat != WARM_UP]
        for trial in before:
            if trial.state == "finished":
                self.kept.add(trial, self.store.records.of_trial(trial))
        gone = {one.configuration: one.since for one in self.race.left} if self.race else {}
        whole = whole_blocks(before, self.run.configurations, self.terms.baseline, gone)
        spent_s = sum(span_s(trial.measurement) for trial in before)
        return len(whole), max((trial.repeat for trial in before), default=-1) + 1, spent_s

    def _learn(self, warmed: Trial) -> None:
        """From the warm-up: how long a task takes, what else is therefore to be measured, and what is too long."""
        rows = self.store.records.columns([warmed], "started_s", "finished_s")
        spans = [end - start for start, end in rows if start is not None and end is not None]
        self._task_s = sum(spans) / len(spans) if spans else None
        self._whole_limit_s = (self.run.time_limit_s or 60.0) + WHOLE_LIMIT * (warmed.measurement.wall_s or 0.0)
        if self.terms.references or self.short:
            more = references_beside(self.run.configurations, self.run.tasks)
            self.configurations = tuple(dict.fromkeys([*self.run.configurations, *more]))
            self.store.update_run(self.run, configurations=[plain(one) for one in self.configurations])

    def _another(self, blocks: int, spent_s: float) -> Next:
        """Whether there is another block, after so many and so long."""
        terms = self.terms
        if self.race and self.race.decided:
            return Next(False, "decided", None, ended(self.race))
        counted = [one for one in self.kept.timed if counts(one.configuration, terms.baseline, self.short)]
        return another_block(
            counted, terms.baseline, blocks,
            repeats=terms.repeats, precision=terms.precision, budget_s=terms.budget_s, spent_s=spent_s,
            last_s=self._last_s,
        )  # fmt: skip

    def _block(self, number: int) -> bool:
        """Run every configuration once, the baseline twice, in random order; whether to the end.

        What a race has left out is not run any more.
        """
        out = self.absent | (self.race.levels.keys() if self.race else set())
        for place in block(self.configurations, self.terms.baseline, number, self.terms.seed):
            if self.request.cancelled():
                return False
            if place.configuration not in out and place.configuration not in self.absent:
                self._trial(number, place.configuration)
        return not self.request.cancelled()

    def _look(self, blocks: int, number: int) -> None:
        """After so many whole blocks: in a race, leave out what is shown to be slower."""
        if self.race:
            baseline = self.terms.baseline
            self.race = look(self.race, tuple(self.kept.timed), baseline, blocks, number, self.short)

    def _trial(self, number: int, configuration: Configuration) -> None:
        """One trial; a configuration that cannot even start is left out from then on; the baseline's end is raised."""
        try:
            limit_s = self._whole_limit_s if configuration.reference else None
            trial = measured_trial(self.trials, number, configuration, limit_s)
        except NotAvailable:
            if configuration == self.terms.baseline:
                raise
            self.absent.add(configuration)  # its trial keeps the reason
            return
        if trial.state == "finished":
            self.kept.add(trial, self.store.records.of_trial(trial))

    def _judge(self, step: Next | None) -> None:
        """Store the verdict on the trials that have finished by now; nothing where there is none."""
        if not self.kept.timed:
            return
        terms = self.terms
        circumstances = Circumstances(
            usable_cpus=self.kept.usable_cpus,
            all_tasks=terms.all_tasks,
            planned=self.configurations,
            precision=terms.precision,
            stopped=step.sentence if step and not step.go_on and step.reason != "repeats" else None,
            budget_s=terms.budget_s,
            cancelled=self.request.cancelled(),
            task_s=self._plain_task_s(),
            short=self.short,
            why_failed=self.kept.why_failed,
            nouns=nouns_of(self.run),
            race=self.race,
        )
        self.store.update_run(self.run, verdict=document_of(self.run, self.kept, circumstances, self._imports))

    def _store_that_nothing_works(self) -> None:
        reason, example, _ = self.store.records.failures(self.run)[0]
        document = nothing_works(self.terms.baseline, nouns_of(self.run)[0], reason, example)
        self.store.update_run(self.run, verdict=document)

    def _plain_task_s(self) -> float | None:
        """How long a task takes, by the plain loop where that has run."""
        loops = [one.wall_s / one.tasks for one in trials_of(self.kept.timed, self.terms.baseline) if one.tasks]
        return min(loops) if loops and self.terms.baseline.reference else self._task_s

    def _measured_imports(self) -> Imports | None:
        """What the workers' imports cost, where start-up is long enough to be told: once, when all trials are done."""
        timed = self.kept.timed
        long = [one for one in configurations(timed) if one.reference is None and one.python is None
                and starts_long(summary(trials_of(timed, one)))]  # fmt: skip
        if not long or self.request.cancelled():
            return None
        return measure_imports(self.run.workload, self.run.options, search_path_of(self.run, None))

    def _last_words(self) -> str:
        messages = [trial.message for trial in self.store.trials(self.run) if trial.message]
        return messages[-1] if messages else "none gave a reason."
