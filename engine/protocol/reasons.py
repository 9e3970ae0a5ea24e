"""Why a task failed through its worker: said in the same words by a trial and by the orchestrator that saw it die."""

from __future__ import annotations

from engine.errors import TaskFailed


def time_limit(limit_s: float) -> TaskFailed:
    """The reason of a task that was ended for its time limit."""
    return TaskFailed("time_limit", f"The task was still running after its limit of {limit_s:g} s and was ended.")


def crashed(attempts: int) -> TaskFailed:
    """The reason of a task that took its worker down, also alone."""
    return TaskFailed(
        "crashed",
        f"The worker died while it ran this task, {attempts} times, the last time with no other task beside it.",
    )
