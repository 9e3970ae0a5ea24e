"""A comparison's trials: one discarded warm-up, randomised blocks, and a verdict after each of them.

The verdict is stored after every block, so whatever ends a comparison early leaves what may be said by then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.analysis.explain import explain
from engine.analysis.findings import Circumstances
from engine.analysis.grid import block, whole_blocks
from engine.analysis.samples import Sample, configurations, of, samples_from, summary
from engine.analysis.scaling import curves_of, scaling
from engine.analysis.stopping import Next, another_block
from engine.analysis.timeshares import first_tasks, time_shares
from engine.analysis.verdict import verdict
from engine.chain import Chain
from engine.config import usable_cpus
from engine.errors import NotAvailable
from engine.model import Configuration, Measurement, Record, Run, State, Trial, configuration_from, plain
from engine.store import Store

WARM_UP = -1
"""The warm-up's repeat: it fills the page cache and is in no figure."""
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
    )


def span_s(measured: Measurement) -> float:
    """A trial from the start of its process to its end, as far as that was measured."""
    parts = (measured.interpreter_s, measured.startup_s, measured.wall_s, measured.teardown_s)
    return sum(part or 0.0 for part in parts)


class Comparison:
    """Runs one stored comparison."""

    def __init__(self, store: Store, run: Run, chain: Chain) -> None:
        self.store, self.run, self.chain = store, run, chain
        self.terms = terms_of(run)
        self.finished: list[tuple[Trial, list[Record]]] = []
        self.absent: set[Configuration] = set()

    def to_the_end(self) -> State:
        """Warm up, then run block after block until the stopping rule, or somebody, says stop.

        A comparison that was broken off goes on where it stopped. What the broken block measured is kept; because
        the trials of a block must run close together, it is not completed: a new block stands in for it.
        """
        blocks, number, spent_s = self._take_up()
        self.chain.once(WARM_UP, self.terms.baseline)
        began_s, step = time.perf_counter() - spent_s, None
        while not self.chain.cancelled():
            step = self._another(blocks, time.perf_counter() - began_s)
            if not step.go_on:
                break
            self._block(number)
            blocks, number = blocks + 1, number + 1
            self._judge(step, cancelled=self.chain.cancelled())
        self._judge(step, cancelled=self.chain.cancelled())
        return "cancelled" if self.chain.cancelled() else "finished"

    def _take_up(self) -> tuple[int, int, float]:
        """What ran before: how many whole blocks, the next block's number, and how long its trials took."""
        before = [trial for trial in self.store.trials(self.run) if trial.repeat != WARM_UP]
        self.finished = [
            (trial, self.store.records.of_trial(trial)) for trial in before if trial.state == "finished"
        ]
        whole = whole_blocks(before, self.run.configurations, self.terms.baseline)
        spent_s = sum(span_s(trial.measurement) for trial in before)
        return len(whole), max((trial.repeat for trial in before), default=-1) + 1, spent_s

    def _another(self, blocks: int, spent_s: float) -> Next:
        terms = self.terms
        return another_block(
            self._samples(), terms.baseline, blocks,
            repeats=terms.repeats, precision=terms.precision, budget_s=terms.budget_s, spent_s=spent_s,
        )  # fmt: skip

    def _block(self, number: int) -> None:
        for slot in block(self.run.configurations, self.terms.baseline, number, self.terms.seed):
            if self.chain.cancelled():
                return
            if slot.configuration not in self.absent:
                self._trial(number, slot.configuration)

    def _trial(self, number: int, configuration: Configuration) -> None:
        """One trial; a configuration that cannot even start is left out from then on; the baseline's end is raised."""
        try:
            trial = self.chain.once(number, configuration)
        except NotAvailable:
            if configuration == self.terms.baseline:
                raise
            self.absent.add(configuration)  # its trial keeps the reason
            return
        if trial.state == "finished":
            self.finished.append((trial, self.store.records.of_trial(trial)))

    def _samples(self) -> tuple[Sample, ...]:
        return samples_from(self.finished, self.terms.baseline)

    def _judge(self, step: Next | None, cancelled: bool) -> None:
        samples = self._samples()
        if not samples:
            return
        terms = self.terms
        circumstances = Circumstances(
            usable_cpus=usable_cpus(),
            all_tasks=terms.all_tasks,
            planned=self.run.configurations,
            planned_repeats=terms.repeats,
            precision=terms.precision,
            stopped=step.sentence if step and not step.go_on and terms.repeats is None else None,
            budget_s=terms.budget_s,
            cancelled=cancelled,
            nouns=NOUNS.get(self.run.workload, ("task", "tasks")),
        )
        found = verdict(samples, terms.baseline, circumstances).plain()
        found["explanations"] = self._explanations(samples)
        found["scaling"] = self._scaling(samples)
        self.store.update_run(self.run, verdict=found)

    def _records(self, one: Configuration) -> list[list[Record]]:
        return [records for trial, records in self.finished if trial.configuration == one]

    def _explanations(self, samples: tuple[Sample, ...]) -> list[dict[str, Any]]:
        """Why each configuration is as fast as it is, and where its worker-seconds went (means over its trials)."""
        base, nouns = self.terms.baseline, NOUNS.get(self.run.workload, ("task", "tasks"))
        baseline = of(samples, base)
        found = []
        for one in configurations(samples):
            told = explain(
                self._records(base), self._records(one), summary(baseline or of(samples, one)),
                summary(of(samples, one)), usable_cpus(), nouns,
            )  # fmt: skip
            found.append({**plain(told), "label": one.label, "where": self._where(one), "first": self._first(one)})
        return found

    def _where(self, one: Configuration) -> dict[str, float]:
        """Shares of worker-seconds: starting, working, waiting, collecting."""
        shares = [
            time_shares(
                records, one.workers, trial.measurement.wall_s or 0.0,
                trial.measurement.startup_s, trial.measurement.teardown_s,
            ).shares
            for trial, records in self.finished
            if trial.configuration == one
        ]  # fmt: skip
        return {name: sum(share[name] for share in shares) / len(shares) for name in shares[0]} if shares else {}

    def _first(self, one: Configuration) -> dict[str, float] | None:
        """Each worker's first task against its others, in the configuration's last trial."""
        trials = self._records(one)
        found = first_tasks(trials[-1]) if trials else None
        return plain(found) if found else None

    def _scaling(self, samples: tuple[Sample, ...]) -> dict[str, dict[str, Any]]:
        """The scaling law of each executor that ran with several worker counts."""
        families: dict[str, Configuration] = {}
        for one in configurations(samples):
            if one.executor != "sequential":
                families.setdefault(one.executor, one)
        return {
            name: plain(scaling(curves_of(samples, self.terms.baseline, like))) for name, like in families.items()
        }
