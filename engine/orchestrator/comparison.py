"""A comparison's trials: one discarded warm-up, randomised blocks, and a verdict after each of them.

The verdict is stored after every block, so whatever ends a comparison early leaves what may be said by then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.analysis.causes.causes import imports_cause, starts_long, why
from engine.analysis.causes.causes import told as in_words
from engine.analysis.causes.causes import told_start as in_words_of_start
from engine.analysis.causes.explain import explain
from engine.analysis.causes.timeshares import FirstTasks, first_tasks, time_shares
from engine.analysis.findings.counting import counts, ours
from engine.analysis.findings.findings import Circumstances
from engine.analysis.own_part import own_parts, warnings
from engine.analysis.scaling.scaling import curves_of, scaling
from engine.analysis.schedule import block, whole_blocks
from engine.analysis.trials import Role, Sample, configurations, of, sample_from, summary
from engine.analysis.verdict.stopping import Next, another_block
from engine.analysis.verdict.verdict import verdict
from engine.config import usable_cpus
from engine.errors import NotAvailable, OverlapError
from engine.executors.references import SHORT_S, references_beside
from engine.machine.environment import gil
from engine.model import Configuration, Measurement, Record, Run, State, Trial, configuration_from, plain
from engine.orchestrator.imports import Imports, measure_imports
from engine.orchestrator.job import Chain, search_path_of
from engine.orchestrator.proof_results import proof_of, tell_where_it_was_named
from engine.store import Store

WARM_UP = -1
"""The warm-up's repeat: it fills the page cache and is in no figure."""
KEPT = 2_000
"""Records of a trial that are kept for the explanations, spread evenly: medians need no more."""
WHOLE_LIMIT = 20
"""A reference may take this many times as long as the engine's own loop did, and a task's time limit more."""
NOUNS = {"resize": ("photo", "photos"), "scrape": ("page", "pages")}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a comparison was asked for. `repeats` None lets precision and budget decide."""

    baseline: Configuration
    repeats: int | None
    precision: float | None
    budget_s: float | None
    all_tasks: int | None
    seed: int
    references: bool | None
    """Whether to measure what people would write beside the engine's loop; None where tasks are short."""


def terms_of(run: Run) -> Terms:
    """The terms of a stored comparison."""
    terms: Mapping[str, Any] = run.terms
    return Terms(
        baseline=configuration_from(terms["baseline"]),
        repeats=terms.get("repeats"),
        precision=terms.get("precision"),
        budget_s=terms.get("budget_s"),
        all_tasks=terms.get("all_tasks"),
        seed=terms.get("seed", 0),
        references=terms.get("references", False),
    )


def span_s(measured: Measurement) -> float:
    """A trial from the start of its process to its end, as far as that was measured."""
    parts = (measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s)
    return sum(part or 0.0 for part in parts)


@dataclass(frozen=True, slots=True)
class Finished:
    """What is kept of a finished trial: a hundred thousand records of each would be gigabytes."""

    trial: Trial
    records: list[Record]
    """At most KEPT of them; none of a reference."""
    shares: dict[str, float]
    first: FirstTasks | None


class Comparison:
    """Runs one stored comparison."""

    def __init__(self, store: Store, run: Run, chain: Chain) -> None:
        self.store, self.run, self.chain = store, run, chain
        self.terms = terms_of(run)
        self.configurations = run.configurations
        self.samples: list[Sample] = []
        self.finished: list[Finished] = []
        self.absent: set[Configuration] = set()
        self.why_failed: dict[Configuration, str] = {}
        """An example of what failed, by configuration."""
        self._prints: Mapping[int, str] = {}
        self._whole_limit_s: float | None = None
        self._task_s: float | None = None
        self._imports: Imports | None = None

    def to_the_end(self) -> State:
        """Warm up, then run block after block until the stopping rule, or somebody, says stop.

        A comparison that was broken off goes on where it stopped. What the broken block measured is kept; because
        the trials of a block must run close together, it is not completed: a new block stands in for it.
        """
        blocks, number, spent_s = self._take_up()
        warmed = self.chain.once(WARM_UP, ours(self.terms.baseline) or self.terms.baseline)
        if warmed.state == "finished" and warmed.failed and not warmed.ok:
            self._nothing_works()
            return "finished"
        self._learn(warmed)
        began_s, step = time.perf_counter() - spent_s, None
        while not self.chain.cancelled():
            step = self._another(blocks, time.perf_counter() - began_s)
            if not step.go_on:
                break
            self._block(number)
            blocks, number = blocks + 1, number + 1
            self._judge(step, cancelled=self.chain.cancelled())
        self._imports = self._measured_imports()
        self._judge(step, cancelled=self.chain.cancelled())
        tell_where_it_was_named(self.store, self.store.run(self.run.token))
        if not self.finished and not self.chain.cancelled():
            raise OverlapError(f"No trial could be finished, so there is nothing to compare: {self._last_words()}")
        return "cancelled" if self.chain.cancelled() else "finished"

    def _measured_imports(self) -> Imports | None:
        """What the workers' imports cost, where start-up is long enough to be told: once, when all trials are done."""
        long = [one for one in configurations(self.samples) if one.reference is None and one.python is None
                and starts_long(summary(of(self.samples, one)))]  # fmt: skip
        if not long or self.chain.cancelled():
            return None
        return measure_imports(self.run.workload, self.run.options, search_path_of(self.run, None))

    def _take_up(self) -> tuple[int, int, float]:
        """What ran before: how many whole blocks, the next block's number, and how long its trials took."""
        before = [trial for trial in self.store.trials(self.run) if trial.repeat != WARM_UP]
        for trial in before:
            if trial.state == "finished":
                self._keep(trial, self.store.records.of_trial(trial))
        whole = whole_blocks(before, self.run.configurations, self.terms.baseline)
        spent_s = sum(span_s(trial.measurement) for trial in before)
        return len(whole), max((trial.repeat for trial in before), default=-1) + 1, spent_s

    @property
    def short(self) -> bool:
        """Whether the references count, because tasks are short."""
        counting = self.terms.baseline.reference is not None and self._task_s is not None
        return counting and (self._task_s or 0.0) < SHORT_S

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

    def _plain_task_s(self) -> float | None:
        """How long a task takes, by the plain loop where that has run."""
        loops = [one.wall_s / one.tasks for one in of(self.samples, self.terms.baseline) if one.tasks]
        return min(loops) if loops and self.terms.baseline.reference else self._task_s

    def _nothing_works(self) -> None:
        """A verdict that names no winner, because every task failed: with the most frequent reason."""
        found = verdict((), self.terms.baseline).plain()
        reason, example, _ = self.store.records.failures(self.run)[0]
        tasks = NOUNS.get(self.run.workload, ("task", "tasks"))[0]
        text = f"Every {tasks} failed, so nothing was compared: {reason} ({example})"
        found |= {"outcome": "failed", "sentences": [text], "text": text, "warnings": [], "explanations": []}
        self.store.update_run(self.run, verdict=found)

    def _last_words(self) -> str:
        messages = [trial.message for trial in self.store.trials(self.run) if trial.message]
        return messages[-1] if messages else "none gave a reason."

    def _another(self, blocks: int, spent_s: float) -> Next:
        terms = self.terms
        counted = [one for one in self.samples if counts(one.configuration, terms.baseline, self.short)]
        return another_block(
            counted, terms.baseline, blocks,
            repeats=terms.repeats, precision=terms.precision, budget_s=terms.budget_s, spent_s=spent_s,
        )  # fmt: skip

    def _block(self, number: int) -> None:
        for slot in block(self.configurations, self.terms.baseline, number, self.terms.seed):
            if self.chain.cancelled():
                return
            if slot.configuration not in self.absent:
                self._trial(number, slot.configuration)

    def _trial(self, number: int, configuration: Configuration) -> None:
        """One trial; a configuration that cannot even start is left out from then on; the baseline's end is raised."""
        try:
            limit_s = self._whole_limit_s if configuration.reference else None
            trial = self.chain.once(number, configuration, limit_s)
        except NotAvailable:
            if configuration == self.terms.baseline:
                raise
            self.absent.add(configuration)  # its trial keeps the reason
            return
        if trial.state == "finished":
            self._keep(trial, self.store.records.of_trial(trial))

    def _keep(self, trial: Trial, records: list[Record]) -> None:
        """Make a sample of a finished trial and keep what explanations need of it."""
        again = any(one.role == "baseline" and one.block == trial.repeat for one in self.samples)
        role: Role = "candidate"
        if trial.configuration == self.terms.baseline:
            role = "baseline_again" if again else "baseline"
        if sample := sample_from(trial, records, role, usable_cpus()):
            self.samples.append(replace(sample, fingerprints=self._shared(sample.fingerprints)))
        if trial.failed:
            errors = (record.error for record in records if record.error)
            self.why_failed.setdefault(trial.configuration, trial.message or next(errors, ""))
        measured = trial.measurement
        shares = time_shares(
            records, trial.configuration.workers, measured.wall_s or 0.0, measured.startup_s, measured.teardown_s
        ).shares
        few = records[:: max(1, -(-len(records) // KEPT))]
        self.finished.append(Finished(trial, few, shares, first_tasks(records)))

    def _shared(self, prints: Mapping[int, str]) -> Mapping[int, str]:
        """The same fingerprints as the first trial's, held once, where they are the same."""
        if not self._prints:
            self._prints = prints
        return self._prints if prints == self._prints else prints

    def _judge(self, step: Next | None, cancelled: bool) -> None:
        samples = tuple(self.samples)
        if not samples:
            return
        terms = self.terms
        circumstances = Circumstances(
            usable_cpus=usable_cpus(),
            all_tasks=terms.all_tasks,
            planned=self.configurations,
            precision=terms.precision,
            stopped=step.sentence if step and not step.go_on and terms.repeats is None else None,
            budget_s=terms.budget_s,
            cancelled=cancelled,
            task_s=self._plain_task_s(),
            short=self.short,
            why_failed=self.why_failed,
            nouns=NOUNS.get(self.run.workload, ("task", "tasks")),
        )
        found = verdict(samples, terms.baseline, circumstances)
        told = found.plain()
        parts = own_parts(one.trial for one in self.finished)
        counting = {figure.configuration: figure for figure in found.figures}
        told["own_part"] = [{**plain(part), "label": part.configuration.label} for part in parts]
        told["warnings"] += [plain(one) for one in warnings(parts, counting)]
        told["explanations"] = self._explanations(samples)
        told["scaling"] = self._scaling(samples)
        if (proof := proof_of(self.run, samples)) is not None:
            told["proof"] = proof
            told["sentences"].append(proof["sentence"])
            told["text"] += f" {proof['sentence']}"
        self.store.update_run(self.run, verdict=told)

    def _records(self, one: Configuration) -> list[list[Record]]:
        return [kept.records for kept in self.finished if kept.trial.configuration == one and kept.records]

    def _explanations(self, samples: tuple[Sample, ...]) -> list[dict[str, Any]]:
        """Why each configuration is as fast as it is, and where its worker-seconds went (means over its trials).

        References are explained by the engine's own rows beside them.
        """
        base, nouns = self.terms.baseline, NOUNS.get(self.run.workload, ("task", "tasks"))
        baseline = of(samples, base)
        found = []
        for one in configurations(samples):
            if one.reference is not None:
                continue
            efficiency, causes = why(of(samples, one), baseline, usable_cpus(), gil(), nouns)
            started = imports_cause(summary(of(samples, one)), self._imports) if one.python is None else None
            told = explain(
                self._records(ours(base) or base), self._records(one), summary(baseline or of(samples, one)),
                summary(of(samples, one)), usable_cpus(), nouns, in_words(causes, efficiency, self.run.id),
            )  # fmt: skip
            causes = (*causes, *([started] if started else []))
            found.append({
                **plain(told), "sentences": [*told.sentences, *in_words_of_start(started)],
                "label": one.label, "where": self._where(one), "first": self._first(one),
                "efficiency": plain(efficiency) if efficiency else None, "causes": [plain(cause) for cause in causes],
            })
        return found

    def _where(self, one: Configuration) -> dict[str, float]:
        """Shares of worker-seconds: starting, working, waiting, collecting."""
        shares = [kept.shares for kept in self.finished if kept.trial.configuration == one]
        return {name: sum(share[name] for share in shares) / len(shares) for name in shares[0]} if shares else {}

    def _first(self, one: Configuration) -> dict[str, float] | None:
        """Each worker's first task against its others, in the configuration's last trial."""
        last = next((kept.first for kept in reversed(self.finished) if kept.trial.configuration == one), None)
        return plain(last) if last else None

    def _scaling(self, samples: tuple[Sample, ...]) -> dict[str, dict[str, Any]]:
        """The scaling law of each executor that ran with several worker counts."""
        families: dict[str, Configuration] = {}
        for one in configurations(samples):
            if one.executor != "sequential" and one.reference is None:
                families.setdefault(one.executor, one)
        return {
            name: plain(scaling(curves_of(samples, self.terms.baseline, like))) for name, like in families.items()
        }
