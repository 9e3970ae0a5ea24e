"""One trial of a comparison: all tasks, once; a trial whose process dies is failed and left at that."""

from __future__ import annotations

import shutil

from engine.model import Configuration, Trial
from engine.orchestrator.blame import ALL
from engine.orchestrator.supervision.outcome import Outcome
from engine.orchestrator.trials import TrialRunner, counted_results

_FAILED = "tasks failed: "


def measured_trial(
    trials: TrialRunner, repeat: int, configuration: Configuration, whole_limit_s: float | None = None
) -> Trial:
    """Run one trial and give it as it is stored.

    `whole_limit_s` is for a trial of a reference, which has no records: all of its tasks together. Raises OverlapError
    when the trial cannot start at all.
    """
    trial, outcome, done = trials.run_one(repeat, configuration, whole_limit_s=whole_limit_s)
    store, run = trials.store, trials.run
    if any(outcome.counted):
        store.records.add(trial, run, [], *outcome.counted)
        store.update_trial(trial, message=why_failed(outcome))
    missing = trial.tasks - sum(outcome.counted) - store.records.count_of(trial)
    if outcome.ended and missing:
        outcome.message = f"The trial ended, but {counted_results(missing)} not stored: it does not count."
        trials.fail(trial, outcome)
    elif outcome.ended or outcome.cancelled:
        trials.close(trial, "finished" if outcome.ended else "cancelled", ALL, done)
    else:
        trials.fail(trial, outcome)
    # The fingerprints are recorded; many trials' pictures would fill the disk.
    shutil.rmtree(trials.folder.trial(trial.order) / "outputs", ignore_errors=True)
    return next(one for one in store.trials(run) if one.id == trial.id)


def why_failed(outcome: Outcome) -> str | None:
    """One example of what went wrong in a trial without records; None where nothing did."""
    failed = outcome.counted[1]
    return f"{failed:,} of {sum(outcome.counted):,} {_FAILED}{outcome.example}" if failed else None


def example_in(message: str) -> str:
    """The example alone, of what `why_failed` gave; any other message as it is."""
    return message.partition(_FAILED)[2] or message
