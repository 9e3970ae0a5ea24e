"""What the verdict found, under which circumstances, and what a warning about it is. Data only.

Stands above `speedup`, `trials` and `agreement`, below `warnings`, `sentences` and `verdict`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.analysis.findings.agreement import Agreements
from engine.analysis.statistics.ratio import LEAST_PAIRS, Ratio
from engine.analysis.statistics.speedup import Speedup
from engine.analysis.trials import Summary, TimedTrial, configurations, trials_of
from engine.model import Configuration

Outcome = Literal["faster", "same", "undecided", "failed"]


@dataclass(frozen=True, slots=True)
class Left:
    """A configuration that a race left out, `after` so many whole blocks: from block number `since` on it did not run.

    `level` is that of the look which left it out.
    """

    configuration: Configuration
    after: int
    since: int
    level: float


@dataclass(frozen=True, slots=True)
class Race:
    """How a race stands: `of` how many blocks (None: as the time allows), after how many it was `looked` last.

    `decided` where a look has ended it; `level` is then that look's, else the level of the planned end.
    """

    of: int | None
    level: float
    looked: int = 0
    decided: bool = False
    left: tuple[Left, ...] = ()

    @property
    def levels(self) -> dict[Configuration, float]:
        """Of each configuration that was left out, the level at which that was decided."""
        return {one.configuration: one.level for one in self.left}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the verdict should know besides the trials: what was planned, and the words to use.

    `all_tasks` is the size of the full batch of which the comparison ran a subset (None: no estimate).
    `planned` lists the configurations that should have run. With a `precision` (0.05 is ±5%) or a `budget_s`, the
    repeats were not fixed beforehand; `stopped` is then the stopping rule's sentence, which the verdict repeats.
    """

    usable_cpus: int | None = None
    all_tasks: int | None = None
    planned: tuple[Configuration, ...] = ()
    precision: float | None = None
    stopped: str | None = None
    budget_s: float | None = None
    cancelled: bool = False
    task_s: float | None = None
    """The mean task's time without any of our bookkeeping, where that decides which rows count."""
    short: bool = False
    """Whether tasks are so short that the references count."""
    why_failed: Mapping[Configuration, str] = field(default_factory=dict)
    """An example of what failed, by configuration."""
    nouns: tuple[str, str] = ("task", "tasks")
    race: Race | None = None
    """How the race stands, where configurations are left out early."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: fields as in `verdict.Verdict`; `near` are the leader and those estimated within the margin.

    `detectable` is the smallest difference that these repeats could have shown, as a fraction, where it is undecided.
    `trials` are all finished trials, `timed` those that count: the others gave other outputs or failed too much.
    """

    outcome: Outcome
    baseline: Configuration
    leaders: tuple[Configuration, ...]
    near: tuple[Configuration, ...]
    recommended: Configuration | None
    rows: tuple[Speedup, ...]
    pairs: tuple[Speedup, ...]
    noise: Ratio | None
    figures: Mapping[Configuration, Summary]
    agreements: Agreements
    dropped: tuple[TimedTrial, ...]
    trials: tuple[TimedTrial, ...]
    timed: tuple[TimedTrial, ...]
    repeats_needed: int | None
    detectable: float | None
    margin: float
    beside: tuple[Speedup, ...] = ()
    """Rows that do not count: the references of long tasks, the engine's own of short ones."""
    beside_figures: Mapping[Configuration, Summary] = field(default_factory=dict)
    left: frozenset[Configuration] = frozenset()
    """Configurations that a race has left out: shown to be slower after fewer repeats than the others."""

    @property
    def by_configuration(self) -> dict[Configuration, tuple[TimedTrial, ...]]:
        """All finished trials, those left out of the verdict too, by configuration."""
        return {one: trials_of(self.trials, one) for one in configurations(self.trials)}

    @property
    def repeats(self) -> int:
        """The fewest pairs behind any row, those that a race left out aside; 0 while there is no row."""
        return min((row.ratio.pairs for row in self.rows if row.configuration not in self.left), default=0)

    @property
    def faster(self) -> frozenset[Configuration]:
        """Those that are shown to be faster than the baseline, also among rows that do not count."""
        return frozenset(row.configuration for row in (*self.rows, *self.beside) if row.standing == "faster")

    @property
    def failing(self) -> tuple[Configuration, int] | None:
        """One that ran often enough, of whose trials so few count that nothing follows, because tasks failed in the
        others; with how many count."""
        pairs = {row.configuration: row.ratio.pairs for row in self.rows}
        for one in dict.fromkeys(trial.configuration for trial in self.dropped):
            if 0 < pairs.get(one, 0) < LEAST_PAIRS <= len(trials_of(self.trials, one)):
                return one, pairs[one]
        return None


@dataclass(frozen=True, slots=True)
class VerdictWarning:
    """One warning as data. `value` is the figure that called for it, in the unit that the sentence names.

    `configuration` is None when it concerns the whole comparison, or several configurations that the sentence names.
    """

    code: str
    configuration: Configuration | None
    value: float | None
    sentence: str
    advice: str


Rule = Callable[[Findings, Circumstances], Iterator[VerdictWarning]]
