"""From how many tasks on a configuration's start-up pays.

Stands above `samples`; used by the cautions and the explanation.
"""

from __future__ import annotations

from math import ceil

from engine.analysis.trials import Summary


def break_even(baseline: Summary, other: Summary) -> int | None:
    """The smallest number of tasks for which `other` is done first, start and end included; None when never.

    Both are taken as linear: fixed (start-up + teardown) + tasks × (wall time / tasks). An estimate
    beyond the batch that was measured. 1 means "from the first task on".
    """
    if not baseline.tasks or not other.tasks:
        return None
    saved_per_task_s = baseline.wall_s / baseline.tasks - other.wall_s / other.tasks
    extra_s = _fixed_s(other) - _fixed_s(baseline)
    if saved_per_task_s <= 0:
        return None
    return max(1, ceil(extra_s / saved_per_task_s))


def _fixed_s(figure: Summary) -> float:
    return (figure.startup_s or 0.0) + (figure.teardown_s or 0.0)
