"""Experiment: a deadlock, shown, and broken by a time limit."""

from __future__ import annotations

from engine.lab.model import Effort, Experiment, Finding, Result, Say
from engine.lab.reading.words import seconds
from engine.lab.shown import deadlocks

STUCK, TIME = "stuck", "time"
OPPOSITE, SAME = "opposite order", "same order"
LIMIT_S = 0.15
THREADS = 2
ALWAYS, NEVER, BOTH = "Stuck in opposite order, never in the same", "Never stuck", "Stuck in either order"


def measure(say: Say, effort: Effort) -> None:
    """Two threads take two locks, in opposite order and in the same; a time limit breaks what is stuck."""
    for _ in range(effort.repeats):
        for name in (OPPOSITE, SAME):
            got, took = deadlocks.meet(LIMIT_S, same_order=name == SAME)  # type: ignore[no-untyped-call]
            # A thread of a stuck pair gives up at the limit. How long a meeting took says nothing of that: on a busy
            # machine two threads that never waited for each other can take as long.
            say.reading(name, STUCK, float(got < THREADS), "of the meetings")
            say.reading(name, TIME, took, "s")
            say.reading(name, "threads that got both locks", got, "threads")


def read(result: Result) -> Finding:
    """Whether the order decides, and what the limit did."""
    opposite, same = result.find(OPPOSITE, STUCK), result.find(SAME, STUCK)
    took = result.find(OPPOSITE, TIME)
    if opposite is None or same is None or took is None:
        return Finding(None, "No meeting was held here, so nothing can be said.")
    stuck = sum(opposite.values), sum(same.values)
    told = f"{stuck[0]:g} of {opposite.repeats} meetings in opposite order, {stuck[1]:g} of {same.repeats} in the same"
    if stuck[1]:
        return Finding(BOTH, f"Threads were stuck here whatever the order of the locks: {told}.")
    if stuck[0]:
        limit = f"the limit of {seconds(LIMIT_S)} let the program go on after {seconds(took.median)}"
        words = "Two threads that take two locks in opposite order wait for each other"
        return Finding(ALWAYS, f"{words}: {told}; {limit}.")
    return Finding(NEVER, f"No thread was stuck here: {told}.")


DEADLOCK = Experiment(
    name="deadlock",
    lab="sharing",
    title="A deadlock",
    claim_ids=("A4",),
    claim="Locks bring a danger of their own: two threads that wait for each other wait for ever.",
    done="Two threads take two locks, in opposite order, then in the same. A time limit ends the waiting.",
    measured="Meetings in which both were stuck, and the time until the program went on.",
    refuted_by="Threads that get both locks in opposite order, or that are stuck in the same.",
    question="Two threads need the same two locks. Does the order in which they take them matter?",
    answers=(ALWAYS, NEVER, BOTH),
    measure=measure,
    read=read,
    repeats=4,
)
