"""The rows of the chart of speedups: every configuration of a comparison, the fastest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import geometric_mean
from typing import Any, Literal

from engine.analysis.statistics.ratio import LEAST_PAIRS
from engine.analysis.statistics.speedup import repeats_by_the_clock
from engine.analysis.trials import timed_trial
from engine.analysis.words import is_told
from engine.model import Configuration, Run, Trial, configuration_from
from engine.report.comparing import label_of, left_early, ranking, recommended_label

RowKind = Literal["baseline", "counted", "beside", "left out", "to come"]
"""`beside` is shown and decides nothing; of one that is to come no block is complete."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One configuration: its speedup with its interval, and what each repeat said.

    `low` and `high` are None where so few repeats say nothing about them. `ideal` is the number of its workers.
    """

    configuration: Configuration
    label: str
    kind: RowKind
    estimate: float | None
    low: float | None
    high: float | None
    repeats: tuple[float, ...]
    recommended: bool
    early: str = ""
    """Of what a race left out: ``left out after 3 of 10 repeats``."""

    @property
    def so_far(self) -> float | None:
        """Before the first block is complete: the geometric mean of its repeats; None without any."""
        return geometric_mean(self.repeats) if self.estimate is None and self.repeats else None

    @property
    def ideal(self) -> int | None:
        """As many times as fast as its workers are many; none for one worker."""
        return self.configuration.workers if self.configuration.workers > 1 else None


def standings(run: Run, trials: Sequence[Trial]) -> list[Standing]:
    """A row for each configuration that was asked for or measured, in the order of the table.

    Before the first block is complete they stand in the order in which they were asked for.
    """
    verdict = run.verdict or {}
    baseline = _baseline(run)
    ratios = {label_of(row["configuration"]): row for row in _told(verdict)}
    beside = {label_of(one["configuration"]) for one in verdict.get("beside_figures") or []}
    out = {label_of(one) for one in verdict.get("left_out") or []}
    # Beside figures that are net of other programs, times by the clock would be another statistic.
    net = any(row.get("basis") == "net" for row in ratios.values())
    clocked = {} if net else _by_the_clock(trials, baseline)
    recommended, early = recommended_label(verdict), left_early(verdict)
    found = []
    for one in _in_order(run, trials, baseline):
        row = ratios.get(one.label)
        kind = _kind(one.label, row, baseline, beside, out)
        standing = _standing(one, kind, row, clocked.get(one, ()), one.label == recommended)
        found.append(replace(standing, early=early.get(one.label, "")))
    return found


def _standing(
    one: Configuration, kind: RowKind, row: Mapping[str, Any] | None, clocked: tuple[float, ...], recommended: bool
) -> Standing:
    if kind == "baseline":
        return Standing(one, one.label, kind, 1.0, None, None, clocked, recommended)
    if kind == "left out" or row is None:
        return Standing(one, one.label, kind, None, None, None, clocked if kind == "to come" else (), recommended)
    ratio = row["ratio"]
    told = tuple(row.get("repeats") or ()) or clocked
    known = says_something(ratio)
    return Standing(
        one, one.label, kind, float(ratio["estimate"]),
        ratio["low"] if known else None, ratio["high"] if known else None, told, recommended,
    )  # fmt: skip


def says_something(ratio: Mapping[str, Any]) -> bool:
    """Whether an interval is worth showing: one of two pairs is fifteen standard errors wide."""
    return ratio.get("pairs", LEAST_PAIRS) >= LEAST_PAIRS and is_told(ratio["low"], ratio["high"])


def _told(verdict: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(verdict.get("rows") or []), *(verdict.get("beside") or [])]


def _baseline(run: Run) -> Configuration | None:
    told = (run.verdict or {}).get("baseline") or run.terms.get("baseline")
    return configuration_from(told) if told else None


def _by_the_clock(trials: Sequence[Trial], baseline: Configuration | None) -> dict[Configuration, tuple[float, ...]]:
    timed = [one for trial in trials if trial.repeat >= 0 and (one := timed_trial(trial, ()))]
    return repeats_by_the_clock(timed, baseline) if baseline else {}


def _in_order(run: Run, trials: Sequence[Trial], baseline: Configuration | None) -> list[Configuration]:
    asked = [*([baseline] if baseline else []), *run.configurations, *(trial.configuration for trial in trials)]
    known = {one.label: one for one in asked}
    return [known[label] for label in dict.fromkeys([*ranking(run.verdict), *known]) if label in known]


def _kind(
    label: str, row: Mapping[str, Any] | None, baseline: Configuration | None, beside: set[str], out: set[str]
) -> RowKind:
    if label in out:
        return "left out"
    if baseline is not None and label == baseline.label:
        return "baseline"
    if row is None:
        return "to come"
    return "beside" if label in beside else "counted"
