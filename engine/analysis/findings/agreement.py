"""Whether every configuration did the same work: outputs compared task by task with the baseline's.

A configuration that gives other outputs is not a faster way to do the same thing, so the verdict
leaves it out. Stands above `trials`, below `verdict`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from engine.analysis.findings.counting import ours
from engine.analysis.trials import TimedTrial, configurations, trials_of
from engine.model import Configuration

EXTRA_FAILURES = 0.03
"""A trial that failed more of its tasks than this, beyond the baseline's, did less work than it was timed for."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One configuration's outputs against the baseline's; `differing` holds task indices, sorted."""

    configuration: Configuration
    compared: int
    differing: tuple[int, ...]

    @property
    def agrees(self) -> bool:
        """True where no task's output differs, also when none could be compared."""
        return not self.differing


@dataclass(frozen=True, slots=True)
class Agreements:
    """Every configuration's agreement. `varying` tasks differ between the baseline's own trials: not compared."""

    of_each: tuple[Agreement, ...]
    varying: tuple[int, ...]

    @property
    def differing(self) -> tuple[Agreement, ...]:
        """Those that gave other outputs."""
        return tuple(agreement for agreement in self.of_each if not agreement.agrees)


def agreements(trials: Sequence[TimedTrial], baseline: Configuration) -> Agreements:
    """Compare each configuration's fingerprints with the baseline's, over all of their trials.

    References have no fingerprints: the baseline's are then those of the engine's own form of it.
    """
    base = ours(baseline) or baseline
    reference, varying = _reference(trials_of(trials, base))
    others = [one for one in configurations(trials) if one != base and one.reference is None]
    return Agreements(tuple(_compare(other, trials_of(trials, other), reference) for other in others), varying)


def did_the_work(
    trials: Sequence[TimedTrial], baseline: Configuration
) -> tuple[tuple[TimedTrial, ...], tuple[TimedTrial, ...]]:
    """The trials that may be timed against the baseline, and those that failed too many tasks for it."""
    usual = [trial.failed for trial in trials_of(trials, baseline)]
    allowed = median(usual) if usual else 0
    kept: list[TimedTrial] = []
    dropped: list[TimedTrial] = []
    for trial in trials:
        extra = trial.failed - allowed
        (dropped if extra > EXTRA_FAILURES * max(1, trial.tasks) else kept).append(trial)
    return tuple(kept), tuple(dropped)


def _reference(trials: Sequence[TimedTrial]) -> tuple[dict[int, str], tuple[int, ...]]:
    """What each task gave in all of the baseline's trials, and the tasks that did not give the same in all of them.

    Where some tasks vary, one that succeeded in a single trial is no measure: a second success may have differed too.
    """
    seen: dict[int, list[str]] = {}
    for trial in trials:
        for task, fingerprint in trial.fingerprints.items():
            seen.setdefault(task, []).append(fingerprint)
    varying = tuple(sorted(task for task, found in seen.items() if len(set(found)) > 1))
    reference = {
        task: found[0] for task, found in seen.items() if len(set(found)) == 1 and not (varying and len(found) == 1)
    }
    return reference, varying


def _compare(configuration: Configuration, trials: Sequence[TimedTrial], reference: Mapping[int, str]) -> Agreement:
    compared: set[int] = set()
    differing: set[int] = set()
    for trial in trials:
        for task, fingerprint in trial.fingerprints.items():
            if task in reference:
                compared.add(task)
                if fingerprint != reference[task]:
                    differing.add(task)
    return Agreement(configuration, len(compared), tuple(sorted(differing)))
