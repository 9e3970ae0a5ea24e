"""How the last "try again" of a run went, told from its trials.

A resumed run has several trials, too: those run what had no end yet, a retry runs tasks that had one.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.model import Trial


def tried_again(tasks: int, trials: Sequence[Trial]) -> str | None:
    """``2 tasks were tried again: 1 succeeded, 1 failed again.``; None where nothing was. `tasks` are the run's."""
    retry = _last_retry(tasks, trials)
    ok, failed = sum(trial.ok for trial in retry), sum(trial.failed for trial in retry)
    tried = ok + failed
    if not tried:
        return None
    parts = [f"{ok:,} succeeded" if ok else "", f"{failed:,} failed again" if failed else ""]
    were = "task was" if tried == 1 else "tasks were"
    return f"{tried:,} {were} tried again: {', '.join(part for part in parts if part)}."


def _last_retry(tasks: int, trials: Sequence[Trial]) -> list[Trial]:
    """The trials of the last retry (one, unless it was cancelled or a crash ended it); none where there was none."""
    left = tasks
    retry: list[Trial] = []
    for trial in trials:
        if trial.continues is not None and (left <= 0 or trial.tasks != left):
            left, retry = trial.tasks, [trial]
        elif retry:
            retry.append(trial)
        left -= trial.ok + trial.failed
    return retry
