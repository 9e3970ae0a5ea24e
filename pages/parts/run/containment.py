"""What a task took down with it, told where failures are: isolation, shown on the run at hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from engine.executors import EXECUTORS
from engine.model import Run, Trial
from engine.text import counted
from pages.parts.shared.server import store
from pages.parts.shared.words import literal

HARMFUL = {"crashed": "took the whole trial down", "time_limit": "could only be ended together with the whole trial"}
"""Reasons of tasks that end with their worker, and what that costs where the worker has no process of its own."""
TOGETHER = {
    "sequential": "it runs in the trial's own process",
    "threads": "threads share one process",
    "asyncio": "coroutines share one process",
    "subinterpreters": "subinterpreters share one process",
}


def containment(run: Run, reasons: Collection[str]) -> None:
    """Say what a crash cost where workers share a process, and that processes would have contained it."""
    trials = store().trials(run)
    lost = [trial for trial in trials if trial.state == "failed" and not _contains(trial)]
    told = [words for reason, words in HARMFUL.items() if reason in reasons]
    if not lost or not told:
        return
    executor = lost[0].configuration.executor
    why = TOGETHER.get(executor, f"the workers of {executor} share one process")
    st.warning(
        f"A task {' or '.join(told)}, because {literal(why)}: {_again(trials, lost)} What had finished was kept. "
        "On processes only that task's worker would have ended, and another would have taken its place.",
        icon=":material/gpp_maybe:",
    )


def _contains(trial: Trial) -> bool:
    known = EXECUTORS.get(trial.configuration.executor)  # an imported run may name one that is not known here
    return known is None or known.can_kill


def _again(trials: Sequence[Trial], lost: Sequence[Trial]) -> str:
    orders = {trial.order for trial in lost}
    times = sum(trial.continues in orders for trial in trials)
    ends = " ".join(dict.fromkeys(trial.message for trial in lost if trial.message))
    return literal(f"the trial was started again {counted(times, 'time')}. {ends}")
