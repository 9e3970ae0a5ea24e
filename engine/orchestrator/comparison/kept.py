"""What a comparison keeps of its finished trials: a hundred thousand records of each would be gigabytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.analysis.causes.timeshares import FirstTasks, first_tasks, time_shares
from engine.analysis.trials import Role, TimedTrial, timed_trial
from engine.model import Configuration, Record, Trial
from engine.orchestrator.comparison.measuring import example_in

MOST_RECORDS = 2_000
"""Records of a trial that are kept for the explanations, spread evenly: medians need no more."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What is kept of one finished trial."""

    trial: Trial
    records: list[Record]
    """At most MOST_RECORDS; none of a reference."""
    shares: dict[str, float]
    """Shares of worker-seconds: starting, working, waiting, collecting."""
    first: FirstTasks | None
    """Each worker's first task against its others."""


class Kept:
    """The finished trials of one comparison, in the order in which they ran."""

    def __init__(self, baseline: Configuration, usable_cpus: int) -> None:
        self.baseline, self.usable_cpus = baseline, usable_cpus
        self.timed: list[TimedTrial] = []
        self.finished: list[Finished] = []
        self.why_failed: dict[Configuration, str] = {}
        """An example of what failed, by configuration."""
        self._fingerprints: Mapping[int, str] = {}

    def add(self, trial: Trial, records: list[Record]) -> None:
        """Keep the times of a finished trial, and what explanations need of it."""
        if made := timed_trial(trial, records, self._role(trial), self.usable_cpus):
            self.timed.append(replace(made, fingerprints=self._shared(made.fingerprints)))
        if trial.failed:
            errors = (record.error for record in records if record.error)
            self.why_failed.setdefault(trial.configuration, next(errors, "") or example_in(trial.message or ""))
        measured = trial.measurement
        shares = time_shares(
            records, trial.configuration.workers, measured.wall_s or 0.0, measured.startup_s, measured.teardown_s
        ).shares
        few = records[:: max(1, -(-len(records) // MOST_RECORDS))]
        self.finished.append(Finished(trial, few, shares, first_tasks(records)))

    def records_of(self, configuration: Configuration) -> list[list[Record]]:
        """The kept records of each of a configuration's trials."""
        return [kept.records for kept in self._of(configuration) if kept.records]

    def shares_of(self, configuration: Configuration) -> dict[str, float]:
        """Shares of worker-seconds, as means over the configuration's trials; empty where it has none."""
        shares = [kept.shares for kept in self._of(configuration)]
        return {name: sum(share[name] for share in shares) / len(shares) for name in shares[0]} if shares else {}

    def first_of(self, configuration: Configuration) -> FirstTasks | None:
        """Each worker's first task against its others, in the configuration's last trial."""
        return next((kept.first for kept in reversed(self._of(configuration))), None)

    def _of(self, configuration: Configuration) -> list[Finished]:
        return [kept for kept in self.finished if kept.trial.configuration == configuration]

    def _role(self, trial: Trial) -> Role:
        """What the trial is in its block. A block runs the baseline twice: the second one shows the machine's noise."""
        if trial.configuration != self.baseline:
            return "candidate"
        again = any(one.role == "baseline" and one.block == trial.repeat for one in self.timed)
        return "baseline_again" if again else "baseline"

    def _shared(self, fingerprints: Mapping[int, str]) -> Mapping[int, str]:
        """The same fingerprints as the first trial's, held once, where they are the same."""
        self._fingerprints = self._fingerprints or fingerprints
        return self._fingerprints if fingerprints == self._fingerprints else fingerprints
