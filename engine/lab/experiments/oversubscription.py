"""Experiment: more workers than CPUs, for work that keeps CPUs busy: what does it cost?"""

from __future__ import annotations

from engine.lab.model import Effort, Experiment, Finding, Point, Result, Say
from engine.lab.running.chores import digest, spin
from engine.lab.running.speed import CLEAR, SPEED, crowded, measure_speed, told
from engine.text import listed

PYTHON, HASHING = "pure Python, ", "hashing, "
CHOSEN = (PYTHON + "threads", PYTHON + "processes", HASHING + "threads")
COSTS, NOTHING, GAINS = "It gets slower", "About the same", "It gets still faster"


def measure(say: Say, effort: Effort) -> None:
    """Busy work at one, two and eight times the usable CPUs."""
    counts = sorted({1, effort.cpus, 2 * effort.cpus, max(2 * effort.cpus, min(64, 8 * effort.cpus))})
    measure_speed(say, effort, spin, ("threads", "processes"), counts, PYTHON)
    measure_speed(say, effort, digest, ("threads",), counts, HASHING)


def read(result: Result) -> Finding:
    """The most workers against the usable CPUs, for each kind of work."""
    changes = {name: change for name in CHOSEN if (change := _change(result, name))}
    if not changes:
        return Finding(None, "Too few worker counts were measured here, so nothing can be said.")
    figures = "; ".join(f"{name} {told(least)}, {told(most)}" for name, (least, most) in changes.items())
    if unseen := crowded(result, figures):
        return unseen
    slower = [name for name, (least, most) in changes.items() if least.median > CLEAR * most.median]
    faster = [name for name, (least, most) in changes.items() if most.median > CLEAR * least.median]
    if slower:
        return Finding(COSTS, f"More workers than CPUs cost speed here for {listed(slower)}: {figures}.")
    if faster:
        return Finding(GAINS, f"More workers than CPUs still gained here for {listed(faster)}: {figures}.")
    return Finding(NOTHING, f"More workers than CPUs neither gained nor cost much here: {figures}.")


def _change(result: Result, series: str) -> tuple[Point, Point] | None:
    """The points at the usable CPUs (the second count, or the first on a single CPU) and at the most workers."""
    line = result.line(series, SPEED)
    if len(line) < 3:
        return None
    return (line[1] if len(line) > 3 else line[0]), line[-1]


OVERSUBSCRIPTION = Experiment(
    name="oversubscription",
    lab="machine",
    title="More workers than CPUs",
    claim_ids=("A1", "A12"),
    claim="The number of workers should fit the machine; more of them than CPUs only cost, for work that keeps "
    "CPUs busy.",
    done="The same busy work on one worker, and on 1×, 2× and 8× as many as there are usable CPUs.",
    measured="Speed: the plain loop's time divided by this time, both taken one after the other.",
    refuted_by="A speed that goes on rising past the usable CPUs.",
    question="Eight times as many workers as CPUs, for busy work: what happens to its speed?",
    answers=(COSTS, NOTHING, GAINS),
    measure=measure,
    read=read,
    x_name="workers",
    log_x=True,
)
